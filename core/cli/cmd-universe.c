/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-universe.c - `mdcore universe`: the lists of symbols that jobs name
 * with an @.
 */
#include "cmd.h"
#include "out.h"
#include "universe-update.h"

#include <stdio.h>
#include <string.h>

/* ---- list ------------------------------------------------------------ */

static json_t *
to_json (const char *name, const Universe *universe)
{
  json_t *object = json_object ();

  out_set_text (object, "name", name);
  out_set_text (object, "date", universe->date);
  out_set_count (object, "symbols", universe->symbols->len);
  out_set_text (object, "page", universe->page);
  out_set_text (object, "path", universe->path);
  return object;
}

/* A list that cannot be read is listed all the same, with the reason.      */
static void
list_one (const char *name, OutTable *table, json_t *list)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Universe) universe = universe_open (name, &error);
  g_autofree char *count = NULL;

  if (universe == NULL) {
    json_t *object = json_object ();

    out_set_text (object, "name", name);
    out_set_text (object, "error", error->message);
    json_array_append_new (list, object);
    if (table != NULL)
      out_table_add (table, name, "-", "-", error->message, NULL);
    return;
  }
  count = out_count (universe->symbols->len);
  json_array_append_new (list, to_json (name, universe));
  if (table != NULL)
    out_table_add (table, name, universe->date, count, universe->path, NULL);
}

static int
list (Cli *cli)
{
  static const char *const headings[] = { "UNIVERSE", "DATE", ">SYMBOLS",
                                          "FILE", NULL };
  g_auto (GStrv) names = universe_names ();
  OutTable *table = cli->json ? NULL : out_table_new (headings);
  json_t *array = json_array ();

  for (char **name = names; *name != NULL; name++)
    list_one (*name, table, array);
  if (cli->json) {
    out_print_json (array);
  } else {
    out_table_print (table);
    json_decref (array);
  }
  return EXIT_DONE;
}

/* ---- show ------------------------------------------------------------ */

static int
show (Cli *cli, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Universe) universe = universe_open (name, &error);
  json_t *object;

  if (universe == NULL)
    return cli_fail (g_steal_pointer (&error));
  if (cli->json) {
    object = to_json (name, universe);
    json_object_set_new (object, "list",
                         out_texts (universe->symbols->pdata,
                                    universe->symbols->len));
    out_print_json (object);
    return EXIT_DONE;
  }
  if (!cli->quiet)
    fprintf (stderr, "@%s of %s, %u symbols, %s\n", name, universe->date,
             universe->symbols->len, universe->path);
  for (guint i = 0; i < universe->symbols->len; i++)
    printf ("%s\n", (char *) universe->symbols->pdata[i]);
  return EXIT_DONE;
}

/* ---- update ---------------------------------------------------------- */

static void
print_changes (const char *sign, const GPtrArray *symbols)
{
  for (guint i = 0; i < symbols->len; i++)
    printf ("%s %s\n", sign, (char *) symbols->pdata[i]);
}

static void
print_update (const Cli *cli, const char *name, const UniverseUpdate *update)
{
  const RefreshDiff *diff = &update->diff;
  json_t *object;

  if (cli->json) {
    object = json_object ();
    out_set_text (object, "name", name);
    out_set_text (object, "date", update->date);
    out_set_text (object, "source", update->source);
    out_set_text (object, "path", update->path);
    out_set_count (object, "symbols", update->symbols->len);
    json_object_set_new (object, "added", out_texts (diff->added->pdata,
                                                     diff->added->len));
    json_object_set_new (object, "removed", out_texts (diff->removed->pdata,
                                                       diff->removed->len));
    out_print_json (object);
    return;
  }
  printf ("@%s of %s: %u symbols, %u new, %u gone\nsource: %s\nfile: %s\n",
          name, update->date, update->symbols->len, diff->added->len,
          diff->removed->len, update->source, update->path);
  print_changes ("+", diff->added);
  print_changes ("-", diff->removed);
}

static int
update (Cli *cli, const char *name, const UniverseOptions *options)
{
  g_autoptr (GError) error = NULL;
  UniverseUpdate made = { 0 };
  gboolean ok = universe_update (cli, name, options, &made, &error);

  if (ok)
    print_update (cli, name, &made);
  universe_update_clear (&made);
  if (ok)
    return EXIT_DONE;
  if (cancel_requested (&cli->cancel))
    return 128 + cli->cancel.requested;
  return cli_fail (g_steal_pointer (&error));
}

/* ---- the command ----------------------------------------------------- */

static int
run (Cli *cli, int argc, char **argv, const UniverseOptions *options)
{
  const char *name = argc > 2 ? argv[2] : NULL;

  if (name != NULL && *name == '@')
    name++;
  if (options->at_least < 0 || !(options->max_change >= 0))
    return cli_usage ("universe", "--at-least and --max-change must not be "
                      "negative");
  if (argc == 2 && strcmp (argv[1], "list") == 0)
    return list (cli);
  if (argc == 3 && strcmp (argv[1], "show") == 0)
    return show (cli, name);
  if (argc == 3 && strcmp (argv[1], "update") == 0)
    return update (cli, name, options);
  return cli_usage ("universe", "list, show NAME or update NAME?");
}

int
cmd_universe (Cli *cli, int argc, char **argv)
{
  UniverseOptions options = { .max_change = 10 };
  const GOptionEntry entries[] = {
    { "page", 0, 0, G_OPTION_ARG_STRING, &options.page,
      "Update from this page instead of the one that the list names",
      "URL|FILE" },
    { "column", 0, 0, G_OPTION_ARG_STRING, &options.column,
      "Heading of the column of symbols (Symbol)", "HEADING" },
    { "at-least", 0, 0, G_OPTION_ARG_INT, &options.at_least,
      "Refuse a list with fewer symbols (nine tenths of the old one)", "N" },
    { "max-change", 0, 0, G_OPTION_ARG_DOUBLE, &options.max_change,
      "Refuse a list from which more comes or goes (10)", "PERCENT" },
    { NULL }
  };
  GError *error = NULL;
  int status;

  status = cli_parse (cli, "universe", entries, &argc, &argv, &error)
             ? run (cli, argc, argv, &options) : cli_fail (error);
  g_free (options.page);
  g_free (options.column);
  return status;
}
