/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-store.c - `mdcore store`: care of the store as a whole; and `mdcore
 * verify`, which is `mdcore store verify`.
 */
#include "cmd.h"
#include "data/interval.h"
#include "ledger-select.h"
#include "out.h"

#include <stdio.h>
#include <string.h>

/* One verb; argv holds what follows it.                                    */
typedef int (*VerbFn) (Cli *cli, const Selection *selection, char **argv,
                       GError **error);

static int
failed (GError **error)
{
  return cli_fail (g_steal_pointer (error));
}

/* ---- info -------------------------------------------------------------- */

static void
info_to_json (const Selection *selection, const StoreInfo *info)
{
  json_t *object = json_object ();

  out_set_text (object, "store", selection->path);
  out_set_count (object, "format", info->format);
  out_set_count (object, "series", info->series);
  out_set_count (object, "rows", info->rows);
  out_set_count (object, "blocks", info->blocks);
  out_set_count (object, "history_rows", info->history_rows);
  out_set_count (object, "commits", info->commits);
  out_set_count (object, "last_commit", info->last_commit);
  out_set_time (object, "last_commit_at",
                info->last_commit > 0 ? info->last_commit_at : MD_ABSENT);
  out_set_count (object, "dead_letters", info->dead_letters);
  out_set_count (object, "raw", info->raw);
  out_set_count (object, "disk_bytes", info->disk_bytes);
  out_print_json (object);
}

static void
print_count (const char *name, guint64 n)
{
  g_autofree char *text = out_count (n);

  printf ("%-15s%s\n", name, text);
}

static int
store_verb_info (Cli *cli, const Selection *selection, char **argv,
                 GError **error)
{
  StoreInfo info;
  g_autofree char *size = NULL, *at = NULL;

  if (!store_info (selection->store, &info, error))
    return failed (error);
  if (cli->json) {
    info_to_json (selection, &info);
    return EXIT_DONE;
  }
  size = g_format_size_full (info.disk_bytes, G_FORMAT_SIZE_IEC_UNITS);
  at = out_when (info.last_commit > 0 ? info.last_commit_at : MD_ABSENT);
  printf ("%-15s%s\n%-15s%u\n%-15s%s\n", "store", selection->path, "format",
          info.format, "size", size);
  print_count ("series", info.series);
  print_count ("rows", info.rows);
  print_count ("blocks", info.blocks);
  print_count ("superseded", info.history_rows);
  print_count ("commits", info.commits);
  printf ("%-15s%s\n", "last commit", at);
  print_count ("dead letters", info.dead_letters);
  print_count ("raw answers", info.raw);
  return EXIT_DONE;
}

/* ---- verify ------------------------------------------------------------ */

static void
collect_fault (const char *fault, gpointer faults)
{
  g_ptr_array_add (faults, g_strdup (fault));
}

static int
store_verb_verify (Cli *cli, const Selection *selection, char **argv,
                   GError **error)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  gboolean fine = store_verify (selection->store, collect_fault, faults,
                                error);

  if (*error != NULL)
    return failed (error);
  if (cli->json) {
    json_t *object = json_object (), *list = json_array ();

    for (guint i = 0; i < faults->len; i++)
      json_array_append_new (list, json_string (faults->pdata[i]));
    out_set_text (object, "store", selection->path);
    json_object_set_new (object, "faults", list);
    out_print_json (object);
  } else {
    for (guint i = 0; i < faults->len; i++)
      puts (faults->pdata[i]);
    printf ("%s: %s\n", selection->path, fine ? "sound" : "damaged");
  }
  return fine ? EXIT_DONE : EXIT_STORE;
}

/* ---- backup, restore --------------------------------------------------- */

static int
store_verb_backup (Cli *cli, const Selection *selection, char **argv,
                   GError **error)
{
  if (!store_backup (selection->path, argv[0], error))
    return failed (error);
  if (!cli->quiet)
    printf ("%s: a copy of %s\n", argv[0], selection->path);
  return EXIT_DONE;
}

static int
store_verb_restore (Cli *cli, const Selection *selection, char **argv,
                    GError **error)
{
  if (!store_restore (argv[0], selection->path, error))
    return failed (error);
  if (!cli->quiet)
    printf ("%s: restored from %s\n", selection->path, argv[0]);
  return EXIT_DONE;
}

/* ---- compact, prune ---------------------------------------------------- */

static int
store_verb_compact (Cli *cli, const Selection *selection, char **argv,
                    GError **error)
{
  return store_compact (selection->store, error) ? EXIT_DONE : failed (error);
}

static int
store_verb_prune (Cli *cli, const Selection *selection, char **argv,
                  GError **error)
{
  const SeriesKey match = select_series_match (selection);
  g_autofree char *count = NULL;
  guint64 rows = 0;
  md_time before;

  if (!time_parse (argv[0], &before, error)
      || !store_prune (selection->store, &match, before, &rows, error))
    return failed (error);
  count = out_count (rows);
  if (!cli->quiet)
    printf ("%s rows dropped\n", count);
  return EXIT_DONE;
}

/* ---- the verbs --------------------------------------------------------- */

typedef enum { OPEN_NOT, OPEN_READ, OPEN_WRITE } VerbOpen;

static const struct {
  const char *name, *argument; /* what must follow, or NULL                 */
  VerbOpen open;
  VerbFn run;
} verbs[] = {
  { "info", NULL, OPEN_READ, store_verb_info },
  { "verify", NULL, OPEN_READ, store_verb_verify },
  { "backup", "the folder to make", OPEN_NOT, store_verb_backup },
  { "restore", "the folder of a backup", OPEN_NOT, store_verb_restore },
  { "compact", NULL, OPEN_WRITE, store_verb_compact },
  { "prune", "the time before which rows are dropped", OPEN_WRITE,
    store_verb_prune },
};

static int
run_verb (Cli *cli, Selection *selection, guint v, int argc, char **argv,
          GError **error)
{
  int wanted = verbs[v].argument != NULL ? 1 : 0;

  if (argc != wanted) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 wanted ? "store %s: wants %s" : "store %s: wants nothing "
                 "more%s", verbs[v].name,
                 wanted ? verbs[v].argument : "");
    return failed (error);
  }
  if (verbs[v].open == OPEN_NOT) {
    selection->path = cli_store_path (cli, NULL);
  } else if (!select_open (selection, cli,
                           verbs[v].open == OPEN_READ ? STORE_READ
                                                      : STORE_WRITE_EXISTING,
                           1, argv, 1, error)) {
    return failed (error);
  }
  return verbs[v].run (cli, selection, argv, error);
}

int
cmd_store (Cli *cli, int argc, char **argv)
{
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;

  if (!select_parse (&selection, cli, "store", NULL, TRUE, &argc, &argv,
                     &error))
    return failed (&error);
  for (guint v = 0; argc > 1 && v < G_N_ELEMENTS (verbs); v++) {
    if (strcmp (argv[1], verbs[v].name) == 0)
      return run_verb (cli, &selection, v, argc - 2, argv + 2, &error);
  }
  g_set_error (&error, CORE_ERROR, CORE_ERROR_USAGE,
               "store: info, verify, backup DIR, restore DIR, compact or "
               "prune TIME?");
  return failed (&error);
}

int
cmd_verify (Cli *cli, int argc, char **argv)
{
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;

  if (!select_parse (&selection, cli, "verify", NULL, FALSE, &argc, &argv,
                     &error)
      || !select_open (&selection, cli, STORE_READ, argc, argv, 1, &error))
    return failed (&error);
  return store_verb_verify (cli, &selection, NULL, &error);
}
