/* SPDX-License-Identifier: Apache-2.0
 *
 * resolve.c - the instruments behind continuous symbols.  The paid stream
 * only has their ids; symbology.resolve, which is free, knows the rest, in
 * two steps because it leads from ids to raw symbols but not from continuous
 * symbols to them.
 */
#include "databento.h"

#include <support/time.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SYMBOLS 2000u /* of one request                                  */


/* ---- the answer -------------------------------------------------------- */

static bool
read_text (struct md_json *json, struct md_text *ret_text)
{
  bool escapes;

  return md_json_string (json, ret_text, &escapes) && ret_text->ptr != NULL;
}

static bool
read_date (struct md_json *json, md_time *ret_time)
{
  struct md_text text;

  return read_text (json, &text)
         && md_time_parse (text.ptr, text.len, ret_time);
}

/* {"d0": "2023-06-14", "d1": "2023-06-15", "s": "10245"}                    */
static int
read_interval (struct md_json *json, struct md_text input, resolve_fn found,
               void *ctx, struct md_error *err)
{
  md_time from = MD_ABSENT, to = MD_ABSENT;
  struct md_text key, output = { NULL, 0 };

  if (!md_json_enter_object (json))
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: symbology.resolve: an "
                     "interval that is no object");
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "d0"))
      read_date (json, &from);
    else if (md_json_key_is (key, "d1"))
      read_date (json, &to);
    else if (md_json_key_is (key, "s"))
      read_text (json, &output);
    else
      md_json_skip (json);
  }
  if (json->fault != NULL || output.len == 0)
    return MD_OK; /* a fault is told at the end; "" is no mapping            */
  if (from == MD_ABSENT || to == MD_ABSENT)
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: symbology.resolve: an "
                     "interval of \"%.*s\" without dates",
                     (int) (input.len < 80 ? input.len : 80), input.ptr);
  return found (ctx, input, from, to, output, err);
}

static int
read_result (struct md_json *json, resolve_fn found, void *ctx,
             struct md_error *err)
{
  struct md_text input;
  int klass = MD_OK;

  if (!md_json_enter_object (json))
    return dbn_fail (err, MD_ERR_PROTOCOL,
                     "databento: symbology.resolve: no result");
  while (klass == MD_OK && md_json_next_key (json, &input)) {
    if (!md_json_enter_array (json))
      md_json_skip (json);
    else
      while (klass == MD_OK && md_json_next (json))
        klass = read_interval (json, input, found, ctx, err);
  }
  return klass;
}

static int
read_answer (const struct md_reply *reply, resolve_fn found, void *ctx,
             struct md_error *err)
{
  struct md_json json;
  struct md_text key;
  bool had_result = false;
  int klass = MD_OK;

  md_json_init (&json, reply->body, reply->len);
  if (md_json_enter_object (&json)) {
    while (klass == MD_OK && md_json_next_key (&json, &key)) {
      if (!md_json_key_is (key, "result")) {
        md_json_skip (&json);
        continue;
      }
      had_result = true;
      klass = read_result (&json, found, ctx, err);
    }
  }
  if (klass == MD_OK && !md_json_finish (&json))
    return md_json_error (&json, "databento: symbology.resolve", err);
  if (klass == MD_OK && !had_result)
    return dbn_fail (err, MD_ERR_PROTOCOL,
                     "databento: symbology.resolve: no result");
  return klass;
}

/* ---- the question ------------------------------------------------------ */

/* The days that the request touches, the last one exclusive.                */
static void
add_dates (struct form *form, const struct md_request *request)
{
  form_add_date (form, "start_date", request->from);
  form_add_date (form, "end_date", request->to > INT64_MAX - MD_DAY
                   ? request->to : request->to - 1 + MD_DAY);
}

int
resolve_post (const struct session *session, struct md_call *call,
              const struct md_request *request, struct form *form,
              const char *stype_out, resolve_fn found, void *ctx,
              struct md_error *err)
{
  struct md_reply reply = { .struct_size = sizeof reply };
  int klass;

