/* SPDX-License-Identifier: Apache-2.0
 *
 * conform.c - the list of checks, and the run through it.
 */
#include "private.h"

#include <string.h>

static const struct {
  const char *name, *promise;
  CheckFn run;
} checks[] = {
  { "keys", "a missing or wrong setting is refused by its name", check_keys },
  { "odd-values", "strange settings are used or refused, with a sentence",
    check_odd_values },
  { "secrets", "no secret stands in a message, an URL or a header",
    check_secrets },
  { "open-close", "a hundred sessions leave nothing behind",
    check_open_close },
  { "sessions", "two sessions do not know of each other", check_sessions },
  { "rows", "rows are in range, sound, and there before `covered`",
    check_rows },
  { "twice", "the same request brings the same rows", check_twice },
  { "chunks", "a range in two parts brings the same rows", check_chunks },
  { "clocks", "in 1999 and in 2040 it neither crashes nor makes rows up",
    check_clocks },
  { "cancel", "it stops at every host call that says so", check_cancel },
  { "faults", "every fault of every answer has the right class and leaves "
    "no partial row", check_faults },
};

#define DESCRIPTOR "descriptor"

const char *
conform_verdict_name (ConformVerdict verdict)
{
  static const char *const names[] = {
    [CONFORM_PASS] = "pass", [CONFORM_SKIP] = "skip",
    [CONFORM_WAIVED] = "waived", [CONFORM_FAIL] = "fail",
  };

  return names[verdict];
}

gboolean
conform_is_check (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++) {
    if (strcmp (checks[i].name, name) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
result_free (gpointer data)
{
  ConformResult *result = data;

  g_free (result->text);
  g_free (result);
}

static ConformResult *
add_result (GPtrArray *results, const char *name, const char *promise,
            ConformVerdict verdict, char *text)
{
  ConformResult *result = g_new0 (ConformResult, 1);

  result->name = name;
  result->promise = promise;
  result->verdict = verdict;
  result->text = text;
  g_ptr_array_add (results, result);
  return result;
}

/* The loader's own examination; the rest has no sense without it.          */
static gboolean
check_descriptor (const ConformInput *input, GPtrArray *results)
{
  g_autoptr (GError) error = NULL;
  PluginInfo *info = plugin_examine (input->path, input->plugin_path, &error);
  char *why = NULL;

  if (info == NULL)
    why = g_strdup (error->message);
  else
    why = g_strdup (info->error);
  plugin_info_free (info);
  add_result (results, DESCRIPTOR, "it loads, and what it declares is sound",
              why != NULL ? CONFORM_FAIL : CONFORM_PASS, why);
  return why == NULL;
}

/* A waiver answers for a failure, not for a check that passes.             */
static void
heed_quirks (const ConformInput *input, ConformResult *result)
{
  const char *reason = input->quirks != NULL
    ? g_hash_table_lookup (input->quirks, result->name) : NULL;
  char *text;

  if (reason == NULL || result->verdict == CONFORM_SKIP)
    return;
  if (result->verdict == CONFORM_FAIL) {
    text = g_strdup_printf ("%s (known: %s)", result->text, reason);
    result->verdict = CONFORM_WAIVED;
  } else {
    text = g_strdup ("the quirks file excuses it, but it passes: take the "
                     "line out");
    result->verdict = CONFORM_FAIL;
  }
  g_free (result->text);
  result->text = text;
}

GPtrArray *
conform_run (const ConformInput *input)
{
  GPtrArray *results = g_ptr_array_new_with_free_func (result_free);
  gboolean usable = check_descriptor (input, results);

  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++) {
    char *why = NULL;
    ConformVerdict verdict
      = usable ? child_run (input, checks[i].run, &why)
               : check_skipped (&why, "it cannot be loaded");

    heed_quirks (input, add_result (results, checks[i].name,
                                    checks[i].promise, verdict, why));
  }
  return results;
}
