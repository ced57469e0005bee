/* SPDX-License-Identifier: Apache-2.0
 *
 * trial.c - one session that fetches what the job asks for, and everything
 * that came of it.
 */
#include "private.h"

#include "engine/row-json.h"
#include "engine/rules.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* ---- what came -------------------------------------------------------- */

static void
row_free (gpointer data)
{
  TrialRow *row = data;

  g_free (row->selector);
  g_free (row->text);
  g_free (row);
}

static void
covered_free (gpointer data)
{
  TrialCovered *covered = data;

  g_free (covered->selector);
  g_free (covered);
}

void
trial_fault (Trial *trial, const char *format, ...)
{
  va_list args;

  if (trial->fault != NULL)
    return;
  va_start (args, format);
  trial->fault = g_strdup_vprintf (format, args);
  va_end (args);
}

void
trial_look (Trial *trial, const char *where, const char *text, gssize len)
{
  char **secrets = trial->subject->keys->secrets;

  for (; text != NULL && secrets != NULL && *secrets != NULL; secrets++) {
    if (**secrets != '\0' && g_strstr_len (text, len, *secrets) != NULL)
      trial->leak = where;
  }
}

/* The engine's rules: what they would set aside breaks a law here.         */
static void
judge_rows (Trial *trial, const struct md_call *call,
            const SegmentSeries *series)
{
  g_autoptr (GPtrArray) dead
    = g_ptr_array_new_with_free_func ((GDestroyNotify) dead_letter_free);
  const RuleInput input = { .offer = call->request->offer,
                            .table = call->table,
                            .quality = &trial->subject->job->quality,
                            .instrument = series->instrument,
                            .from = call->request->from,
                            .to = call->request->to,
                            .now = clock_now () };
  RuleScore score;

  rule_score_init (&score);
  rules_apply (&input, series->rows, dead, &score);
  if (dead->len > 0) {
    const DeadLetter *first = g_ptr_array_index (dead, 0);
    gsize len = 0;
    const char *raw = first->raw != NULL
                        ? g_bytes_get_data (first->raw, &len) : "";

    trial_fault (trial, "%u rows of %s break the row rules, first %s: %.*s",
                 dead->len, series->instrument, first->reasons, (int) len,
                 raw);
  }
  if (score.duplicates > 0)
    trial_fault (trial, "%" G_GUINT64_FORMAT " rows of %s came twice",
                 score.duplicates, series->instrument);
}

static void
keep_rows (Trial *trial, const char *selector, const SegmentSeries *series)
{
  for (gsize i = 0; i < series->rows->n; i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    TrialRow *row = g_new0 (TrialRow, 1);

    row_append_json (text, series->rows, i, series->instrument);
    row->selector = g_strdup (selector);
    row->ask = trial->ask;
    row->ts = series->rows->cols[0].i64[i];
    row->text = g_strdup (text->str);
    g_ptr_array_add (trial->rows, row);
  }
}

static int
on_covered (struct md_call *call, Covered *covered, gpointer data,
            struct md_error *err)
{
  Trial *trial = data;
  TrialCovered *one = g_new0 (TrialCovered, 1);

  one->selector = g_strdup (covered->selector);
  one->ask = trial->ask;
  one->from = covered->from;
  one->to = covered->to;
  g_ptr_array_add (trial->covered, one);
  for (guint i = 0; i < covered->series->len; i++) {
    SegmentSeries *series = g_ptr_array_index (covered->series, i);

    judge_rows (trial, call, series);
    keep_rows (trial, covered->selector, series);
    columns_free (series->rows);
    g_free (series->instrument);
    g_free (series);
  }
  g_ptr_array_unref (covered->series);
  covered->series = NULL;
  return MD_OK;
}

/* ---- asking ----------------------------------------------------------- */

/* The class that it returns and the one that it fills in are the same, and
 * an error says something, but no secret.                                  */
static void
judge_error (Trial *trial)
{
  const struct md_error *err = &trial->err;

  if (trial->klass != err->klass)
    trial_fault (trial, "it returned \"%s\" and filled in \"%s\"",
                 error_class_name (trial->klass),
                 error_class_name (err->klass));
  else if (trial->klass != MD_OK && err->message[0] == '\0')
    trial_fault (trial, "it failed without a message");
  if (memchr (err->message, '\0', sizeof err->message) == NULL)
    trial_fault (trial, "its message has no end");
  else
    trial_look (trial, "an error message", err->message, -1);
}

