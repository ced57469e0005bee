/* SPDX-License-Identifier: Apache-2.0
 *
 * batch-jobs.c - the service's list of batch jobs, and which of them holds
 * what is wanted.  A job is paid for once, so before another is ordered every
 * earlier one is looked at: also those of other runs, stores and programs.
 */
#include "batch.h"

#include <support/time.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_FOR (31 * MD_DAY) /* files expire after 30 days                 */

/* ---- symbols: "A,B" or ["A", "B"] -------------------------------------- */

static void
take_symbol (const struct batch_want *want, uint8_t *marks, const char *text,
             size_t len, struct batch_job *job)
{
  uint32_t i;

  while (len > 0 && *text == ' ') {
    text++;
    len--;
  }
  while (len > 0 && text[len - 1] == ' ')
    len--;
  if (len == 11 && memcmp (text, "ALL_SYMBOLS", 11) == 0)
    job->all_symbols = true;
  i = asked_find (want->asked, (struct md_text) { text, len });
  if (i == MD_ABSENT_NAME || marks[i]
      || (want->only != MD_ABSENT_NAME && want->only != i))
    return;
  marks[i] = 1;
  job->ours++;
}

static void
take_list (const struct batch_want *want, uint8_t *marks,
           struct md_json *json, struct batch_job *job)
{
  struct md_text raw = { NULL, 0 };
  bool escapes;
  char *text;
  size_t len;

  if (!md_json_string (json, &raw, &escapes) || raw.ptr == NULL) {
    if (json->fault == NULL && json->refusal != NULL)
      md_json_skip (json);
    return;
  }
  text = malloc (raw.len + 1);
  if (text == NULL)
    return; /* then it is not one of ours                                    */
  len = md_json_unescape (raw, text);
  for (size_t at = 0; at <= len;) {
    const char *comma = memchr (text + at, ',', len - at);
    size_t end = comma != NULL ? (size_t) (comma - text) : len;

    take_symbol (want, marks, text + at, end - at, job);
    at = end + 1;
  }
  free (text);
}

static int
read_symbols (const struct batch_want *want, struct md_json *json,
              struct batch_job *job, struct md_error *err)
{
  uint8_t *marks = calloc (want->request->n_symbols + 1, 1);

  if (marks == NULL)
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  if (md_json_enter_array (json)) {
    while (md_json_next (json))
      take_list (want, marks, json, job);
  } else {
    take_list (want, marks, json, job);
  }
  free (marks);
  return MD_OK;
}

/* ---- a job ------------------------------------------------------------- */

static void
read_time (struct md_json *json, md_time *ret_time)
{
  char text[64] = "";

  service_text (json, text, sizeof text);
  if (text[0] == '\0' || !md_time_parse (text, strlen (text), ret_time))
    *ret_time = MD_ABSENT;
}

static bool
read_text_key (struct md_json *json, struct md_text key,
               struct batch_job *job)
{
  const struct {
    const char *name;
    char *to;
    size_t size;
  } texts[] = { { "id", job->id, sizeof job->id },
                { "state", job->state, sizeof job->state },
                { "dataset", job->dataset, sizeof job->dataset },
                { "schema", job->schema, sizeof job->schema },
                { "stype_in", job->stype_in, sizeof job->stype_in },
                { "stype_out", job->stype_out, sizeof job->stype_out },
                { "encoding", job->encoding, sizeof job->encoding } };

  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (md_json_key_is (key, texts[i].name)) {
      service_text (json, texts[i].to, texts[i].size);
      return true;
    }
  }
  return false;
}

static bool
read_time_key (struct md_json *json, struct md_text key,
               struct batch_job *job)
{
  if (md_json_key_is (key, "start"))
    read_time (json, &job->start);
  else if (md_json_key_is (key, "end"))
    read_time (json, &job->end);
  else if (md_json_key_is (key, "ts_received"))
    read_time (json, &job->received);
  else
    return false;
  return true;
}

static void
read_rest (struct md_json *json, struct md_text key, struct batch_job *job)
{
  struct md_text slice;

  if (md_json_key_is (key, "limit")) {
    job->limited = md_json_peek (json) != MD_JSON_NULL;
  } else if (md_json_key_is (key, "split_symbols")) {
    job->split_symbols = md_json_peek (json) == MD_JSON_TRUE;
  } else if (md_json_key_is (key, "cost_usd")
             && md_json_peek (json) == MD_JSON_NUMBER) {
    if (md_json_slice (json, &slice))
      snprintf (job->cost, sizeof job->cost, "%.*s",
                (int) (slice.len < 31 ? slice.len : 31), slice.ptr);
    return;
  }
  md_json_skip (json);
}

