/* SPDX-License-Identifier: Apache-2.0
 *
 * describe.c - everything that a plugin declares, as the JSON that `inspect`
 * and `list-providers` show.  Capabilities are derived from what is there.
 */
#include "private.h"

#include "data/interval.h"
#include "data/table.h"

#include <string.h>

/* ---- small words ------------------------------------------------------ */

static json_t *
text_or_null (const char *text)
{
  return text != NULL ? json_string (text) : json_null ();
}

static json_t *
split (const char *text, const char *separator)
{
  g_auto (GStrv) parts = text != NULL ? g_strsplit (text, separator, -1)
                                      : NULL;
  json_t *list = json_array ();

  for (char **part = parts; part != NULL && *part != NULL; part++)
    json_array_append_new (list, json_string (g_strstrip (*part)));
  return list;
}

static json_t *
duration (gint64 ns)
{
  g_autofree char *text = duration_format (ns);

  return json_string (text);
}

/* ---- keys ------------------------------------------------------------- */

static json_t *
describe_key (const struct md_key *key)
{
  json_t *out = json_object ();

  json_object_set_new (out, "name", json_string (key->name));
  json_object_set_new (out, "type",
                       json_string (plugin_type_name (key->type)));
  json_object_set_new (out, "required",
                       json_boolean (key->flags & MD_KEY_REQUIRED));
  json_object_set_new (out, "secret",
                       json_boolean (key->flags & MD_KEY_SECRET));
  json_object_set_new (out, "origin",
                       json_boolean (key->flags & MD_KEY_ORIGIN));
  json_object_set_new (out, "path", json_boolean (key->flags & MD_KEY_PATH));
  json_object_set_new (out, "default", text_or_null (key->dflt));
  json_object_set_new (out, "choices", split (key->choices, "|"));
  json_object_set_new (out, "env", split (key->env, "|"));
  json_object_set_new (out, "doc", json_string (key->doc));
  return out;
}

/* ---- offers ----------------------------------------------------------- */

static json_t *
describe_selectors (guint selectors)
{
  static const struct { guint kind; const char *name; } kinds[] = {
    { MD_SELECT_SYMBOL, "symbol" }, { MD_SELECT_PARENT, "parent" },
    { MD_SELECT_CONTINUOUS, "continuous" }, { MD_SELECT_ALL, "all" },
    { MD_SELECT_ID, "id" },
  };
  json_t *list = json_array ();

  if (selectors == 0)
    selectors = MD_SELECTS (MD_SELECT_SYMBOL);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (selectors & MD_SELECTS (kinds[i].kind))
      json_array_append_new (list, json_string (kinds[i].name));
  }
  return list;
}

static void
describe_interval (json_t *out, const struct md_interval *interval)
{
  g_autofree char *text = interval_to_text (interval);

  json_object_set_new (out, "interval",
                       text_or_null (*text != '\0' ? text : NULL));
  if (interval->unit < MD_UNIT_DAY)
    return;
  json_object_set_new (out, "zone", json_string (
    interval->zone != NULL ? interval->zone : "UTC"));
  json_object_set_new (out, "anchor_ns", json_integer (interval->anchor_ns));
}

/* {"starter": "16m", "advanced": "16m"}                                    */
static json_t *
describe_prompt (const struct md_offer *offer)
{
  g_auto (GStrv) plans = g_strsplit (offer->prompt_plan, "|", 0);
  json_t *out = json_object ();

  for (guint i = 0; plans[i] != NULL; i++)
    json_object_set_new (out, plans[i], duration (offer->prompt_ns));
  return out;
}

/* What a row's time is, and when a row is final: said for every offer.     */
static void
describe_conventions (json_t *out, const struct md_offer *offer)
{
  gboolean bar = offer->interval.count != 0;

  json_object_set_new (out, "time", json_string (
    offer->index_time != NULL ? offer->index_time
    : bar ? "bar start" : "event time"));
  json_object_set_new (out, "final_after", duration (offer->settle_ns));
  if (offer->prompt_plan != NULL)
    json_object_set_new (out, "final_after_on_plan",
                         describe_prompt (offer));
  json_object_set_new (out, "final_from",
                       json_string (bar ? "end of the interval" : "time"));
  json_object_set_new (out, "calendar", text_or_null (offer->calendar));
  json_object_set_new (out, "adjustment", text_or_null (offer->adjustment));
  json_object_set_new (out, "rewritten_by", split (offer->rewritten_by, ","));
  json_object_set_new (out, "volume_unit",
                       text_or_null (offer->volume_unit));
}

