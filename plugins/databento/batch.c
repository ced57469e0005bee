/* SPDX-License-Identifier: Apache-2.0
 *
 * batch.c - a fetch by way of a batch job: find one that holds the data or
 * order it, wait for it, download its files and read them.
 *
 * An order costs money and a crash may come at any time, so nothing is
 * ordered that an earlier job holds (batch-jobs.c), and a note is on disk
 * before an order leaves.  An order of which nobody knows whether it arrived
 * is looked for until it must have shown up in the list.
 */
#include "batch.h"
#include "batch-files.h"
#include "import.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_POLL MD_MINUTE
#define DOUBT_POLLS  6 /* an order must be in the list after so many polls   */

struct order {
  struct batch_want want;
  struct feed *feed;
  struct form form;      /* of batch.submit_job                              */
  char note[48];         /* its name                                         */
  md_time to;            /* end of what is ordered                           */
};

static const struct md_host *
host_of (const struct order *order)
{
  return order->feed->host;
}

static void
say (const struct order *order, int level, const char *what,
     const struct batch_job *job)
{
  char line[300];

  snprintf (line, sizeof line, "databento: batch job %s %s%s%s%s", job->id,
            what, job->cost[0] != '\0' ? " (" : "", job->cost,
            job->cost[0] != '\0' ? " USD)" : "");
  host_of (order)->log (order->want.call, level, line);
}

/* ---- ordering ---------------------------------------------------------- */

/* Large enough to be few, small enough to be read and dropped one by one.   */
static const char *
split_duration (const struct schema *schema)
{
  return schema->record == MD_BAR ? "month" : "day";
}

/* Names the order by what it asks for: FNV-1a.                              */
static void
name_note (struct order *order)
{
  uint64_t hash = UINT64_C (14695981039346656037);

  for (size_t i = 0; i < order->form.len; i++)
    hash = (hash ^ (unsigned char) order->form.text[i])
           * UINT64_C (1099511628211);
  snprintf (order->note, sizeof order->note, "batch/%016" PRIx64, hash);
}

static int
write_order (struct order *order, struct md_error *err)
{
  const struct md_request *request = order->feed->request;
  struct form *form = &order->form;

  form_free (form);
  form_add (form, "dataset", request->dataset);
  form_add_symbols (form, request, order->want.only);
  form_add (form, "stype_out", "instrument_id");
  form_add (form, "schema", request->schema);
  form_add_i64 (form, "start", request->from);
  form_add_i64 (form, "end", order->to);
  form_add (form, "encoding", "dbn");
  form_add (form, "compression", "zstd");
  form_add (form, "split_duration", split_duration (order->feed->schema));
  form_add (form, "delivery", "download");
  if (form->failed)
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  name_note (order);
  return MD_OK;
}

static int
remember (const struct order *order, const char *id, struct md_error *err)
{
  char text[120];

  snprintf (text, sizeof text, "%" PRId64 " %s",
            host_of (order)->now (order->want.call), id);
  return host_of (order)->remember (order->want.call, order->note, text, err);
}

/* Whether an order that failed may have arrived all the same.               */
static bool
is_in_doubt (int klass)
{
  return klass == MD_ERR_NETWORK || klass == MD_ERR_PROTOCOL
         || klass == MD_ERR_CANCELLED || klass == MD_ERR_INTERNAL;
}

static int
read_submitted (const struct order *order, const struct md_reply *reply,
                struct batch_job *job, struct md_error *err)
{
  struct md_json json;
  int klass;

  md_json_init (&json, reply->body, reply->len);
  klass = batch_read_job (&order->want, &json, job, err);
  if (klass == MD_OK)
    klass = service_finish (&json, "batch.submit_job", err);
  if (klass == MD_OK && job->id[0] == '\0')
    return dbn_fail (err, MD_ERR_PROTOCOL,
                     "databento: batch.submit_job: a job without an id");
  return klass;
}

static int
submit (struct order *order, struct batch_job *job, struct md_error *err)
{
  const struct feed *feed = order->feed;
  struct md_error ignored = { .struct_size = sizeof ignored };
  struct md_reply reply = { .struct_size = sizeof reply };
  int klass = remember (order, "", err);

  if (klass != MD_OK)
    return klass;
  klass = service_post (feed->session, feed->call, feed->request,
                        "batch.submit_job", &order->form, "submit", false,
                        &reply, err);
  if (klass == MD_OK)
    klass = read_submitted (order, &reply, job, err);
  else if (!is_in_doubt (klass))
    host_of (order)->remember (feed->call, order->note, NULL, &ignored);
  if (klass != MD_OK)
    return klass;
  say (order, MD_LOG_INFO, "ordered", job);
  return remember (order, job->id, err);
}

