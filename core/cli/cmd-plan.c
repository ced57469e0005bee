/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-plan.c - `mdcore plan JOB...`: what `run` would ask, how many calls and
 * how long that takes, and what it costs; fetches nothing.
 */
#include "cmd.h"
#include "engine/plan.h"
#include "out.h"
#include "run-job.h"

#include "data/interval.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

#define CHUNKS_SHOWN  12
#define SYMBOLS_SHOWN 3

/* ---- JSON ------------------------------------------------------------ */

static json_t *
calls_to_json (guint64 calls)
{
  return calls == G_MAXUINT64 ? json_null ()
                              : json_integer ((json_int_t) calls);
}

static json_t *
count_to_json (gint64 count)
{
  return count == MD_ABSENT ? json_null () : json_integer (count);
}

static json_t *
chunk_to_json (const Chunk *chunk)
{
  json_t *object = json_object ();
  guint64 min, max;

  plan_calls (chunk, &min, &max);
  json_object_set_new (object, "dataset", json_string (chunk->dataset));
  json_object_set_new (object, "schema", json_string (chunk->schema));
  json_object_set_new (object, "symbols",
                       out_texts (chunk->symbols->pdata, chunk->symbols->len));
  out_set_time (object, "from", chunk->from);
  out_set_time (object, "to", chunk->to);
  json_object_set_new (object, "calls_min", calls_to_json (min));
  json_object_set_new (object, "calls_max", calls_to_json (max));
  json_object_set_new (object, "refetch", json_boolean (chunk->refetch));
  return object;
}

static json_t *
plan_to_json (const Plan *plan, const Job *job)
{
  json_t *object = json_object (), *chunks = json_array ();
  gboolean priced = !isnan (plan->money);

  for (guint i = 0; i < plan->chunks->len; i++)
    json_array_append_new (chunks, chunk_to_json (plan->chunks->pdata[i]));
  json_object_set_new (object, "job", json_string (job->name));
  json_object_set_new (object, "provider", json_string (job->provider));
  json_object_set_new (object, "calls_min", calls_to_json (plan->calls_min));
  json_object_set_new (object, "calls_max", calls_to_json (plan->calls_max));
  json_object_set_new (object, "rate_limit_ms",
                       json_integer (plan->limit_ns / 1000000));
  json_object_set_new (object, "rate_limit_max_ms",
                       plan->limit_max_ns == MD_ABSENT
                         ? json_null ()
                         : json_integer (plan->limit_max_ns / 1000000));
  json_object_set_new (object, "rows", count_to_json (plan->rows));
  json_object_set_new (object, "bytes", count_to_json (plan->bytes));
  json_object_set_new (object, "money",
                       priced ? json_real (plan->money) : json_null ());
  json_object_set_new (object, "currency",
                       priced ? json_string (plan->currency) : json_null ());
  out_set_time (object, "held_until", plan->held_until);
  out_set_time (object, "next_final", plan->next_final);
  json_object_set_new (object, "notes",
                       out_texts (plan->notes->pdata, plan->notes->len));
  json_object_set_new (object, "chunks", chunks);
  return object;
}

/* ---- text ------------------------------------------------------------ */

static void
print_chunk (const Chunk *chunk)
{
  char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
  guint shown = MIN (chunk->symbols->len, SYMBOLS_SHOWN);

  time_format (chunk->from, from);
  time_format (chunk->to, to);
  printf ("  %s/%s  %s %s ", from, to, chunk->dataset, chunk->schema);
  for (guint i = 0; i < shown; i++)
    printf ("%s%s", i > 0 ? "," : "", (char *) chunk->symbols->pdata[i]);
  if (chunk->symbols->len > shown)
    printf (" and %u more", chunk->symbols->len - shown);
  if (chunk->symbols->len == 0)
    putchar ('*');
  puts (chunk->refetch ? "  (again)" : "");
}

/* To the second: nobody plans hours by their nanoseconds.                  */
static char *
rough (gint64 ns)
{
  return duration_format (ns >= MD_MINUTE ? ns - ns % MD_SECOND : ns);
}

static void
print_limit (const Plan *plan)
{
  g_autofree char *least = rough (plan->limit_ns);
  g_autofree char *most = rough (plan->limit_max_ns);

  if (plan->limit_ns == 0 && plan->limit_max_ns == 0)
    return;
  if (plan->limit_max_ns == plan->limit_ns)
    printf (", %s under the rate limit", least);
  else if (plan->limit_max_ns == MD_ABSENT)
    printf (", at least %s under the rate limit", least);
  else
    printf (", %s to %s under the rate limit", least, most);
}

