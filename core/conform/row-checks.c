/* SPDX-License-Identifier: Apache-2.0
 *
 * row-checks.c - the rows of a good run: their laws, and that they are the
 * same whenever and in however many parts they are asked for.
 */
#include "private.h"

#include "data/interval.h"

#define CUT_ASKS 3     /* chunks that are cut */
#define STOPS_MAX 300  /* host calls that are made the last one */

/* ---- the good run ------------------------------------------------------ */

/* PASS with rows, or why there is nothing to compare with.                 */
static ConformVerdict
run_good (Trial *trial, const Subject *subject, char **ret_why)
{
  const TrialInput input = { .recording = subject->input->recording };

  check_at ("a fetch of what the job asks for");
  trial_run (trial, subject, &input);
  if (trial->http_calls > 0 && input.recording == NULL)
    return check_skipped (ret_why, "it asks over the network; record its job "
                          "with `mdcore run JOB --record FILE`, then name "
                          "both with --job and --recording");
  if (trial->klass != MD_OK)
    return check_failed (ret_why, "the fetch fails (%s): %s",
                         error_class_name (trial->klass), trial->err.message);
  if (trial->rows->len == 0 && trial->fault == NULL && !trial->idle)
    return check_skipped (ret_why, "no row came; name a job that has some "
                          "with --job");
  return CONFORM_PASS;
}

typedef ConformVerdict (*WithGood) (const Subject *subject, const Trial *good,
                                    char **ret_why);

static ConformVerdict
with_good (const Subject *subject, WithGood body, char **ret_why)
{
  ConformVerdict verdict;
  Trial good;

  verdict = run_good (&good, subject, ret_why);
  if (verdict == CONFORM_PASS)
    verdict = body (subject, &good, ret_why);
  trial_clear (&good);
  return verdict;
}

/* Takes why.                                                               */
static ConformVerdict
judge_why (char *why, char **ret_why)
{
  *ret_why = why;
  return why == NULL ? CONFORM_PASS : CONFORM_FAIL;
}

/* ---- laws -------------------------------------------------------------- */

ConformVerdict
check_rows (const Subject *subject, char **ret_why)
{
  ConformVerdict verdict;
  Trial good;

  verdict = run_good (&good, subject, ret_why);
  if (good.idle && verdict != CONFORM_SKIP)
    trial_fault (&good, "it reported success without covering anything");
  /* A broken law explains a failed fetch better than its message.          */
  if (good.fault != NULL && verdict != CONFORM_SKIP) {
    g_free (*ret_why);
    verdict = judge_why (g_strdup (good.fault), ret_why);
  }
  trial_clear (&good);
  return verdict;
}

/* ---- twice ------------------------------------------------------------- */

static ConformVerdict
fetch_again (const Subject *subject, const Trial *good, char **ret_why)
{
  Trial again;
  char *why;

  check_at ("the same fetch once more");
  trial_run (&again, subject, &good->input);
  why = compare_whole (good, &again);
  trial_clear (&again);
  return judge_why (why, ret_why);
}

ConformVerdict
check_twice (const Subject *subject, char **ret_why)
{
  return with_good (subject, fetch_again, ret_why);
}

/* ---- chunks ------------------------------------------------------------ */

static char *
fetch_part (const Subject *subject, const Trial *good, guint ask,
            md_time from, md_time to)
{
  char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE];
  Trial part;
  char *why;

  time_format (from, a);
  time_format (to, b);
  check_at ("a fetch of the part from %s to %s", a, b);
  trial_run (&part, subject,
             &(TrialInput) { .only_ask = ask + 1, .from = from, .to = to });
  why = part.klass != MD_OK
    ? g_strdup_printf ("the part from %s to %s fails: %s", a, b,
                       part.err.message)
    : compare_covered (good, &part);
  trial_clear (&part);
  return why;
}

static char *
fetch_parts (const Subject *subject, const Trial *good, guint ask,
             md_time cut)
{
  const Chunk *chunk = g_ptr_array_index (subject->asks, ask);
  char *why;

  if (cut <= chunk->from || cut >= chunk->to)
    return NULL;
  why = fetch_part (subject, good, ask, chunk->from, cut);
  return why != NULL ? why
                     : fetch_part (subject, good, ask, cut, chunk->to);
}

