/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger-select.h - what a reading command looks at: a JOB, or --provider,
 * --dataset, --schema and --symbol, in one store.
 */
#pragma once

#include "cli.h"

#include <jansson.h>

typedef struct {
  char *provider, *dataset, *schema, *symbol; /* options, or NULL           */
  Job *job;                                   /* or NULL                    */
  char *path;                                 /* of the store               */
  Store *store;
} Selection;

/* cli_parse with the four options besides `entries` (or NULL); without
 * --symbol where the symbol is an argument.                                */
gboolean select_parse (Selection *selection, Cli *cli, const char *name,
                       const GOptionEntry *entries, gboolean with_symbol,
                       int *argc, char ***argv, GError **error);
/* Loads the job at argv[at], if there is one, and opens the store that the
 * two name; too many arguments are CORE_ERROR_USAGE.                       */
gboolean select_open (Selection *selection, Cli *cli, StoreMode mode, int argc,
                      char **argv, int at, GError **error);
void select_clear (Selection *selection);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Selection, select_clear)

/* Members of `match` are borrowed; what the job leaves to lists is NULL.   */
AskKey select_match (const Selection *selection);
SeriesKey select_series_match (const Selection *selection);
gboolean select_takes (const Selection *selection, const AskKey *key);

/* One selector of the ledger.                                              */
typedef struct {
  AskKey key;
  GArray *spans;   /* of LedgerSpan, own                                    */
} HeldSelector;
/* All that the selection takes, sorted by key.  (transfer full)            */
GPtrArray *select_ledger (const Selection *selection, GError **error);
/* CORE_ERROR_USAGE that names the store, what was looked for and the nearest
 * thing there is; returns FALSE.                                           */
gboolean select_nothing (const Selection *selection, GError **error);

/* "acme sip/raw ohlcv-1m AAPL".  (transfer full)                           */
char *out_ask_text (const AskKey *key);
/* provider, dataset, schema, selector, kind.                               */
void out_set_ask (json_t *object, const AskKey *key);
const char *selector_kind_name (guint kind);
/* Deep copies, with a free function for reasons.                           */
GArray *ledger_spans_copy (const GArray *spans);
