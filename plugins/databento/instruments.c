/* SPDX-License-Identifier: Apache-2.0
 *
 * instruments.c - mdcore.symbols/1 by symbology.resolve, which costs nothing:
 * the raw symbols of a dataset's last day, and what symbols stood for.
 */
#include "databento.h"

#include <support/row.h>
#include <support/time.h>

#include <stdlib.h>
#include <string.h>

/* ---- a dataset's instruments ------------------------------------------- */

struct listing {
  const struct session *session;
  struct md_call *call;
  const char *pattern;
};

static int
found_instrument (void *ctx, struct md_text input, md_time from, md_time to,
                  struct md_text output, struct md_error *err)
{
  const struct listing *listing = ctx;
  const struct md_host *host = listing->session->host;
  struct md_instrument row = {
    .ts = from, .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
    .kind = MD_ABSENT_NAME, .base = MD_ABSENT_NAME,
    .currency = MD_ABSENT_NAME, .status = MD_ABSENT_NAME, .tick = MD_ABSENT,
    .lot = md_absent_f64 (), .listed = MD_ABSENT, .delisted = MD_ABSENT
  };
  int klass;

  if (!md_glob (listing->pattern, input.ptr, input.len))
    return MD_OK;
  klass = host->intern (listing->call, input.ptr, input.len, &row.symbol, err);
  return klass == MD_OK ? host->emit (listing->call, MD_INSTRUMENT, &row, 1,
                                      sizeof row, err)
                        : klass;
}

/* The last whole day that the key may see.                                  */
static int
last_day (const struct session *session, struct md_call *call,
          const char *dataset, md_time *ret_day, struct md_error *err)
{
  static const char method[] = "metadata.get_dataset_range";
  struct form query = { 0 };
  struct md_json json;
  struct md_text key;
  char end[64] = "";
  md_time t = MD_ABSENT;
  int klass;

  form_add (&query, "dataset", dataset);
  klass = service_get (session, call, method, &query, "metadata", &json, err);
  if (klass != MD_OK)
    return klass;
  if (md_json_enter_object (&json)) {
    while (md_json_next_key (&json, &key)) {
      if (md_json_key_is (key, "end"))
        service_text (&json, end, sizeof end);
      else
        md_json_skip (&json);
    }
  }
  klass = service_finish (&json, method, err);
  if (klass == MD_OK && (!md_time_parse (end, strlen (end), &t) || t < MD_DAY))
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: %s: no end", method);
  *ret_day = t - t % MD_DAY - MD_DAY;
  return klass;
}

int
list_instruments (void *user, struct md_call *call, const char *dataset,
                  const char *pattern, struct md_error *err)
{
  struct listing listing = { user, call, pattern };
  struct md_request request = { .struct_size = sizeof request,
                                .dataset = dataset,
                                .selector = MD_SELECT_ALL };
  struct form form = { 0 };
  int klass = service_needs_key (user, err);

  if (klass == MD_OK && dataset == NULL)
    klass = dbn_fail (err, MD_ERR_CONFIG, "databento: of which dataset?  "
                      "`mdcore inspect databento --online` lists them");
  if (klass == MD_OK)
    klass = last_day (user, call, dataset, &request.from, err);
  if (klass != MD_OK)
    return klass;
  request.to = request.from + MD_DAY;
  form_add_symbols (&form, &request, MD_ABSENT_NAME);
  return resolve_post (user, call, &request, &form, "instrument_id",
                       found_instrument, &listing, err);
}

/* ---- what symbols stood for -------------------------------------------- */

struct stood {
  uint32_t symbol, id;
  md_time from, to;
};

struct lookup {
  const struct session *session;
  struct md_call *call;
  const struct md_request *request;
  struct asked asked;
  struct ids ids;
  struct stood *items;
  size_t n, capacity;
  struct contracts names;
};