/* ---- finding what was ordered ------------------------------------------ */

static int
expired (const struct order *order, const struct batch_job *job,
         struct md_error *err)
{
  struct md_error ignored = { .struct_size = sizeof ignored };

  if (order->feed->session->batch_again) {
    say (order, MD_LOG_WARNING, "has expired and is bought again", job);
    host_of (order)->remember (order->want.call, order->note, NULL, &ignored);
    return MD_OK;
  }
  return dbn_fail (err, MD_ERR_ENTITLEMENT,
                   "databento: the batch job %s was paid for and has expired "
                   "before its files were fetched; to buy the data again set "
                   "`batch_expired = buy`", job->id);
}

/* The list does not show it any more, or not to this key.                   */
static int
ask_for_known (const struct order *order, const char *id,
               struct batch_job *job, bool *ret_found, struct md_error *err)
{
  bool known;
  int klass = batch_details (&order->want, id, job, &known, err);

  *ret_found = false;
  if (klass != MD_OK || !known || !batch_is_of_use (&order->want, job))
    return klass;
  if (strcmp (job->state, "expired") == 0)
    return expired (order, job, err);
  *ret_found = true;
  return MD_OK;
}

/* The note says when the order left, and nobody knows whether it arrived.   */
static int
look_for_lost (const struct order *order, md_time left, struct batch_job *job,
               bool *ret_found, struct md_error *err)
{
  const struct session *session = order->feed->session;
  md_time until;
  int klass = MD_OK;

  while (klass == MD_OK && !*ret_found
         && host_of (order)->now (order->want.call)
              < left + DOUBT_POLLS * session->batch_poll) {
    klass = host_of (order)->wait (order->want.call, session->batch_poll, err);
    if (klass == MD_OK)
      klass = batch_search (&order->want, job, ret_found, &until, err);
  }
  return klass;
}

static int
find_noted (const struct order *order, struct batch_job *job, bool *ret_found,
            struct md_error *err)
{
  char id[sizeof job->id] = "";
  const char *text;
  long long left;
  int klass = host_of (order)->recall (order->want.call, order->note, &text,
                                       err);

  if (klass != MD_OK || text == NULL)
    return klass;
  if (sscanf (text, "%lld %79s", &left, id) < 1)
    return MD_OK; /* no note of ours                                         */
  return id[0] != '\0' ? ask_for_known (order, id, job, ret_found, err)
                       : look_for_lost (order, left, job, ret_found, err);
}

/* A job that holds the request from its start on, ordered if need be.       */
static int
find_or_order (struct order *order, struct batch_job *job,
               struct md_error *err)
{
  bool found;
  int klass = batch_search (&order->want, job, &found, &order->to, err);

  if (klass == MD_OK && found)
    say (order, MD_LOG_INFO, "holds the data already", job);
  if (klass != MD_OK || found)
    return klass;
  klass = write_order (order, err);
  if (klass == MD_OK)
    klass = find_noted (order, job, &found, err);
  return klass != MD_OK || found ? klass : submit (order, job, err);
}

/* ---- waiting ----------------------------------------------------------- */

static int
await (const struct order *order, struct batch_job *job, struct md_error *err)
{
  int64_t pause = order->feed->session->batch_poll;
  bool known = true;
  int klass = MD_OK;

  while (klass == MD_OK && known && strcmp (job->state, "done") != 0
         && strcmp (job->state, "expired") != 0) {
    klass = host_of (order)->wait (order->want.call, pause, err);
    if (klass == MD_OK)
      klass = batch_details (&order->want, job->id, job, &known, err);
    pause = pause * 3 / 2 < LONGEST_POLL ? pause * 3 / 2 : LONGEST_POLL;
  }
  if (klass == MD_OK && !known)
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: the batch job %s is "
                     "not known any more", job->id);
  if (klass == MD_OK && strcmp (job->state, "expired") == 0)
    return dbn_fail (err, MD_ERR_ENTITLEMENT,
                     "databento: the batch job %s expired", job->id);
  return klass;
}

