/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-mappings.c - `mdcore mappings SYMBOL`: which instruments a selector
 * stood for, and when.
 */
#include "cmd.h"
#include "ledger-select.h"
#include "out.h"

#include <stdio.h>

static json_t *
selector_to_json (const HeldSelector *held, const GPtrArray *mappings)
{
  json_t *object = json_object (), *list = json_array ();

  out_set_ask (object, &held->key);
  for (guint i = 0; i < mappings->len; i++) {
    const Mapping *mapping = g_ptr_array_index (mappings, i);
    json_t *one = json_object ();

    out_set_text (one, "instrument", mapping->instrument);
    out_set_time (one, "from", mapping->from);
    out_set_time (one, "to", mapping->to);
    json_array_append_new (list, one);
  }
  json_object_set_new (object, "mappings", list);
  return object;
}

static void
add_rows (OutTable *table, const HeldSelector *held,
          const GPtrArray *mappings)
{
  const AskKey *key = &held->key;

  for (guint i = 0; i < mappings->len; i++) {
    const Mapping *mapping = g_ptr_array_index (mappings, i);
    g_autofree char *from = out_time (mapping->from);
    g_autofree char *to = out_time (mapping->to);

    out_table_add (table, key->selector, key->dataset, key->schema, from, to,
                   mapping->instrument, NULL);
  }
}

static gboolean
show (const Selection *selection, const GPtrArray *found, gboolean json,
      GError **error)
{
  static const char *const headings[] = { "SYMBOL", "DATASET", "SCHEMA",
                                          "FROM", "TO", "INSTRUMENT", NULL };
  g_autoptr (GPtrArray) all
    = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  OutTable *table;
  json_t *list;

  for (guint i = 0; i < found->len; i++) {
    const HeldSelector *held = g_ptr_array_index (found, i);
    GPtrArray *mappings = store_mappings (selection->store, &held->key, error);

    if (mappings == NULL)
      return FALSE;
    g_ptr_array_add (all, mappings);
  }
  if (json) {
    list = json_array ();
    for (guint i = 0; i < found->len; i++)
      json_array_append_new (list, selector_to_json (found->pdata[i],
                                                     all->pdata[i]));
    out_print_json (list);
    return TRUE;
  }
  table = out_table_new (headings);
  for (guint i = 0; i < found->len; i++)
    add_rows (table, found->pdata[i], all->pdata[i]);
  out_table_print (table);
  return TRUE;
}

int
cmd_mappings (Cli *cli, int argc, char **argv)
{
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;

  if (!select_parse (&selection, cli, "mappings", NULL, FALSE, &argc, &argv,
                     &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc < 2) {
    g_set_error (&error, CORE_ERROR, CORE_ERROR_USAGE,
                 "mappings: of which symbol?  Such as `mdcore mappings "
                 "ES.c.0`");
    return cli_fail (g_steal_pointer (&error));
  }
  selection.symbol = g_strdup (argv[1]);
  if (!select_open (&selection, cli, STORE_READ, argc, argv, 2, &error))
    return cli_fail (g_steal_pointer (&error));
  found = select_ledger (&selection, &error);
  if (found == NULL
      || (found->len == 0 && !select_nothing (&selection, &error))
      || !show (&selection, found, cli->json, &error))
    return cli_fail (g_steal_pointer (&error));
  return EXIT_DONE;
}