static void
describe_limits_of_offer (json_t *out, const struct md_offer *offer)
{
  json_object_set_new (out, "max_symbols", json_integer (offer->max_symbols));
  json_object_set_new (out, "max_span", offer->max_span_ns == 0
                       ? json_null () : duration (offer->max_span_ns));
  json_object_set_new (out, "page_rows", json_integer (offer->page_rows));
  if (offer->window.count > 0) {
    g_autofree char *window = interval_to_text (&offer->window);

    json_object_set_new (out, "window", json_string (window));
  }
  json_object_set_new (out, "week_rows", json_integer (offer->week_rows));
}

static void
describe_flags (json_t *out, guint flags)
{
  static const struct { guint flag; const char *name; } names[] = {
    { MD_OFFER_PRICES_ANY, "prices_any" }, { MD_OFFER_ROUNDS, "rounds" },
    { MD_OFFER_PAID, "paid" }, { MD_OFFER_ALL_SYMBOLS, "all_symbols" },
    { MD_OFFER_SPARSE, "sparse" }, { MD_OFFER_OUTSIDE, "outside" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    json_object_set_new (out, names[i].name,
                         json_boolean (flags & names[i].flag));
}

static json_t *
describe_offer (const struct md_offer *offer)
{
  json_t *out = json_object ();

  json_object_set_new (out, "dataset", text_or_null (offer->dataset));
  json_object_set_new (out, "schema", json_string (offer->schema));
  json_object_set_new (out, "record", json_string (
    plugin_offer_table (offer)->name));
  describe_interval (out, &offer->interval);
  describe_conventions (out, offer);
  describe_limits_of_offer (out, offer);
  json_object_set_new (out, "selectors",
                       describe_selectors (offer->selectors));
  describe_flags (out, offer->flags);
  json_object_set_new (out, "doc", text_or_null (offer->doc));
  return out;
}

static json_t *
describe_limit (const struct md_limit *limit)
{
  json_t *out = json_object ();

  json_object_set_new (out, "bucket", text_or_null (limit->bucket));
  json_object_set_new (out, "plan", text_or_null (limit->plan));
  json_object_set_new (out, "per_second", json_real (limit->per_second));
  json_object_set_new (out, "burst", json_real (limit->burst));
  if (limit->per_day > 0)
    json_object_set_new (out, "per_day", json_real (limit->per_day));
  json_object_set_new (out, "doc", text_or_null (limit->doc));
  return out;
}

/* ---- tables of its own ------------------------------------------------ */

static const char *
field_type (guint type)
{
  switch (type) {
  case MD_FIELD_I64: return "i64";
  case MD_FIELD_TIME: return "time";
  case MD_FIELD_PRICE: return "price";
  case MD_FIELD_F64: return "f64";
  case MD_FIELD_NAME: return "name";
  case MD_FIELD_TEXT: return "text";
  default: return "flags";
  }
}

static json_t *
describe_table (const struct md_table *table)
{
  json_t *out = json_object (), *fields = json_array ();

  for (gsize i = 0; i < table->n_fields; i++) {
    const struct md_field *field = table_field_at (table, i);
    json_t *one = json_object ();

    json_object_set_new (one, "name", text_or_null (field->name));
    json_object_set_new (one, "id", json_integer (field->id));
    json_object_set_new (one, "type", json_string (field_type (field->type)));
    json_object_set_new (one, "required",
                         json_boolean (field->flags & MD_FIELD_REQUIRED));
    json_object_set_new (one, "doc", text_or_null (field->doc));
    json_array_append_new (fields, one);
  }
  json_object_set_new (out, "name", json_string (table->name));
  json_object_set_new (out, "doc", text_or_null (table->doc));
  json_object_set_new (out, "fields", fields);
  return out;
}

static json_t *
describe_tables (const Plugin *plugin)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  json_t *list = json_array ();

  for (gsize i = 0; i < plugin->provider.n_offers; i++) {
    const struct md_offer *offer = plugin_offer_at (plugin, i);

    if (offer->table != NULL
        && g_hash_table_add (seen, (char *) offer->table->name))
      json_array_append_new (list, describe_table (offer->table));
  }
  return list;
}

/* ---- the whole -------------------------------------------------------- */

static gboolean
any_offer (const Plugin *plugin, guint flag)
{
  for (gsize i = 0; i < plugin->provider.n_offers; i++) {
    if (plugin_offer_at (plugin, i)->flags & flag)
      return TRUE;
  }
  return FALSE;
}

static gboolean
needs_a_key (const Plugin *plugin)
{
  for (gsize i = 0; i < plugin->desc.n_keys; i++) {
    const struct md_key *key = plugin_key_at (plugin, i);

    if ((key->flags & MD_KEY_SECRET) && (key->flags & MD_KEY_REQUIRED))
      return TRUE;
  }
  return FALSE;
}

static json_t *
describe_capabilities (const Plugin *plugin)
{
  const struct { gboolean has; const char *name; } all[] = {
    { plugin->has_provider, "history" },
    { plugin->has_stream, "stream" },
    { plugin->has_symbols, "symbols" },
    { plugin_has_resolve (plugin), "resolve" },
    { plugin->has_estimate, "estimate" },
    { plugin->has_details, "details" },
    { plugin->has_conditions, "conditions" },
    { plugin_has_check (plugin), "check" },
    { plugin->has_sink, "sink" },
    { any_offer (plugin, MD_OFFER_ALL_SYMBOLS), "all-symbols" },
    { any_offer (plugin, MD_OFFER_PAID), "paid" },
    { plugin->has_provider && !needs_a_key (plugin), "no-key-needed" },
    { (plugin->desc.flags & MD_PLUGIN_MADE_UP) != 0, "made-up" },
    { (plugin->desc.flags & MD_PLUGIN_BRINGS_IO) != 0, "brings-io" },
  };
  json_t *list = json_array ();

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    if (all[i].has)
      json_array_append_new (list, json_string (all[i].name));
  }
  return list;
}

