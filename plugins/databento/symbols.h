/* SPDX-License-Identifier: Apache-2.0
 *
 * symbols.h - which symbol an instrument id stood for at a time.
 *
 * The vendor never rewrites symbols, and ids are unique only within a dataset
 * and a day, so the map is (id, time) -> symbol.  An id without an entry is
 * an error; nothing is guessed.
 */
#ifndef DATABENTO_SYMBOLS_H
#define DATABENTO_SYMBOLS_H

#include <mdcore.h>

/* Texts one behind the other, found by offset.                              */
struct heap {
  char *text;
  size_t len, size;
};
/* False: no memory.                                                         */
bool heap_add (struct heap *heap, struct md_text text, uint32_t *ret_offset);

/* ---- the request's symbols, sorted (asked.c) --------------------------- */

struct asked {
  const struct md_request *request;
  uint32_t *order; /* indices in the order of their texts                    */
};

int asked_init (struct asked *asked, const struct md_request *request,
                struct md_error *err);
void asked_free (struct asked *asked);
/* Index in the request, or MD_ABSENT_NAME.                                  */
uint32_t asked_find (const struct asked *asked, struct md_text text);

/* ---- what a continuous symbol's instruments are called (asked.c) ------- */

struct contracts {
  struct contract {
    uint32_t id, text;
    md_time from, to;
  } *items;
  size_t n, capacity;
  struct heap heap;
};

int contracts_add (struct contracts *contracts, uint32_t id, md_time from,
                   md_time to, struct md_text name, struct md_error *err);
void contracts_free (struct contracts *contracts);

/* ---- the map (symbols.c) ----------------------------------------------- */

#define NO_SPAN      UINT32_MAX
#define SYMBOL_OTHER (UINT32_MAX - 1) /* mapped, but not asked for           */

/* In [from, to) the instrument stood for this symbol.                       */
struct span {
  md_time from, to;
  uint32_t text;          /* of the symbol                                   */
  uint32_t contract_text; /* in the contracts' heap; NO_SPAN: the id itself  */
  uint32_t symbol;        /* of the request, SYMBOL_OTHER, or MD_ABSENT_NAME */
                          /*   until it is interned at first use             */
  uint32_t contract;      /* interned at first use                           */
  uint32_t next;          /* of the same instrument, or NO_SPAN              */
};

struct symbols {
  const struct asked *asked;
  const struct contracts *contracts;
  bool exact;             /* a row's symbol is one of the request's          */
  struct slot {
    uint32_t id, first;   /* first NO_SPAN: empty                            */
    bool overlaps;        /* it had several symbols at one time              */
  } *slots;
  size_t n_slots, used;   /* n_slots a power of two                          */
  struct span *spans;
  size_t n_spans, capacity;
  struct heap heap;
  uint32_t last_id, last_span; /* of the record before; most come in runs    */
};

int symbols_init (struct symbols *symbols, const struct asked *asked,
                  const struct contracts *contracts, struct md_error *err);
void symbols_free (struct symbols *symbols);
int symbols_add (struct symbols *symbols, uint32_t id, md_time from,
                 md_time to, struct md_text name, struct md_error *err);
/* A live mapping record: from `at` on the instrument goes by this name.     */
int symbols_rename (struct symbols *symbols, uint32_t id, md_time at,
                    struct md_text name, struct md_error *err);

uint32_t symbols_find_slow (struct symbols *symbols, uint32_t id, md_time ts);

/* First span of an instrument at a time, or NO_SPAN.                        */
static inline uint32_t
symbols_find (struct symbols *symbols, uint32_t id, md_time ts)
{
  if (id == symbols->last_id && symbols->last_span != NO_SPAN) {
    const struct span *span = &symbols->spans[symbols->last_span];

    if (ts >= span->from && ts < span->to)
      return symbols->last_span;
  }
  return symbols_find_slow (symbols, id, ts);
}

/* Another span of the same instrument at the same time, after `span`.       */
uint32_t symbols_also (const struct symbols *symbols, uint32_t span,
                       md_time ts);

/* Decimal text of an id.                                                    */
bool symbols_id (struct md_text text, uint32_t *ret_id);
/* Start of a day given as YYYYMMDD; false: no such day.                     */
bool symbols_date (uint32_t date, md_time *ret_time);

#endif