int
batch_read_job (const struct batch_want *want, struct md_json *json,
                struct batch_job *job, struct md_error *err)
{
  struct md_text key;
  int klass = MD_OK;

  memset (job, 0, sizeof *job);
  job->start = job->end = job->received = MD_ABSENT;
  if (!md_json_enter_object (json)) {
    md_json_skip (json);
    return MD_OK;
  }
  while (klass == MD_OK && md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "symbols"))
      klass = read_symbols (want, json, job, err);
    else if (!read_text_key (json, key, job)
             && !read_time_key (json, key, job))
      read_rest (json, key, job);
  }
  return klass;
}

/* ---- is it of use? ----------------------------------------------------- */

static bool
is_of_kind (const struct batch_want *want, const struct batch_job *job)
{
  const struct md_request *request = want->request;
  uint32_t needed = want->only != MD_ABSENT_NAME ? 1 : request->n_symbols;

  return strcmp (job->dataset, request->dataset) == 0
         && strcmp (job->schema, request->schema) == 0
         && strcmp (job->stype_in, form_stype_in (request->selector)) == 0
         && strcmp (job->stype_out, "instrument_id") == 0
         && strcmp (job->encoding, "dbn") == 0 && !job->limited
         && !job->split_symbols && job->id[0] != '\0'
         && (request->n_symbols == 0 ? job->all_symbols
                                     : job->ours == needed);
}

static bool
is_new_enough (const struct batch_want *want, const struct batch_job *job)
{
  const struct md_request *request = want->request;

  if (request->struct_size < sizeof *request || request->newer_than == 0)
    return true;
  return job->received != MD_ABSENT && job->received > request->newer_than;
}

bool
batch_is_of_use (const struct batch_want *want, const struct batch_job *job)
{
  return is_of_kind (want, job) && is_new_enough (want, job)
         && job->start != MD_ABSENT && job->end != MD_ABSENT
         && job->start <= want->from && job->end > want->from;
}

/* ---- the list ---------------------------------------------------------- */

static void
judge (const struct batch_want *want, const struct batch_job *job,
       struct batch_job *best, bool *found, md_time *until)
{
  if (batch_is_of_use (want, job)) {
    if (!*found || job->end > best->end)
      *best = *job;
    *found = true;
  } else if (is_of_kind (want, job) && is_new_enough (want, job)
             && job->start != MD_ABSENT && job->start > want->from
             && job->start < *until) {
    *until = job->start;
  }
}

int
batch_search (const struct batch_want *want, struct batch_job *ret_job,
              bool *ret_found, md_time *ret_until, struct md_error *err)
{
  static const char method[] = "batch.list_jobs";
  struct form query = { 0 };
  struct batch_job job;
  struct md_json json;
  int klass;

  *ret_found = false;
  *ret_until = want->request->to;
  form_add (&query, "states", "received,queued,processing,done");
  form_add_date (&query, "since",
                 want->session->host->now (want->call) - KEPT_FOR);
  klass = service_get (want->session, want->call, method, &query, "batch",
                       &json, err);
  if (klass != MD_OK)
    return klass;
  if (md_json_enter_array (&json)) {
    while (klass == MD_OK && md_json_next (&json)) {
      klass = batch_read_job (want, &json, &job, err);
      if (klass == MD_OK && json.fault == NULL)
        judge (want, &job, ret_job, ret_found, ret_until);
    }
  }
  return klass == MD_OK ? service_finish (&json, method, err) : klass;
}

int
batch_details (const struct batch_want *want, const char *id,
               struct batch_job *ret_job, bool *ret_known,
               struct md_error *err)
{
  static const char method[] = "batch.get_job_details";
  struct form query = { 0 };
  struct md_json json;
  int klass;

  form_add (&query, "job_id", id);
  klass = service_get (want->session, want->call, method, &query, "batch",
                       &json, err);
  *ret_known = klass != MD_ERR_NOT_FOUND;
  if (klass == MD_ERR_NOT_FOUND)
    return MD_OK;
  if (klass == MD_OK)
    klass = batch_read_job (want, &json, ret_job, err);
  if (klass == MD_OK)
    klass = service_finish (&json, method, err);
  if (klass == MD_OK && (ret_job->id[0] == '\0' || ret_job->state[0] == '\0'))
    return dbn_fail (err, MD_ERR_PROTOCOL,
                     "databento: %s: a job without id or state", method);
  return klass;
}