  form_add (form, "stype_out", stype_out);
  form_add (form, "dataset", request->dataset);
  add_dates (form, request);
  klass = service_post (session, call, request, "symbology.resolve", form,
                        "symbology", false, &reply, err);
  if (klass == MD_OK)
    klass = read_answer (&reply, found, ctx, err);
  form_free (form);
  return klass;
}

/* ---- ids to their own symbols ------------------------------------------ */

int
ids_add (struct ids *ids, uint32_t id, struct md_error *err)
{
  for (size_t i = 0; i < ids->n; i++) {
    if (ids->items[i] == id)
      return MD_OK;
  }
  if (ids->n == ids->capacity) {
    size_t capacity = 2 * ids->capacity + 64;
    uint32_t *grown = realloc (ids->items, capacity * sizeof *grown);

    if (grown == NULL)
      return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
    ids->items = grown;
    ids->capacity = capacity;
  }
  ids->items[ids->n++] = id;
  return MD_OK;
}

int
resolve_id (struct md_text output, uint32_t *ret_id, struct md_error *err)
{
  if (symbols_id (output, ret_id))
    return MD_OK;
  return dbn_fail (err, MD_ERR_PROTOCOL, "databento: symbology.resolve gave "
                   "\"%.*s\" as an instrument id",
                   (int) (output.len < 40 ? output.len : 40), output.ptr);
}

static int
found_contract (void *ctx, struct md_text input, md_time from, md_time to,
                struct md_text output, struct md_error *err)
{
  uint32_t id;

  if (!symbols_id (input, &id))
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: symbology.resolve "
                     "answered for \"%.*s\", which is no instrument id",
                     (int) (input.len < 40 ? input.len : 40), input.ptr);
  return contracts_add (ctx, id, from, to, output, err);
}

static int
name_ids (const struct session *session, struct md_call *call,
          const struct md_request *request, const struct ids *ids,
          struct contracts *contracts, struct md_error *err)
{
  int klass = MD_OK;

  for (size_t first = 0; klass == MD_OK && first < ids->n;
       first += MAX_SYMBOLS) {
    struct form form = { 0 };

    form_add (&form, "stype_in", "instrument_id");
    form_add (&form, "symbols", "");
    for (size_t i = first; i < ids->n && i < first + MAX_SYMBOLS; i++) {
      char text[16];

      snprintf (text, sizeof text, "%lu", (unsigned long) ids->items[i]);
      form_add_to_list (&form, text);
    }
    klass = resolve_post (session, call, request, &form, "raw_symbol",
                          found_contract, contracts, err);
  }
  return klass;
}

int
resolve_names (const struct session *session, struct md_call *call,
               const struct md_request *request, const struct ids *ids,
               struct contracts *contracts, struct md_error *err)
{
  struct md_error local = { .struct_size = sizeof local };
  int klass = name_ids (session, call, request, ids, contracts, &local);

  if (klass == MD_ERR_NOT_FOUND) {
    session->host->log (call, MD_LOG_WARNING, "databento: the contracts "
                        "have no symbols of their own; their ids are stored");
    return MD_OK;
  }
  if (klass != MD_OK)
    *err = local;
  return klass;
}

/* ---- continuous symbols ------------------------------------------------ */

static int
found_id (void *ctx, struct md_text input, md_time from, md_time to,
          struct md_text output, struct md_error *err)
{
  uint32_t id;
  int klass = resolve_id (output, &id, err);

  return klass == MD_OK ? ids_add (ctx, id, err) : klass;
}

int
resolve_contracts (struct feed *feed, struct md_error *err)
{
  struct ids ids = { 0 };
  struct form form = { 0 };
  int klass;

  form_add_symbols (&form, feed->request, MD_ABSENT_NAME);
  klass = resolve_post (feed->session, feed->call, feed->request, &form,
                        "instrument_id", found_id, &ids, err);
  if (klass == MD_OK)
    klass = resolve_names (feed->session, feed->call, feed->request, &ids,
                           &feed->contracts, err);
  free (ids.items);
  return klass;
}
