/* SPDX-License-Identifier: Apache-2.0
 *
 * symbols.c - the map from (instrument id, time) to symbol.
 */
#include "databento.h"

#include <support/time.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
no_memory (struct md_error *err)
{
  return dbn_fail (err, MD_ERR_INTERNAL, "out of memory for symbol mappings");
}

static struct slot *
new_slots (size_t n)
{
  struct slot *slots = malloc (n * sizeof *slots);

  for (size_t i = 0; slots != NULL && i < n; i++)
    slots[i].first = NO_SPAN;
  return slots;
}

int
symbols_init (struct symbols *symbols, const struct asked *asked,
              const struct contracts *contracts, struct md_error *err)
{
  unsigned kind = asked->request->selector;

  memset (symbols, 0, sizeof *symbols);
  symbols->asked = asked;
  symbols->exact = kind == MD_SELECT_SYMBOL || kind == MD_SELECT_CONTINUOUS
                   || kind == MD_SELECT_ID;
  symbols->contracts = kind == MD_SELECT_CONTINUOUS ? contracts : NULL;
  symbols->last_span = NO_SPAN;
  symbols->n_slots = 64;
  symbols->slots = new_slots (symbols->n_slots);
  return symbols->slots != NULL ? MD_OK : no_memory (err);
}

void
symbols_free (struct symbols *symbols)
{
  free (symbols->slots);
  free (symbols->spans);
  free (symbols->heap.text);
  memset (symbols, 0, sizeof *symbols);
}

/* ---- the hash ---------------------------------------------------------- */

static struct slot *
place (struct slot *slots, size_t n, uint32_t id)
{
  size_t i = (size_t) ((id * UINT64_C (0x9e3779b97f4a7c15)) >> 20);

  for (;; i++) {
    struct slot *slot = &slots[i & (n - 1)];

    if (slot->first == NO_SPAN || slot->id == id)
      return slot;
  }
}

static bool
grow (struct symbols *symbols)
{
  size_t n = 2 * symbols->n_slots;
  struct slot *slots;

  if (symbols->used < symbols->n_slots / 2)
    return true;
  slots = new_slots (n);
  if (slots == NULL)
    return false;
  for (size_t i = 0; i < symbols->n_slots; i++) {
    if (symbols->slots[i].first != NO_SPAN)
      *place (slots, n, symbols->slots[i].id) = symbols->slots[i];
  }
  free (symbols->slots);
  symbols->slots = slots;
  symbols->n_slots = n;
  return true;
}

uint32_t
symbols_find_slow (struct symbols *symbols, uint32_t id, md_time ts)
{
  const struct slot *slot = place (symbols->slots, symbols->n_slots, id);

  for (uint32_t i = slot->first; i != NO_SPAN; i = symbols->spans[i].next) {
    if (ts < symbols->spans[i].from || ts >= symbols->spans[i].to)
      continue;
    symbols->last_id = id;
    symbols->last_span = slot->overlaps ? NO_SPAN : i;
    return i;
  }
  return NO_SPAN;
}

uint32_t
symbols_also (const struct symbols *symbols, uint32_t span, md_time ts)
{
  for (uint32_t i = symbols->spans[span].next; i != NO_SPAN;
       i = symbols->spans[i].next) {
    if (ts >= symbols->spans[i].from && ts < symbols->spans[i].to)
      return i;
  }
  return NO_SPAN;
}

/* ---- adding ------------------------------------------------------------ */

static bool
overlaps (const struct symbols *symbols, uint32_t first,
          const struct span *span)
{
  for (uint32_t i = first; i != NO_SPAN; i = symbols->spans[i].next) {
    if (span->from < symbols->spans[i].to && symbols->spans[i].from < span->to)
      return true;
  }
  return false;
}

