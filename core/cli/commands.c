/* SPDX-License-Identifier: Apache-2.0
 *
 * commands.c - the table of subcommands, in the order of `mdcore --help`.
 */
#include "cmd.h"

const Command commands[] = {
  { "demo", "See it work: no key, no network, a folder of its own",
    "[--dir DIR]", cmd_demo, FALSE },
  { "run", "Bring the store to what the jobs ask for",
    "JOB... [--refetch FROM/TO]", cmd_run, FALSE },
  { "backfill", "A job without a file",
    "PROVIDER SYMBOLS --schema S --from T", cmd_backfill, FALSE },
  { "plan", "What a run would ask, how long that takes and what it costs",
    "JOB... [--refetch FROM/TO]", cmd_plan, FALSE },
  { "check", "Whether jobs can run, without asking anybody", "JOB...",
    cmd_check, FALSE },
  { "config", "What a job means and where each value came from",
    "show JOB [--origin] | keys", cmd_config, FALSE },
  { "list-providers", "What can deliver data, and what is wrong with the "
    "rest", "", cmd_list_providers, FALSE },
  { "list-sinks", "Where data can go besides the store", "", cmd_list_sinks,
    FALSE },
  { "inspect", "Everything that one plugin declares", "NAME|PATH",
    cmd_inspect, FALSE },
  { "status", "What the store holds and how the last run ended", "[JOB]",
    cmd_status, FALSE },
  { "coverage", "What was asked and what came of it", "[JOB]", cmd_coverage,
    FALSE },
  { "gaps", "What is wanted and not held", "[JOB] [--repair]", cmd_gaps,
    FALSE },
  { "why", "Where a value came from, or why there is none",
    "SYMBOL TIME [JOB]", cmd_why, FALSE },
  { "dlq", "The rows and segments that were set aside",
    "list | show ID... | replay ID... | purge ID...", cmd_dlq, FALSE },
  { "export", "Rows out of the store as CSV or JSON lines",
    "[JOB] [--symbol SYMBOL]... [--format csv|jsonl] [-o PATH]", cmd_export,
    FALSE },
  { "__examine", "Look at plugins from a safe distance", "PATH...",
    cmd_examine, TRUE },
  { 0 }
};