static void
describe_head (json_t *out, const Plugin *plugin)
{
  const struct md_plugin *desc = &plugin->desc;
  json_t *ifaces = json_array ();

  json_object_set_new (out, "name", json_string (desc->name));
  json_object_set_new (out, "version", json_string (desc->version));
  json_object_set_new (out, "abi", json_sprintf ("%u.%u", desc->abi_major,
                                                 desc->abi_minor));
  json_object_set_new (out, "needs_minor", json_integer (desc->needs_minor));
  json_object_set_new (out, "license", json_string (desc->license));
  json_object_set_new (out, "description", json_string (desc->description));
  json_object_set_new (out, "homepage", text_or_null (desc->homepage));
  json_object_set_new (out, "example", text_or_null (desc->example));
  json_object_set_new (out, "path", json_string (plugin->path));
  for (gsize i = 0; desc->ifaces[i].id != NULL; i++)
    json_array_append_new (ifaces, json_string (desc->ifaces[i].id));
  json_object_set_new (out, "interfaces", ifaces);
  json_object_set_new (out, "capabilities", describe_capabilities (plugin));
}

json_t *
plugin_describe (const Plugin *plugin)
{
  json_t *out = json_object (), *keys = json_array ();
  json_t *offers = json_array (), *limits = json_array ();

  describe_head (out, plugin);
  json_object_set_new (out, "max_sessions",
                       json_integer (plugin->provider.max_sessions));
  for (gsize i = 0; i < plugin->desc.n_keys; i++)
    json_array_append_new (keys, describe_key (plugin_key_at (plugin, i)));
  for (gsize i = 0; i < plugin->provider.n_offers; i++)
    json_array_append_new (offers,
                           describe_offer (plugin_offer_at (plugin, i)));
  for (gsize i = 0; i < plugin->provider.n_limits; i++)
    json_array_append_new (limits,
                           describe_limit (plugin_limit_at (plugin, i)));
  json_object_set_new (out, "keys", keys);
  json_object_set_new (out, "offers", offers);
  json_object_set_new (out, "limits", limits);
  json_object_set_new (out, "tables", describe_tables (plugin));
  return out;
}