static void
print_calls (const Plan *plan)
{
  printf ("calls: ");
  if (plan->calls_min == plan->calls_max)
    printf ("%" G_GUINT64_FORMAT, plan->calls_min);
  else if (plan->calls_max == G_MAXUINT64)
    printf ("at least %" G_GUINT64_FORMAT, plan->calls_min);
  else
    printf ("%" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, plan->calls_min,
            plan->calls_max);
  print_limit (plan);
  putchar ('\n');
}

static void
print_cost (const Plan *plan)
{
  if (plan->rows != MD_ABSENT)
    printf ("rows: %" G_GINT64_FORMAT "\n", plan->rows);
  if (plan->bytes != MD_ABSENT)
    printf ("bytes: %" G_GINT64_FORMAT "\n", plan->bytes);
  if (!isnan (plan->money)) {
    g_autofree char *money = money_format (plan->money);

    printf ("cost: %s %s\n", money, plan->currency);
  }
}

static void
print_end (const Plan *plan)
{
  char text[TIME_TEXT_SIZE];

  if (plan->held_until == MD_ABSENT)
    return;
  time_format (plan->held_until, text);
  printf ("final until %s", text);
  time_format (plan->next_final, text);
  printf (", next final at %s\n", text);
}

static void
print_plan (const Plan *plan, const Job *job)
{
  guint shown = MIN (plan->chunks->len, CHUNKS_SHOWN);

  if (plan->chunks->len == 0) {
    printf ("%s: nothing to ask\n", job->name);
  } else {
    printf ("%s: %u chunk%s from %s\n", job->name, plan->chunks->len,
            plan->chunks->len == 1 ? "" : "s", job->provider);
    for (guint i = 0; i < shown; i++)
      print_chunk (plan->chunks->pdata[i]);
    if (plan->chunks->len > shown)
      printf ("  ... and %u more (--json lists all)\n",
              plan->chunks->len - shown);
    print_calls (plan);
    print_cost (plan);
  }
  print_end (plan);
  for (guint i = 0; i < plan->notes->len; i++)
    printf ("note: %s\n", (char *) plan->notes->pdata[i]);
}

/* ---- the command ----------------------------------------------------- */

/* A vendor that will not say the price is no reason to hide the plan.      */
static void
add_estimate (const PreparedJob *prepared, Plan *plan)
{
  g_autoptr (GError) error = NULL;

  if (!engine_estimate (&prepared->input, plan, &error))
    g_ptr_array_add (plan->notes, g_strdup_printf ("cost unknown: %s",
                                                   error->message));
  else if (plan_is_too_dear (plan, prepared->input.job)) {
    g_autofree char *limit = money_format (prepared->input.job->max_cost);

    g_ptr_array_add (plan->notes,
                     g_strdup_printf ("dearer than max_cost = %s: `run` will "
                                      "refuse it", limit));
  }
}

static int
show_plan (Cli *cli, Job *job, const RunOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Plan) plan = NULL;
  PreparedJob prepared;

  if (!job_prepare (cli, job, options, &prepared, &error))
    return cli_fail (g_steal_pointer (&error));
  if (job_list_all (job, &prepared, &error))
    plan = job_plan (cli, &prepared, &error);
  if (plan == NULL) {
    prepared_job_clear (&prepared);
    return cli_fail (g_steal_pointer (&error));
  }
  add_estimate (&prepared, plan);
  prepared_job_clear (&prepared);
  if (cli->json) {
    json_t *object = plan_to_json (plan, job);

    json_dumpf (object, stdout, JSON_COMPACT);
    putchar ('\n');
    json_decref (object);
  } else {
    print_plan (plan, job);
  }
  return EXIT_DONE;
}

int
cmd_plan (Cli *cli, int argc, char **argv)
{
  g_autofree char *refetch = NULL;
  const GOptionEntry entries[] = {
    { "refetch", 0, 0, G_OPTION_ARG_STRING, &refetch,
      "As if this range were asked again", "FROM/TO" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  RunOptions options;
  int worst = EXIT_DONE;

  run_options_init (&options);
  if (!cli_parse (cli, "plan", entries, &argc, &argv, &error)
      || (refetch != NULL && !run_options_refetch (&options, refetch, &error)))
    return cli_fail (g_steal_pointer (&error));
  if (argc < 2)
    return cli_usage ("plan", "which job?");
  for (int i = 1; i < argc; i++) {
    g_autoptr (GError) fault = NULL;
    g_autoptr (Job) job = cli_load_job (cli, argv[i], &fault);
    int status = job != NULL ? show_plan (cli, job, &options)
                             : cli_fail (g_steal_pointer (&fault));

    worst = worst == EXIT_DONE ? status : worst;
  }
  return worst;
}