static bool
push (struct symbols *symbols, uint32_t id, const struct span *span)
{
  struct slot *slot;

  if (symbols->n_spans == symbols->capacity) {
    size_t capacity = 2 * symbols->capacity + 64;
    struct span *grown = realloc (symbols->spans, capacity * sizeof *grown);

    if (grown == NULL)
      return false;
    symbols->spans = grown;
    symbols->capacity = capacity;
  }
  if (!grow (symbols))
    return false;
  slot = place (symbols->slots, symbols->n_slots, id);
  if (slot->first == NO_SPAN) {
    slot->id = id;
    slot->overlaps = false;
    symbols->used++;
  }
  slot->overlaps = slot->overlaps || overlaps (symbols, slot->first, span);
  symbols->spans[symbols->n_spans] = *span;
  symbols->spans[symbols->n_spans].next = slot->first;
  slot->first = (uint32_t) symbols->n_spans++;
  symbols->last_span = NO_SPAN;
  return true;
}

/* Cuts the span where the instrument's own name begins or ends.             */
static bool
push_contracts (struct symbols *symbols, uint32_t id, struct span span)
{
  md_time end = span.to;

  while (span.from < end) {
    span.to = end;
    span.contract_text = NO_SPAN;
    for (size_t i = 0; i < symbols->contracts->n; i++) {
      const struct contract *contract = &symbols->contracts->items[i];

      if (contract->id != id || contract->to <= span.from
          || contract->from >= span.to)
        continue;
      if (contract->from > span.from) {
        span.to = contract->from;
      } else {
        span.contract_text = contract->text;
        span.to = contract->to < span.to ? contract->to : span.to;
      }
    }
    if (!push (symbols, id, &span))
      return false;
    span.from = span.to;
  }
  return true;
}

int
symbols_add (struct symbols *symbols, uint32_t id, md_time from, md_time to,
             struct md_text name, struct md_error *err)
{
  struct span span = { from, to, 0, NO_SPAN, MD_ABSENT_NAME, MD_ABSENT_NAME,
                       NO_SPAN };

  if (from >= to)
    return MD_OK;
  if (symbols->exact) {
    span.symbol = asked_find (symbols->asked, name);
    if (span.symbol == MD_ABSENT_NAME)
      span.symbol = SYMBOL_OTHER;
  } else if (!heap_add (&symbols->heap, name, &span.text)) {
    return no_memory (err);
  }
  if (symbols->contracts != NULL && span.symbol != SYMBOL_OTHER)
    return push_contracts (symbols, id, span) ? MD_OK : no_memory (err);
  return push (symbols, id, &span) ? MD_OK : no_memory (err);
}

/* An alias has rolled: wherever it pointed to, it does so no longer.        */
static void
end_alias (struct symbols *symbols, uint32_t symbol, md_time at)
{
  for (size_t i = 0; i < symbols->n_spans; i++) {
    if (symbols->spans[i].symbol == symbol && symbols->spans[i].to > at)
      symbols->spans[i].to = at;
  }
}

int
symbols_rename (struct symbols *symbols, uint32_t id, md_time at,
                struct md_text name, struct md_error *err)
{
  const struct slot *slot = place (symbols->slots, symbols->n_slots, id);

  symbols->last_span = NO_SPAN;
  if (symbols->asked->request->selector == MD_SELECT_CONTINUOUS) {
    uint32_t symbol = asked_find (symbols->asked, name);

    if (symbol != MD_ABSENT_NAME)
      end_alias (symbols, symbol, at);
  } else {
    for (uint32_t i = slot->first; i != NO_SPAN; i = symbols->spans[i].next) {
      if (symbols->spans[i].to > at)
        symbols->spans[i].to = at;
    }
  }
  return symbols_add (symbols, id, at, INT64_MAX, name, err);
}

/* ---- texts ------------------------------------------------------------- */

bool
symbols_id (struct md_text text, uint32_t *ret_id)
{
  uint64_t id = 0;

  if (text.len == 0 || text.len > 10)
    return false;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
    id = 10 * id + (uint64_t) (text.ptr[i] - '0');
  }
  *ret_id = (uint32_t) id;
  return id <= UINT32_MAX;
}

bool
symbols_date (uint32_t date, md_time *ret_time)
{
  unsigned month = date / 100 % 100, day = date % 100, m, d;
  int64_t year = date / 10000, y, days;

  if (year < 1678 || year > 2261 || month < 1 || month > 12 || day < 1
      || day > 31)
    return false;
  days = md_days_from_civil (year, month, day);
  md_civil_from_days (days, &y, &m, &d);
  *ret_time = days * MD_DAY;
  return y == year && m == month && d == day;
}
