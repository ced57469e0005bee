/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-why.c - `mdcore why SYMBOL TIME`: where a value came from, or why there
 * is none.
 */
#include "cmd.h"
#include "out.h"
#include "why.h"

#include "data/interval.h"

#include <stdio.h>

static void
set_commit (json_t *object, const Why *why)
{
  const CommitInfo *info = why->info;

  if (info == NULL)
    return;
  out_set_count (object, "commit", why->commit);
  out_set_time (object, "committed_at", info->at);
  out_set_text (object, "ingestion_id", info->lineage.ingestion_id);
  out_set_text (object, "run_id", info->lineage.run_id);
  out_set_text (object, "job", info->lineage.job);
  out_set_text (object, "request", info->lineage.request);
}

static void
set_ledger (json_t *object, const Why *why)
{
  if (why->span.from == why->span.to)
    return;
  out_set_text (object, "state", ledger_state_name (why->span.state));
  out_set_count (object, "asks", why->span.asks);
  out_set_time (object, "asked_at", why->span.asked_at);
  out_set_time (object, "next_ask",
                why->span.next_ask != 0 ? why->span.next_ask : MD_ABSENT);
  out_set_text (object, "reason", why->span.reason);
}

static json_t *
why_to_json (const Why *why)
{
  g_autofree char *sentence = why_sentence (why);
  json_t *object = json_object ();

  out_set_ask (object, &why->key);
  out_set_text (object, "instrument", why->instrument);
  out_set_time (object, "from", why->from);
  out_set_time (object, "to", why->to);
  out_set_text (object, "answer", why_answer (why));
  out_set_text (object, "sentence", sentence);
  out_set_count (object, "rows", why->rows);
  /* As text: a JSON number would pass through a double.                    */
  out_set_text (object, "row", why->row);
  set_ledger (object, why);
  set_commit (object, why);
  json_object_set_new (object, "dead_letters",
                       out_texts (why->letters->pdata, why->letters->len));
  json_object_set_new (object, "changes",
                       out_texts (why->changes->pdata, why->changes->len));
  return object;
}

static void
print_answers (const Cli *cli, const GPtrArray *answers)
{
  json_t *list = json_array ();

  for (guint i = 0; i < answers->len; i++) {
    const Why *why = g_ptr_array_index (answers, i);
    g_autofree char *sentence = why_sentence (why);
    g_autofree char *safe = out_safe (sentence);

    json_array_append_new (list, why_to_json (why));
    if (cli->json)
      continue;
    puts (safe);
    if (why->row != NULL)
      printf ("  %s\n", why->row);
  }
  if (cli->json)
    out_print_json (json_incref (list));
  json_decref (list);
}

int
cmd_why (Cli *cli, int argc, char **argv)
{
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) answers = NULL;
  md_time t;

  if (!select_parse (&selection, cli, "why", NULL, FALSE, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  if (argc < 3)
    return cli_usage ("why", "write `why SYMBOL TIME [JOB]`");
  if (!time_parse (argv[2], &t, &error)
      || !select_open (&selection, cli, STORE_READ, argc, argv, 3, &error))
    return cli_fail (g_steal_pointer (&error));
  selection.symbol = g_strdup (argv[1]);
  answers = why_ask (&selection, argv[1], t, &error);
  if (answers == NULL
      || (answers->len == 0 && !select_nothing (&selection, &error)))
    return cli_fail (g_steal_pointer (&error));
  print_answers (cli, answers);
  return EXIT_DONE;
}
