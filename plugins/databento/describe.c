/* SPDX-License-Identifier: Apache-2.0
 *
 * describe.c - what the service says of itself: datasets, publishers,
 * schemas with their ranges, prices, fields.  None of it costs anything.
 */
#include "databento.h"

#include <stdio.h>
#include <string.h>

struct teller {
  const struct session *session;
  struct md_call *call;
  struct md_error *err;
  const char *dataset;    /* or NULL                                         */
};

static int
tell (const struct teller *teller, const char *name, const char *value)
{
  return teller->session->host->fact (teller->call, name, value, teller->err);
}

static int
ask (const struct teller *teller, const char *method, struct form *query,
     struct md_json *ret_json)
{
  return service_get (teller->session, teller->call, method, query,
                      "metadata", ret_json, teller->err);
}

/* Appends to a list "a,b"; what does not fit any more is left out with a
 * mark, and never cut within a word.                                        */
static void
add_word (char *list, size_t size, const char *word)
{
  size_t len = strlen (list), more = strlen (word) + (len > 0);

  if (len + more + sizeof ",..." > size) {
    if (len < 4 || strcmp (list + len - 4, ",...") != 0)
      snprintf (list + len, size - len, ",...");
    return;
  }
  snprintf (list + len, size - len, "%s%s", len > 0 ? "," : "", word);
}

/* An array of texts as one fact.                                            */
static int
tell_list (const struct teller *teller, const char *method, const char *name)
{
  struct form query = { 0 };
  struct md_json json;
  char list[4096] = "";
  int klass;

  if (teller->dataset != NULL)
    form_add (&query, "dataset", teller->dataset);
  klass = ask (teller, method, &query, &json);
  if (klass != MD_OK)
    return klass;
  if (md_json_enter_array (&json)) {
    while (md_json_next (&json)) {
      char word[64] = "";

      service_text (&json, word, sizeof word);
      if (word[0] != '\0')
        add_word (list, sizeof list, word);
    }
  }
  klass = service_finish (&json, method, teller->err);
  return klass == MD_OK ? tell (teller, name, list) : klass;
}

/* ---- publishers -------------------------------------------------------- */

struct publisher {
  int64_t id;
  char dataset[32], venue[16], text[160];
};

static void
read_publisher (struct md_json *json, struct publisher *publisher)
{
  struct md_text key;

  memset (publisher, 0, sizeof *publisher);
  if (!md_json_enter_object (json)) {
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "publisher_id"))
      md_json_i64 (json, &publisher->id);
    else if (md_json_key_is (key, "dataset"))
      service_text (json, publisher->dataset, sizeof publisher->dataset);
    else if (md_json_key_is (key, "venue"))
      service_text (json, publisher->venue, sizeof publisher->venue);
    else if (md_json_key_is (key, "description"))
      service_text (json, publisher->text, sizeof publisher->text);
    else
      md_json_skip (json);
  }
}

static int
tell_publisher (const struct teller *teller, const struct publisher *one)
{
  char name[48], value[260];

  snprintf (name, sizeof name, "publisher.%lld", (long long) one->id);
  snprintf (value, sizeof value, "%s %s %s", one->dataset, one->venue,
            one->text);
  return tell (teller, name, value);
}

static int
tell_publishers (const struct teller *teller)
{
  struct form query = { 0 };
  struct publisher one;
  struct md_json json;
  int klass = ask (teller, "metadata.list_publishers", &query, &json);

  if (klass != MD_OK)
    return klass;
  if (md_json_enter_array (&json)) {
    while (klass == MD_OK && md_json_next (&json)) {
      read_publisher (&json, &one);
      if (json.fault == NULL && one.id > 0
          && (teller->dataset == NULL
              || strcmp (one.dataset, teller->dataset) == 0))
        klass = tell_publisher (teller, &one);
    }
  }
  return klass == MD_OK
           ? service_finish (&json, "metadata.list_publishers", teller->err)
           : klass;
}

/* ---- prices ------------------------------------------------------------ */

/* The object keeps its order and its numbers as they are written.           */
static int
tell_prices_of (const struct teller *teller, struct md_json *json,
                const char *mode)
{
  struct md_text key, number;
  int klass = MD_OK;

  if (!md_json_enter_object (json))
    return MD_OK;
  while (klass == MD_OK && md_json_next_key (json, &key)) {
    char name[120], value[40];

    if (!md_json_slice (json, &number))
      break;
    snprintf (name, sizeof name, "price.%.40s.%.*s", mode,
              (int) (key.len < 40 ? key.len : 40), key.ptr);
    snprintf (value, sizeof value, "%.*s",
              (int) (number.len < 39 ? number.len : 39), number.ptr);
    klass = tell (teller, name, value);
  }
  return klass;
}