static int
found_stood (void *ctx, struct md_text input, md_time from, md_time to,
             struct md_text output, struct md_error *err)
{
  struct lookup *lookup = ctx;
  uint32_t symbol = asked_find (&lookup->asked, input), id;
  int klass = resolve_id (output, &id, err);

  if (klass != MD_OK || symbol == MD_ABSENT_NAME)
    return klass;
  if (lookup->n == lookup->capacity) {
    size_t capacity = 2 * lookup->capacity + 64;
    struct stood *grown = realloc (lookup->items, capacity * sizeof *grown);

    if (grown == NULL)
      return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
    lookup->items = grown;
    lookup->capacity = capacity;
  }
  lookup->items[lookup->n++] = (struct stood) { symbol, id, from, to };
  return ids_add (&lookup->ids, id, err);
}

static int
tell (const struct lookup *lookup, uint32_t symbol, const char *name,
      md_time from, md_time to, struct md_error *err)
{
  if (from < lookup->request->from)
    from = lookup->request->from;
  if (to > lookup->request->to)
    to = lookup->request->to;
  if (from >= to)
    return MD_OK;
  return lookup->session->host->mapping (lookup->call, symbol, name, from, to,
                                         err);
}

/* The symbols that an id had while a symbol stood for it.                   */
static int
tell_names (const struct lookup *lookup, const struct stood *stood,
            struct md_error *err)
{
  const struct contracts *names = &lookup->names;
  int klass = MD_OK;

  for (size_t i = 0; klass == MD_OK && i < names->n; i++) {
    const struct contract *one = &names->items[i];

    if (one->id == stood->id)
      klass = tell (lookup, stood->symbol, names->heap.text + one->text,
                    one->from > stood->from ? one->from : stood->from,
                    one->to < stood->to ? one->to : stood->to, err);
  }
  return klass;
}

static int
found_symbol (void *ctx, struct md_text input, md_time from, md_time to,
              struct md_text output, struct md_error *err)
{
  const struct lookup *lookup = ctx;
  uint32_t symbol = asked_find (&lookup->asked, input);
  char name[128];

  if (symbol == MD_ABSENT_NAME || output.len >= sizeof name)
    return MD_OK;
  memcpy (name, output.ptr, output.len);
  name[output.len] = '\0';
  return tell (lookup, symbol, name, from, to, err);
}

/* Only `instrument_id` leads to and from everything.                        */
static int
look_up (struct lookup *lookup, struct md_error *err)
{
  bool one_step = lookup->request->selector == MD_SELECT_SYMBOL
                  || lookup->request->selector == MD_SELECT_ID;
  struct form form = { 0 };
  int klass;

  form_add_symbols (&form, lookup->request, MD_ABSENT_NAME);
  if (one_step)
    return resolve_post (lookup->session, lookup->call, lookup->request, &form,
                         lookup->request->selector == MD_SELECT_ID
                           ? "raw_symbol" : "instrument_id",
                         found_symbol, lookup, err);
  klass = resolve_post (lookup->session, lookup->call, lookup->request, &form,
                        "instrument_id", found_stood, lookup, err);
  if (klass == MD_OK)
    klass = resolve_names (lookup->session, lookup->call, lookup->request,
                           &lookup->ids, &lookup->names, err);
  for (size_t i = 0; klass == MD_OK && i < lookup->n; i++)
    klass = tell_names (lookup, &lookup->items[i], err);
  return klass;
}

int
resolve_symbols (void *user, struct md_call *call,
                 const struct md_request *request, struct md_error *err)
{
  struct lookup lookup = { user, call, request, { 0 }, { 0 }, NULL, 0, 0,
                           { 0 } };
  int klass = service_needs_key (user, err);

  if (klass == MD_OK)
    klass = asked_init (&lookup.asked, request, err);
  if (klass == MD_OK)
    klass = look_up (&lookup, err);
  asked_free (&lookup.asked);
  contracts_free (&lookup.names);
  free (lookup.ids.items);
  free (lookup.items);
  return klass;
}
