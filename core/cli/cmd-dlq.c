/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-dlq.c - `mdcore dlq`: the rows and segments that were set aside.
 */
#include "cmd.h"
#include "letters.h"
#include "out.h"

#include "data/interval.h"
#include "engine/replay.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  gboolean all;            /* --all                                         */
  const char *row;         /* --row FILE                                    */
} DlqOptions;

/* ---- list, show --------------------------------------------------------- */

static void
print_list (const GPtrArray *found)
{
  static const char *const headings[] = { "ID", "PROVIDER", "DATASET",
                                          "SCHEMA", "SYMBOL", "TIME", ">SEEN",
                                          "REASONS", NULL };
  OutTable *table = out_table_new (headings);

  for (guint i = 0; i < found->len; i++) {
    const DeadLetter *letter = g_ptr_array_index (found, i);
    g_autofree char *time = out_time (letter->ts);
    g_autofree char *seen = out_count (letter->seen);
    g_autofree char *reasons
      = g_strconcat (letter->segment != NULL ? "segment: " : "",
                     letter->reasons, NULL);

    out_table_add (table, letter->id, letter->ask.provider,
                   letter->ask.dataset, letter->ask.schema,
                   letter_instrument (letter), time, seen, reasons, NULL);
  }
  out_table_print (table);
  if (found->len == 0)
    puts ("no dead letters");
}

static void
print_whole (const DeadLetter *letter)
{
  g_autofree char *time = out_time (letter->ts), *at = out_when (letter->at);

  printf ("letter:    %s\nof:        %s %s %s %s\nasked as:  %s (%s)\n"
          "time:      %s\nset aside: %s, seen %u time%s\nreasons:   %s\n"
          "job:       %s\nrun:       %s\ningestion: %s\n", letter->id,
          letter->ask.provider, letter->ask.dataset, letter->ask.schema,
          letter_instrument (letter), letter->ask.selector,
          selector_kind_name (letter->ask.kind), time, at, letter->seen,
          letter->seen == 1 ? "" : "s", letter->reasons,
          letter->job != NULL ? letter->job : "-",
          letter->run_id != NULL ? letter->run_id : "-",
          letter->ingestion_id != NULL ? letter->ingestion_id : "-");
  if (letter->segment != NULL)
    puts ("holds:     a quarantined segment");
  if (letter->raw != NULL) {
    g_autofree char *raw = g_strndup (g_bytes_get_data (letter->raw, NULL),
                                      g_bytes_get_size (letter->raw));
    g_autofree char *safe = out_safe (raw);

    puts (safe);
  }
}

/* ---- replay, purge ------------------------------------------------------ */

static gboolean
purge (const Selection *selection, const GPtrArray *found, GError **error)
{
  for (guint i = 0; i < found->len; i++) {
    const DeadLetter *letter = g_ptr_array_index (found, i);

    if (!store_dead_remove (selection->store, letter->id, error))
      return FALSE;
  }
  return TRUE;
}

/* A FILE, or "-" for stdin.  (transfer full)                               */
static char *
read_row (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *text = NULL;

  if (!g_file_get_contents (strcmp (path, "-") == 0 ? "/dev/stdin" : path,
                            &text, NULL, &local))
    g_set_error_literal (error, CORE_ERROR, CORE_ERROR_USAGE, local->message);
  return text;
}

typedef struct {
  guint stored, refused;
  json_t *list;
} Replayed;

static void
tell_replayed (const Cli *cli, const DeadLetter *letter, char *reasons,
               Replayed *replayed)
{
  json_t *object = json_object ();

  out_set_text (object, "id", letter->id);
  out_set_text (object, "result", reasons == NULL ? "stored" : "refused");
  out_set_text (object, "reasons", reasons);
  json_array_append_new (replayed->list, object);
  replayed->stored += reasons == NULL;
  replayed->refused += reasons != NULL;
  if (!cli->json && reasons != NULL)
    printf ("%s: still refused: %s\n", letter->id, reasons);
}

/* What is no row at all is refused like a row that breaks a rule: the other
 * letters go on.  The store's failures end it.                             */
