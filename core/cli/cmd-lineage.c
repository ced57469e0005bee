/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-lineage.c - `mdcore lineage ID`: what one ingestion, run or commit
 * asked, got and stored.
 */
#include "cmd.h"
#include "commit-text.h"
#include "ledger-select.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  const char *id;
  gboolean json;
  guint found;
  json_t *list;
} Search;

static gboolean
starts (const char *text, const char *id)
{
  return text != NULL && g_str_has_prefix (text, id);
}

static gboolean
show_if_wanted (const CommitInfo *info, gpointer data)
{
  Search *search = data;
  char number[24];

  g_snprintf (number, sizeof number, "%" G_GUINT64_FORMAT, info->commit);
  if (strcmp (number, search->id) != 0
      && !(strlen (search->id) >= 8
           && (starts (info->lineage.ingestion_id, search->id)
               || starts (info->lineage.run_id, search->id))))
    return TRUE;
  search->found++;
  if (search->json)
    json_array_append_new (search->list, commit_to_json (info));
  else
    commit_print (info);
  return TRUE;
}

int
cmd_lineage (Cli *cli, int argc, char **argv)
{
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;
  Search search = { .json = FALSE };

  if (!cli_parse (cli, "lineage", NULL, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc != 2) {
    g_set_error (&error, CORE_ERROR, CORE_ERROR_USAGE,
                 "lineage: which one?  An ingestion, a run (at least 8 "
                 "characters) or a commit number; `mdcore runs` lists them");
    return cli_fail (g_steal_pointer (&error));
  }
  search = (Search) { argv[1], cli->json, 0, json_array () };
  if (!select_open (&selection, cli, STORE_READ, 1, argv, 1, &error)
      || !store_commits_each (selection.store, 0, show_if_wanted, &search,
                              &error)) {
    json_decref (search.list);
    return cli_fail (g_steal_pointer (&error));
  }
  if (search.found == 0) {
    json_decref (search.list);
    g_set_error (&error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s holds no ingestion, run or commit \"%s\"",
                 selection.path, argv[1]);
    return cli_fail (g_steal_pointer (&error));
  }
  if (cli->json)
    out_print_json (search.list);
  else
    json_decref (search.list);
  return EXIT_DONE;
}