/* ---- reading ----------------------------------------------------------- */

static int
read_file (struct import *import, const struct batch_file *file,
           struct md_error *err)
{
  struct feed *feed = import->walk.feed;
  struct stream stream = { .feed = feed, .name = file->name };
  int klass;

  stream.claim.only = MD_ABSENT_NAME;
  stream.claim.is_file = true;
  klass = stream_open (&stream, err);
  if (klass == MD_OK && stream.skipped[0] != '\0') {
    stream_close (&stream);
    return MD_OK; /* nothing of the range                                    */
  }
  if (klass == MD_OK)
    klass = stream_run (&stream, err);
  if (klass == MD_OK) {
    import_know (feed, &stream.claim);
    klass = import_add (import, &stream, file->name, err);
  }
  stream_close (&stream);
  return klass;
}

static int
take_file (struct import *import, const struct batch_job *job,
           const struct batch_file *file, struct md_error *err)
{
  const struct feed *feed = import->walk.feed;
  int klass = batch_download (feed, job->id, file, err);

  if (klass == MD_OK)
    klass = read_file (import, file, err);
  /* What was read is on its way into the store; if that fails, fetching the
   * file once more is free.                                                 */
  return klass == MD_OK ? batch_discard (feed, job->id, file, err) : klass;
}

static int
ingest (const struct order *order, const struct batch_job *job,
        struct md_error *err)
{
  struct feed *feed = order->feed;
  struct import import = {
    .walk = { .feed = feed }, .place = job->id, .complete = true,
    .only = order->want.only,
    .to = job->end < feed->request->to ? job->end : feed->request->to
  };
  struct batch_files files = { 0 };
  int klass = batch_list_files (feed, job->id, &files, err);

  for (size_t i = 0; klass == MD_OK && i < files.n; i++) {
    if (batch_file_concerns (&files.items[i], feed->request->from, import.to))
      klass = take_file (&import, job, &files.items[i], err);
  }
  /* Without any data nothing says which symbols there are.                  */
  if (import.n == 0)
    memset (feed->known, 1, feed->request->n_symbols);
  if (klass == MD_OK)
    klass = import_settle (&import, err);
  import_free (&import);
  batch_files_free (&files);
  return klass;
}

/* ---- together ---------------------------------------------------------- */

static int
fetch_one (struct feed *feed, uint32_t only, struct md_error *err)
{
  struct order order = {
    .feed = feed, .want = { feed->session, feed->call, feed->request,
                            &feed->asked, only, feed->request->from }
  };
  struct md_error ignored = { .struct_size = sizeof ignored };
  struct batch_job job;
  int klass = find_or_order (&order, &job, err);

  if (klass == MD_OK)
    klass = await (&order, &job, err);
  if (klass == MD_OK)
    klass = ingest (&order, &job, err);
  if (klass == MD_OK && order.note[0] != '\0')
    feed->host->remember (feed->call, order.note, NULL, &ignored);
  if (klass == MD_ERR_NOT_FOUND && only != MD_ABSENT_NAME)
    err->symbol = only;
  form_free (&order.form);
  return klass;
}

int
batch_fetch (struct feed *feed, struct md_error *err)
{
  int klass = service_needs_key (feed->session, err);

  if (klass == MD_OK && feed->request->selector == MD_SELECT_CONTINUOUS)
    klass = resolve_contracts (feed, err);
  if (feed->request->selector != MD_SELECT_PARENT)
    return klass == MD_OK ? fetch_one (feed, MD_ABSENT_NAME, err) : klass;
  for (uint32_t i = 0; klass == MD_OK && i < feed->request->n_symbols; i++)
    klass = fetch_one (feed, i, err);
  return klass;
}

int
batch_paid_until (const struct session *session, struct md_call *call,
                  const struct md_request *request, md_time from,
                  md_time *ret_until, struct md_error *err)
{
  struct asked asked;
  struct batch_want want = { session, call, request, &asked, MD_ABSENT_NAME,
                             from };
  struct batch_job job;
  md_time until;
  bool found = false;
  int klass = asked_init (&asked, request, err);

  if (klass == MD_OK)
    klass = batch_search (&want, &job, &found, &until, err);
  asked_free (&asked);
  *ret_until = found ? job.end : from;
  return klass;
}