static gboolean
replay_one (const Cli *cli, const ReplayInput *input, Replayed *replayed,
            GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *reasons = NULL;

  if (!engine_replay (input, &reasons, &local)) {
    if (!g_error_matches (local, CORE_ERROR, CORE_ERROR_DATA)) {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
    reasons = g_strdup (local->message);
  }
  tell_replayed (cli, input->letter, reasons, replayed);
  return TRUE;
}

static gboolean
replay (const Cli *cli, const Selection *selection, const GPtrArray *found,
        const char *row, Replayed *replayed, GError **error)
{
  const QualityPolicy defaults = { .max_shrink = -1, .min_volume = NAN,
                                   .max_volume = NAN, .max_move = NAN };

  for (guint i = 0; i < found->len; i++) {
    const DeadLetter *letter = g_ptr_array_index (found, i);
    const ReplayInput input = {
      .store = selection->store,
      .plugin = plugin_load (letter->ask.provider, cli->plugin_path, error),
      .quality = selection->job != NULL ? &selection->job->quality : &defaults,
      .letter = letter,
      .row = row,
    };

    if (input.plugin == NULL || !replay_one (cli, &input, replayed, error))
      return FALSE;
  }
  return TRUE;
}

static int
run_replay (const Cli *cli, const Selection *selection, const GPtrArray *found,
            const DlqOptions *options, GError **error)
{
  Replayed replayed = { 0, 0, json_array () };
  g_autofree char *row = options->row != NULL ? read_row (options->row, error)
                                              : NULL;
  gboolean fine = (options->row == NULL || row != NULL)
                  && replay (cli, selection, found, row, &replayed, error);

  if (fine && cli->json)
    out_print_json (json_incref (replayed.list));
  else if (fine)
    printf ("%u stored, %u refused\n", replayed.stored, replayed.refused);
  json_decref (replayed.list);
  return replayed.refused > 0 ? EXIT_PARTIAL : EXIT_DONE;
}

static int
run_purge (const Cli *cli, const Selection *selection, const GPtrArray *found,
           GError **error)
{
  if (!purge (selection, found, error))
    return EXIT_STORE;
  if (cli->json)
    letters_print_json (found, FALSE);
  else
    printf ("%u removed\n", found->len);
  return EXIT_DONE;
}

/* ---- the command -------------------------------------------------------- */

static int
act (const Cli *cli, const Selection *selection, const char *verb, char **ids,
     const DlqOptions *options, GError **error)
{
  g_autoptr (GPtrArray) found = letters_gather (selection, ids, error);

  if (found == NULL)
    return EXIT_FAILED;
  if (strcmp (verb, "replay") == 0)
    return run_replay (cli, selection, found, options, error);
  if (strcmp (verb, "purge") == 0)
    return run_purge (cli, selection, found, error);
  if (cli->json)
    letters_print_json (found, strcmp (verb, "show") == 0);
  else if (strcmp (verb, "list") == 0)
    print_list (found);
  else
    for (guint i = 0; i < found->len; i++)
      print_whole (g_ptr_array_index (found, i));
  return EXIT_DONE;
}

/* Everything is never meant by leaving something out.                      */
static const char *
wrong_usage (const char *verb, int n_ids, const DlqOptions *options)
{
  static const char *const verbs[] = { "list", "show", "replay", "purge",
                                       NULL };
  gboolean list = verb != NULL && strcmp (verb, "list") == 0;
  gboolean changes = verb != NULL && !list && strcmp (verb, "show") != 0;

  if (verb == NULL || !g_strv_contains (verbs, verb))
    return "write list, show, replay or purge";
  if (!list && n_ids == 0 && !(changes && options->all))
    return changes ? "name letters by their ids, or write --all"
                   : "name letters by their ids";
  if (list && n_ids > 0)
    return "list takes no ids; --symbol, --schema and --job choose";
  if (n_ids > 0 && options->all)
    return "either ids or --all";
  if (options->row != NULL
      && (strcmp (verb, "replay") != 0 || n_ids != 1))
    return "--row goes with the replay of one letter";
  return NULL;
}

int
cmd_dlq (Cli *cli, int argc, char **argv)
{
  DlqOptions options = { 0 };
  g_autofree char *job = NULL, *row = NULL;
  const GOptionEntry entries[] = {
    { "all", 0, 0, G_OPTION_ARG_NONE, &options.all,
      "All letters that the other options choose", NULL },
    { "row", 0, 0, G_OPTION_ARG_FILENAME, &row,
      "Replay with this repaired row, as JSON (- is stdin)", "FILE" },
    { "job", 0, 0, G_OPTION_ARG_FILENAME, &job,
      "Letters of this job's data, judged by its [quality]", "JOB" },
    { NULL }
  };
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;
  const char *wrong;
  char *names[3] = { NULL };
  StoreMode mode;
  int status;

  if (!select_parse (&selection, cli, "dlq", entries, TRUE, &argc, &argv,
                     &error))
    return cli_fail (g_steal_pointer (&error));
  options.row = row;
  wrong = wrong_usage (argv[1], argc - 2, &options);
  if (wrong != NULL)
    return cli_usage ("dlq", "%s", wrong);
  mode = strcmp (argv[1], "list") == 0 || strcmp (argv[1], "show") == 0
           ? STORE_READ : STORE_WRITE_EXISTING;
  names[0] = argv[0];
  names[1] = job;
  if (!select_open (&selection, cli, mode, job != NULL ? 2 : 1, names, 1,
                    &error))
    return cli_fail (g_steal_pointer (&error));
  status = act (cli, &selection, argv[1], argc > 2 ? argv + 2 : NULL, &options,
                &error);
  return error != NULL ? cli_fail (g_steal_pointer (&error)) : status;
}