/* After the first interval, in the middle, before the last one.            */
static char *
cut_ask (const Subject *subject, const Trial *good, guint ask)
{
  const Chunk *chunk = g_ptr_array_index (subject->asks, ask);
  const struct md_interval *interval = &chunk->offer->interval;
  md_time middle = chunk->from + (chunk->to - chunk->from) / 2;
  md_time cuts[] = { chunk->from + 1, middle, chunk->to - 1 };
  char *why = NULL;

  if (interval->count > 0) {
    cuts[0] = interval_next (interval, chunk->from);
    cuts[1] = interval_floor (interval, middle);
    cuts[2] = interval_floor (interval, chunk->to - 1);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (cuts) && why == NULL; i++)
    why = fetch_parts (subject, good, ask, cuts[i]);
  return why;
}

static ConformVerdict
cut_asks (const Subject *subject, const Trial *good, char **ret_why)
{
  char *why = NULL;

  if (good->http_calls > 0)
    return check_skipped (ret_why, "a recording answers the whole range only");
  for (guint i = 0; i < MIN (subject->asks->len, CUT_ASKS) && why == NULL; i++)
    why = cut_ask (subject, good, i);
  return judge_why (why, ret_why);
}

ConformVerdict
check_chunks (const Subject *subject, char **ret_why)
{
  return with_good (subject, cut_asks, ret_why);
}

/* ---- clocks ------------------------------------------------------------ */

static char *
fetch_at (const Subject *subject, const Trial *good, const char *when)
{
  TrialInput input = { .recording = subject->input->recording };
  Trial trial;
  char *why;

  time_parse (when, &input.now, NULL);
  check_at ("a fetch when the clock says %s", when);
  trial_run (&trial, subject, &input);
  why = good->fault == NULL && trial.fault != NULL
    ? g_strdup_printf ("when the clock says %s: %s", when, trial.fault)
    : compare_covered (good, &trial);
  trial_clear (&trial);
  return why;
}

static ConformVerdict
turn_clock (const Subject *subject, const Trial *good, char **ret_why)
{
  static const char *const times[] = {
    "1999-12-31T23:59:59Z", "2040-02-29T12:00:00Z", NULL };
  char *why = NULL;

  for (gsize i = 0; times[i] != NULL && why == NULL; i++)
    why = fetch_at (subject, good, times[i]);
  return judge_why (why, ret_why);
}

ConformVerdict
check_clocks (const Subject *subject, char **ret_why)
{
  return with_good (subject, turn_clock, ret_why);
}

/* ---- cancel ------------------------------------------------------------ */

static gboolean
covers_all (const Trial *good, const Trial *trial)
{
  g_autofree char *why = compare_whole (good, trial);

  return why == NULL;
}

static char *
judge_stop (const Trial *good, const Trial *trial, guint at)
{
  char *why = compare_covered (good, trial);

  if (why != NULL)
    return why;
  if (trial->late_calls > 0)
    return g_strdup_printf ("host call %u said that all is over, and it went "
                            "on with rows or promises", at);
  /* One that only asked, when all was done, may be done.                   */
  if (trial->klass == MD_ERR_CANCELLED
      || (trial->klass == MD_OK && covers_all (good, trial)))
    return NULL;
  return g_strdup_printf ("host call %u said that all is over, and it "
                          "returned \"%s\" instead of passing that on", at,
                          error_class_name (trial->klass));
}

static char *
stop_at (const Subject *subject, const Trial *good, guint at)
{
  const TrialInput input = { .recording = subject->input->recording,
                             .cancel_at = at };
  Trial trial;
  char *why;

  check_at ("host call %u says that all is over", at);
  trial_run (&trial, subject, &input);
  why = judge_stop (good, &trial, at);
  trial_clear (&trial);
  return why;
}

static ConformVerdict
stop_everywhere (const Subject *subject, const Trial *good, char **ret_why)
{
  guint step = good->host_calls / STOPS_MAX + 1;
  char *why = NULL;

  for (guint at = 1; at <= good->host_calls && why == NULL; at += step)
    why = stop_at (subject, good, at);
  if (why == NULL && good->host_calls > 0)
    why = stop_at (subject, good, good->host_calls);
  return judge_why (why, ret_why);
}

ConformVerdict
check_cancel (const Subject *subject, char **ret_why)
{
  return with_good (subject, stop_everywhere, ret_why);
}
