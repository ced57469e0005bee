/* SPDX-License-Identifier: Apache-2.0
 *
 * settle.c - what files do not hold: symbols that none of them knows, and
 * times between them.
 */
#include "databento.h"
#include "import.h"

#include <support/time.h>

void
import_know (struct feed *feed, const struct claim *claim)
{
  for (uint32_t i = 0; i < feed->request->n_symbols; i++) {
    if (claim->marks[i] & MARK_MAPPED)
      feed->known[i] = 1;
  }
}

/* ---- what they do not hold --------------------------------------------- */

/* First part of the request from `from` on that no entry proves for the
 * symbol.                                                                   */
static bool
find_gap (const struct import *import, uint32_t symbol, md_time from,
          md_time *ret_from, md_time *ret_to)
{
  const struct feed *feed = import->walk.feed;
  bool moved = true;

  *ret_to = import->to;
  while (moved) {
    moved = false;
    *ret_to = import->to;
    for (size_t i = 0; i < import->n; i++) {
      const struct entry *entry = &import->entries[i];

      if (feed->holds_back || entry->to <= from
          || (feed->request->n_symbols > 0
              && !claim_answers (&entry->claim, feed, symbol)))
        continue;
      if (entry->from <= from) {
        from = entry->to;
        moved = true;
      } else if (entry->from < *ret_to) {
        *ret_to = entry->from;
      }
    }
  }
  *ret_from = from;
  return from < import->to;
}

static int
report_gap (const struct import *import, uint32_t symbol, md_time from,
            md_time to, struct md_error *err)
{
  const struct feed *feed = import->walk.feed;
  char first[48], last[48];

  md_time_format (from, first);
  md_time_format (to, last);
  dbn_fail (err, MD_ERR_ENTITLEMENT,
            "databento: no file under %s holds %s %s from %s to %s; add it, "
            "or set `files_complete = yes` if there is nothing to hold",
            import->place,
            feed->request->n_symbols > 0 ? feed->request->symbols[symbol]
                                         : "*", feed->schema->name, first,
            last);
  err->from = from;
  err->to = to;
  return err->klass;
}

static int
settle_symbol (const struct import *import, uint32_t symbol,
               struct md_error *err)
{
  const struct feed *feed = import->walk.feed;
  md_time from = feed->request->from, to;
  int klass = MD_OK;

  while (klass == MD_OK && find_gap (import, symbol, from, &from, &to)) {
    if (!import->complete)
      return report_gap (import, symbol, from, to, err);
    klass = feed->host->covered (feed->call, symbol, from, to, err);
    from = to;
  }
  return klass;
}

int
import_settle (const struct import *import, struct md_error *err)
{
  const struct feed *feed = import->walk.feed;
  uint32_t n = feed->request->n_symbols;
  int klass = MD_OK;

  for (uint32_t i = 0; i < n; i++) {
    if (feed->known[i] || feed->request->selector == MD_SELECT_PARENT)
      continue;
    dbn_fail (err, MD_ERR_NOT_FOUND, "databento: no file under %s holds the "
              "symbol \"%s\"", import->place,
              feed->request->symbols[i]);
    err->symbol = i;
    return err->klass;
  }
  for (uint32_t i = 0; klass == MD_OK && i < (n > 0 ? n : 1); i++) {
    if (import->only == MD_ABSENT_NAME || import->only == i)
      klass = settle_symbol (import, i, err);
  }
  return klass;
}