static struct md_request
make_request (const Trial *trial, const Chunk *chunk)
{
  gboolean part = trial->input.from != trial->input.to;

  return (struct md_request) {
    .struct_size = sizeof (struct md_request),
    .offer = chunk->offer,
    .dataset = chunk->dataset,
    .schema = chunk->schema,
    .symbols = (const char *const *) chunk->symbols->pdata,
    .n_symbols = chunk->symbols->len,
    .selector = chunk->selector,
    .from = part ? trial->input.from : chunk->from,
    .to = part ? trial->input.to : chunk->to,
  };
}

static void
fetch_one (Trial *trial, void *session, const Chunk *chunk)
{
  const Plugin *plugin = trial->subject->plugin;
  const struct md_request request = make_request (trial, chunk);
  const struct md_request shown = plugin_request (plugin, &request);
  struct md_call *call = call_new (&trial->env, &request,
                                   plugin_offer_table (chunk->offer),
                                   on_covered, trial);
  guint before = trial->covered->len;

  md_error_init (&trial->err);
  trial->klass = plugin->provider.fetch (session, call, &shown, &trial->err);
  judge_error (trial);
  if (trial->klass == MD_OK && trial->covered->len == before)
    trial->idle = TRUE;
  gate_leave (trial->env.gate);
  call_free (call);
}

void
trial_fetch (Trial *trial, void *session)
{
  const GPtrArray *asks = trial->subject->asks;

  trial_host_watch (trial);
  for (guint i = 0; i < asks->len && trial->klass == MD_OK; i++) {
    trial->ask = i;
    if (trial->input.only_ask == 0 || trial->input.only_ask == i + 1)
      fetch_one (trial, session, g_ptr_array_index (asks, i));
  }
}

/* ---- the surroundings -------------------------------------------------- */

static Net *
make_net (const char *recording, GError **error)
{
  g_autofree char *empty = NULL;
  Net *net;
  int fd;

  if (recording != NULL)
    return net_new (&(NetOptions) { .mode = NET_REPLAY, .path = recording },
                    error);
  fd = g_file_open_tmp ("mdcore-conform-XXXXXX", &empty, error);
  if (fd < 0)
    return NULL;
  close (fd);
  net = g_file_set_contents (empty, "mdcore exchanges 1\n", -1, error)
    ? net_new (&(NetOptions) { .mode = NET_REPLAY, .path = empty }, error)
    : NULL;
  g_unlink (empty);
  return net;
}

/* As for a run, but without rate limits: nobody is asked.                  */
static void
make_env (CallEnv *env, const Subject *subject, Net *net)
{
  g_autofree char *id = limiter_key_id (subject->plugin->desc.name, NULL);

  *env = (CallEnv) {
    .plugin = subject->plugin,
    .keys = subject->keys,
    .job = subject->job,
    .net = net,
    .limiter = limiter_new (NULL, id),
    .breaker = breaker_new (&subject->job->breaker),
    .gate = gate_new (),
    .row_budget = subject->job->memory_limit / 2,
  };
}

void *
trial_open (Trial *trial)
{
  struct md_call *call = call_new (&trial->env, NULL, NULL, NULL, NULL);
  void *session;

  trial_host_watch (trial);
  md_error_init (&trial->err);
  session = trial->env.plugin->provider.open (call, &trial_host,
                                              trial->env.keys->values,
                                              &trial->err);
  if (session == NULL && trial->err.klass == MD_OK)
    md_fail (&trial->err, MD_ERR_INTERNAL, "out of memory");
  trial->klass = session != NULL ? MD_OK : trial->err.klass;
  if (session == NULL)
    judge_error (trial);
  call_free (call);
  return session;
}

void
trial_begin (Trial *trial, const Subject *subject, const TrialInput *input)
{
  g_autoptr (GError) error = NULL;

  *trial = (Trial) { .subject = subject, .input = *input };
  trial->rows = g_ptr_array_new_with_free_func (row_free);
  trial->covered = g_ptr_array_new_with_free_func (covered_free);
  trial->net = make_net (input->recording, &error);
  if (trial->net == NULL)
    g_error ("conform: %s", error->message);
  make_env (&trial->env, subject, trial->net);
}

void
trial_run (Trial *trial, const Subject *subject, const TrialInput *input)
{
  void *session;

  trial_begin (trial, subject, input);
  session = trial_open (trial);
  if (session == NULL)
    return;
  trial_fetch (trial, session);
  subject->plugin->provider.close (session);
}

void
trial_clear (Trial *trial)
{
  call_env_clear (&trial->env);
  g_clear_pointer (&trial->net, net_free);
  g_clear_pointer (&trial->rows, g_ptr_array_unref);
  g_clear_pointer (&trial->covered, g_ptr_array_unref);
  g_clear_pointer (&trial->fault, g_free);
}
