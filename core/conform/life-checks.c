/* SPDX-License-Identifier: Apache-2.0
 *
 * life-checks.c - sessions: what they leave behind, and what they know of
 * each other.
 */
#include "private.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#define WARM_UP 20 /* rounds until caches are as large as they get */
#define ROUNDS 100

/* ---- what is held ------------------------------------------------------ */

/* There where the program was built with a sanitizer.                      */
gsize __sanitizer_get_current_allocated_bytes (void) __attribute__ ((weak));

static gint64
bytes_held (void)
{
  if (__sanitizer_get_current_allocated_bytes != NULL)
    return (gint64) __sanitizer_get_current_allocated_bytes ();
#ifdef __GLIBC__
  return (gint64) mallinfo2 ().uordblks;
#else
  return 0;
#endif
}

static gint64
entries_of (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  gint64 n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

typedef struct {
  gint64 bytes, files, threads;
} Held;

static Held
held_now (void)
{
  return (Held) { .files = entries_of ("/proc/self/fd"),
                  .threads = entries_of ("/proc/self/task"),
                  .bytes = bytes_held () };
}

static ConformVerdict
judge_held (const Held *before, const Held *after, char **ret_why)
{
  const gint64 rounds = ROUNDS - WARM_UP;

  if (after->files >= before->files + rounds)
    return check_failed (ret_why, "each session leaves a file open");
  if (after->threads > before->threads)
    return check_failed (ret_why, "sessions leave threads behind; a provider "
                         "has none");
  if (after->bytes >= before->bytes + rounds)
    return check_failed (ret_why, "each session leaves about %" G_GINT64_FORMAT
                         " bytes behind",
                         (after->bytes - before->bytes) / rounds);
  return CONFORM_PASS;
}

/* ---- the checks -------------------------------------------------------- */

static ConformVerdict
cannot_open (const Trial *trial, char **ret_why)
{
  return check_skipped (ret_why, "`open` refuses the made-up keys; name a job "
                        "with --job: %s", trial->err.message);
}

ConformVerdict
check_open_close (const Subject *subject, char **ret_why)
{
  Held before = { 0 }, after;
  ConformVerdict verdict = CONFORM_PASS;
  Trial trial;

  trial_begin (&trial, subject, &(TrialInput) { 0 });
  for (guint i = 0; i < ROUNDS && verdict == CONFORM_PASS; i++) {
    void *session;

    check_at ("`open` and `close`, round %u", i + 1);
    if (i == WARM_UP)
      before = held_now ();
    session = trial_open (&trial);
    if (session == NULL)
      verdict = cannot_open (&trial, ret_why);
    else
      subject->plugin->provider.close (session);
  }
  after = held_now ();
  trial_clear (&trial);
  return verdict == CONFORM_PASS ? judge_held (&before, &after, ret_why)
                                 : verdict;
}

/* The second session works on when the first one is gone.                  */
static ConformVerdict
two_sessions (const Subject *subject, Trial trials[3], char **ret_why)
{
  void *first = trial_open (&trials[0]), *second;
  char *why;

  if (first == NULL)
    return cannot_open (&trials[0], ret_why);
  second = trial_open (&trials[1]);
  if (second == NULL) {
    subject->plugin->provider.close (first);
    return check_failed (ret_why, "a second session is refused: %s",
                         trials[1].err.message);
  }
  check_at ("a fetch of each of two sessions");
  trial_fetch (&trials[0], first);
  trial_fetch (&trials[1], second);
  check_at ("`close` of one of two sessions");
  subject->plugin->provider.close (first);
  check_at ("a fetch of the other session");
  trial_fetch (&trials[2], second);
  subject->plugin->provider.close (second);
  why = compare_whole (&trials[0], &trials[1]);
  if (why == NULL)
    why = compare_whole (&trials[0], &trials[2]);
  *ret_why = why;
  return why == NULL ? CONFORM_PASS : CONFORM_FAIL;
}

ConformVerdict
check_sessions (const Subject *subject, char **ret_why)
{
  const TrialInput input = { .recording = subject->input->recording };
  ConformVerdict verdict;
  Trial trials[3];

  if (subject->plugin->provider.max_sessions == 1)
    return check_skipped (ret_why, "it allows one session");
  for (guint i = 0; i < G_N_ELEMENTS (trials); i++)
    trial_begin (&trials[i], subject, &input);
  verdict = two_sessions (subject, trials, ret_why);
  for (guint i = 0; i < G_N_ELEMENTS (trials); i++)
    trial_clear (&trials[i]);
  return verdict;
}
