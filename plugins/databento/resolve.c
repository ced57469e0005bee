/* SPDX-License-Identifier: Apache-2.0
 *
 * resolve.c - the instruments behind continuous symbols.  The paid stream
 * only has their ids; symbology.resolve, which is free, knows the rest, in
 * two steps because it leads from ids to raw symbols but not from continuous
 * symbols to them.
 */
#include "databento.h"

#include <support/json.h>
#include <support/time.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SYMBOLS 2000u /* of one request                                  */

struct ids {
  uint32_t *items;
  size_t n, capacity;
};

typedef int (*found_fn) (struct feed *feed, struct ids *ids,
                         struct md_text input, md_time from, md_time to,
                         struct md_text output, struct md_error *err);

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
read_interval (struct feed *feed, struct ids *ids, struct md_json *json,
               struct md_text input, found_fn found, struct md_error *err)
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
  return found (feed, ids, input, from, to, output, err);
}

static int
read_result (struct feed *feed, struct ids *ids, struct md_json *json,
             found_fn found, struct md_error *err)
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
        klass = read_interval (feed, ids, json, input, found, err);
  }
  return klass;
}

static int
read_answer (struct feed *feed, struct ids *ids, const struct md_reply *reply,
             found_fn found, struct md_error *err)
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
      klass = read_result (feed, ids, &json, found, err);
    }
  }
  if (klass == MD_OK && !md_json_finish (&json))
    return md_json_error (&json, "databento: symbology.resolve", err);
  if (klass == MD_OK && !had_result)
    return dbn_fail (err, MD_ERR_PROTOCOL,
                     "databento: symbology.resolve: no result");
  return klass;
}

/* ---- the two steps ----------------------------------------------------- */

static void
add_date (struct form *form, const char *name, md_time t)
{
  char text[48];

  md_time_format (t, text);
  text[10] = '\0';
  form_add (form, name, text);
}

/* The days that the request touches, the last one exclusive.                */
static void
add_dates (struct form *form, const struct md_request *request)
{
  add_date (form, "start_date", request->from);
  add_date (form, "end_date", request->to > INT64_MAX - MD_DAY
              ? request->to : request->to - 1 + MD_DAY);
}

static int
post (struct feed *feed, struct form *form, const char *stype_out,
      struct ids *ids, found_fn found, struct md_error *err)
{
  struct md_reply reply = { .struct_size = sizeof reply };
  int klass;

  form_add (form, "stype_out", stype_out);
  form_add (form, "dataset", feed->request->dataset);
  add_dates (form, feed->request);
  klass = service_post (feed->session, feed->call, feed->request,
                        "symbology.resolve", form, "symbology", false, &reply,
                        err);
  if (klass == MD_OK)
    klass = read_answer (feed, ids, &reply, found, err);
  form_free (form);
  return klass;
}

static int
found_id (struct feed *feed, struct ids *ids, struct md_text input,
          md_time from, md_time to, struct md_text output,
          struct md_error *err)
{
  uint32_t id;

  if (!symbols_id (output, &id))
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: symbology.resolve gave "
                     "\"%.*s\" as an instrument id",
                     (int) (output.len < 40 ? output.len : 40), output.ptr);
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

static int
found_contract (struct feed *feed, struct ids *ids, struct md_text input,
                md_time from, md_time to, struct md_text output,
                struct md_error *err)
{
  uint32_t id;

  if (!symbols_id (input, &id))
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: symbology.resolve "
                     "answered for \"%.*s\", which is no instrument id",
                     (int) (input.len < 40 ? input.len : 40), input.ptr);
  return contracts_add (&feed->contracts, id, from, to, output, err);
}

static int
resolve_ids (struct feed *feed, struct ids *ids, struct md_error *err)
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
    klass = post (feed, &form, "raw_symbol", ids, found_contract, err);
  }
  return klass;
}

int
resolve_contracts (struct feed *feed, struct md_error *err)
{
  struct md_error second = { .struct_size = sizeof second };
  struct ids ids = { 0 };
  struct form form = { 0 };
  int klass;

  form_add_symbols (&form, feed->request, MD_ABSENT_NAME);
  klass = post (feed, &form, "instrument_id", &ids, found_id, err);
  if (klass == MD_OK) {
    klass = resolve_ids (feed, &ids, &second);
    if (klass == MD_ERR_NOT_FOUND) {
      feed->host->log (feed->call, MD_LOG_WARNING, "databento: the contracts "
                       "have no symbols of their own; their ids are stored");
      klass = MD_OK;
    } else if (klass != MD_OK) {
      *err = second;
    }
  }
  free (ids.items);
  return klass;
}
