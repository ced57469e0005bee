/* SPDX-License-Identifier: Apache-2.0
 *
 * run-fixture.h - an engine run against a provider that the test scripts.
 *
 * The provider offers daily and minute bars; each fetch is answered by the
 * test's function.  Store and limiter state live in a folder of the test's
 * own.
 */
#pragma once

#include "engine/engine.h"

typedef struct Fixture Fixture;

typedef int (*ScriptedFetch) (Fixture *fixture, struct md_call *call,
                              const struct md_request *request,
                              struct md_error *err);

struct Fixture {
  ScriptedFetch fetch;
  gpointer data;
  gint fetches;            /* atomic                                        */
  GMutex mutex;
  GPtrArray *asked;        /* of char *: "AAA+BBB 2024-01-01/2024-01-02"    */

  char *dir, *store_path;
  Plugin plugin;
  struct md_offer offers[2];
  Job job;
  BoundKeys keys;
  Net *net;                /* NULL unless the test makes one                */
  Cancel cancel;
  md_time now;
  md_time refetch_from, refetch_to;
};

const struct md_host *fixture_host (void);

/* Symbols are comma-separated; times as texts.                             */
Fixture *fixture_new (const char *symbols, const char *schema,
                      const char *start, const char *end, ScriptedFetch fetch);
void fixture_free (Fixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

/* Plans and runs against the store on disk.                                */
RunReport *fixture_run (Fixture *fixture);
/* Chunks that a run would have.                                            */
guint fixture_plan_length (Fixture *fixture);
/* Everything held of a symbol, one line a row "2024-01-01 100.5".          */
char *fixture_rows (Fixture *fixture, const char *symbol, md_time as_of);
/* "complete 2024-01-01/2024-01-03; failed ...: reason".                    */
char *fixture_ledger (Fixture *fixture, const char *symbol);
const RunEntry *fixture_entry (const RunReport *report, const char *symbol);

/* One good bar per interval of [from, to) for the request's symbol i.      */
int emit_bars (struct md_call *call, const struct md_request *request,
               guint symbol, md_time from, md_time to, md_price price,
               struct md_error *err);
/* The same for all symbols and the whole range, then covered.              */
int answer_all (Fixture *fixture, struct md_call *call,
                const struct md_request *request, struct md_error *err);