/* `mode` may stand behind the prices that it is for, so it is read first.   */
static int
tell_mode (const struct teller *teller, struct md_json *json)
{
  struct md_json prices = *json;
  struct md_text key, slice;
  char mode[48] = "any";
  bool priced = false;

  if (!md_json_enter_object (json)) {
    md_json_skip (json);
    return MD_OK;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "mode")) {
      service_text (json, mode, sizeof mode);
    } else if (md_json_key_is (key, "unit_prices")
               && md_json_slice (json, &slice)) {
      md_json_init (&prices, slice.ptr, slice.len);
      priced = true;
    } else {
      md_json_skip (json);
    }
  }
  return priced && json->fault == NULL ? tell_prices_of (teller, &prices, mode)
                                       : MD_OK;
}

static int
tell_prices (const struct teller *teller)
{
  struct form query = { 0 };
  struct md_json json;
  int klass;

  form_add (&query, "dataset", teller->dataset);
  klass = ask (teller, "metadata.list_unit_prices", &query, &json);
  if (klass != MD_OK)
    return klass;
  klass = tell (teller, "price.unit", "USD per GB");
  if (md_json_enter_array (&json)) {
    while (klass == MD_OK && md_json_next (&json))
      klass = tell_mode (teller, &json);
  }
  return klass == MD_OK
           ? service_finish (&json, "metadata.list_unit_prices", teller->err)
           : klass;
}

/* ---- ranges ------------------------------------------------------------ */

/* {"start": ..., "end": ..., "schema": {...}}, and the same for each schema. */
static int
tell_range_of (const struct teller *teller, struct md_json *json,
               const char *prefix, bool is_whole)
{
  struct md_text key, inner;
  int klass = MD_OK;

  if (!md_json_enter_object (json)) {
    md_json_skip (json);
    return MD_OK;
  }
  while (klass == MD_OK && md_json_next_key (json, &key)) {
    char name[120], value[64] = "";

    if (is_whole && md_json_key_is (key, "schema")
        && md_json_enter_object (json)) {
      while (klass == MD_OK && md_json_next_key (json, &inner)) {
        snprintf (name, sizeof name, "schema.%.*s.",
                  (int) (inner.len < 40 ? inner.len : 40), inner.ptr);
        klass = tell_range_of (teller, json, name, false);
      }
      continue;
    }
    service_text (json, value, sizeof value);
    snprintf (name, sizeof name, "%s%.*s", prefix,
              (int) (key.len < 40 ? key.len : 40), key.ptr);
    if (value[0] != '\0')
      klass = tell (teller, name, value);
  }
  return klass;
}

static int
tell_range (const struct teller *teller)
{
  struct form query = { 0 };
  struct md_json json;
  int klass;

  form_add (&query, "dataset", teller->dataset);
  klass = ask (teller, "metadata.get_dataset_range", &query, &json);
  if (klass == MD_OK)
    klass = tell_range_of (teller, &json, "range.", true);
  return klass == MD_OK
           ? service_finish (&json, "metadata.get_dataset_range", teller->err)
           : klass;
}

/* ---- fields ------------------------------------------------------------ */

static int
tell_field (const struct teller *teller, struct md_json *json)
{
  char name[80] = "", type[40] = "", fact[96];
  struct md_text key;

  if (!md_json_enter_object (json)) {
    md_json_skip (json);
    return MD_OK;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "name"))
      service_text (json, name, sizeof name);
    else if (md_json_key_is (key, "type"))
      service_text (json, type, sizeof type);
    else
      md_json_skip (json);
  }
  if (json->fault != NULL || name[0] == '\0')
    return MD_OK;
  snprintf (fact, sizeof fact, "field.%s", name);
  return tell (teller, fact, type);
}

static int
tell_fields (const struct teller *teller, const char *schema)
{
  struct form query = { 0 };
  struct md_json json;
  int klass;

  form_add (&query, "schema", schema);
  form_add (&query, "encoding", "dbn");
  klass = ask (teller, "metadata.list_fields", &query, &json);
  if (klass != MD_OK)
    return klass;
  if (md_json_enter_array (&json)) {
    while (klass == MD_OK && md_json_next (&json))
      klass = tell_field (teller, &json);
  }
  return klass == MD_OK
           ? service_finish (&json, "metadata.list_fields", teller->err)
           : klass;
}

/* ---- together ---------------------------------------------------------- */

static int
tell_dataset (const struct teller *teller)
{
  int klass = tell_list (teller, "metadata.list_schemas", "schemas");

  if (klass == MD_OK)
    klass = tell_range (teller);
  if (klass == MD_OK)
    klass = tell_prices (teller);
  return klass == MD_OK ? tell_publishers (teller) : klass;
}

int
describe (void *user, struct md_call *call, const char *dataset,
          const char *schema, struct md_error *err)
{
  const struct teller teller = { user, call, err, dataset };
  int klass = service_needs_key (user, err);

  if (klass != MD_OK)
    return klass;
  if (schema != NULL)
    return tell_fields (&teller, schema);
  if (dataset != NULL)
    return tell_dataset (&teller);
  klass = tell_list (&teller, "metadata.list_datasets", "datasets");
  return klass == MD_OK ? tell_publishers (&teller) : klass;
}
