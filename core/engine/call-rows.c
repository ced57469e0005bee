/* SPDX-License-Identifier: Apache-2.0
 *
 * call-rows.c - rows come in here: names, the guards that every provider
 * passes, and the cut into covered intervals.
 */
#include "call.h"

#include "data/interval.h"
#include "data/spans.h"

#include <string.h>

int
call_intern (struct md_call *call, const char *text, size_t len,
             uint32_t *ret_id, struct md_error *err)
{
  char stack[256], *name = stack;
  gpointer found;
  int klass = MD_OK;

  if (len >= sizeof stack)
    name = g_malloc (len + 1);
  memcpy (name, text, len);
  name[len] = '\0';
  if (g_hash_table_lookup_extended (call->ids, name, NULL, &found)) {
    *ret_id = GPOINTER_TO_UINT (found);
  } else if (memchr (text, '\0', len) != NULL
             || !g_utf8_validate (text, (gssize) len, NULL)) {
    klass = md_fail (err, MD_ERR_PROTOCOL, "a name is not valid UTF-8");
  } else {
    char *copy = g_strdup (name);

    *ret_id = call->names->len;
    g_hash_table_insert (call->ids, copy, GUINT_TO_POINTER (*ret_id));
    g_ptr_array_add (call->names, copy);
  }
  if (name != stack)
    g_free (name);
  return klass;
}

/* ---- guards ---------------------------------------------------------- */

/* Selectors that name their instrument: the row's symbol must be one of the
 * request's.  A parent or `*` delivers instruments of the vendor's choice.  */
static gboolean
selects_exactly (const struct md_request *request)
{
  return request->n_symbols > 0 && request->selector != MD_SELECT_PARENT
         && request->selector != MD_SELECT_ALL;
}

static int
wrong_symbol (const struct md_call *call, guint32 id, struct md_error *err)
{
  if (id >= call->names->len) {
    return md_fail (err, MD_ERR_INTERNAL,
                    "%s emitted a row with symbol id %u, which was never "
                    "interned", call->env->plugin->desc.name, id);
  }
  return md_fail (err, MD_ERR_PROTOCOL,
                  "the answer holds a row of \"%s\", which was not asked for",
                  (char *) g_ptr_array_index (call->names, id));
}

static int
wrong_time (const struct md_call *call, md_time ts, struct md_error *err)
{
  char at[TIME_TEXT_SIZE], from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];

  time_format (ts, at);
  time_format (call->request->from, from);
  time_format (call->request->to, to);
  return md_fail (err, MD_ERR_PROTOCOL,
                  "the answer holds a row at %s, outside the range asked for "
                  "(%s to %s)", at, from, to);
}

typedef enum { ROW_KEEP, ROW_DROP, ROW_FAULT } RowVerdict;

static RowVerdict
judge (const struct md_call *call, const struct md_head *head,
       struct md_error *err)
{
  const struct md_request *request = call->request;

  if (G_UNLIKELY (head->symbol >= call->names->len
                  || (head->symbol >= request->n_symbols
                      && selects_exactly (request)))) {
    wrong_symbol (call, head->symbol, err);
    return ROW_FAULT;
  }
  if (G_LIKELY (head->ts >= request->from && head->ts < request->to))
    return ROW_KEEP;
  if (request->offer->flags & MD_OFFER_OUTSIDE)
    return ROW_DROP;
  wrong_time (call, head->ts, err);
  return ROW_FAULT;
}

/* ---- rows into columns ----------------------------------------------- */

static Columns *
builder (struct md_call *call, guint32 symbol)
{
  Columns *columns;

  if (symbol >= call->builders->len)
    g_ptr_array_set_size (call->builders, (gint) symbol + 1);
  columns = call->builders->pdata[symbol];
  if (columns == NULL) {
    /* Counted from the start, as it is when it goes: take_rows.            */
    columns = call->builders->pdata[symbol] = columns_new (call->table);
    call->bytes += columns->bytes;
  }
  return columns;
}

static void
append (struct md_call *call, guint32 symbol, const void *rows, gsize n,
        gsize stride)
{
  Columns *columns = builder (call, symbol);
  gsize before = columns->bytes;

  columns_append_rows (columns, rows, n, stride,
                       (const char *const *) call->names->pdata,
                       call->names->len);
  call->bytes += columns->bytes - before;
}

static const struct md_head *
row_at (const void *rows, gsize i, gsize stride)
{
  return (const void *) ((const char *) rows + i * stride);
}

/* Rows of many symbols come interleaved (a day of trades): gather those of
 * one symbol, so that columns grow by runs and not by single rows.          */
static void
append_interleaved (struct md_call *call, const void *rows, gsize n,
                    gsize stride)
{
  guint32 max = 0;
  g_autofree guint32 *count = NULL;
  g_autofree gsize *place = NULL;
  gsize at = 0;

  for (gsize i = 0; i < n; i++)
    max = MAX (max, row_at (rows, i, stride)->symbol);
  count = g_new0 (guint32, max + 1);
  place = g_new (gsize, max + 1);
  for (gsize i = 0; i < n; i++)
    count[row_at (rows, i, stride)->symbol]++;
  for (guint32 s = 0; s <= max; s++) {
    place[s] = at;
    at += count[s];
  }
  g_byte_array_set_size (call->scratch, (guint) (n * stride));
  for (gsize i = 0; i < n; i++) {
    const struct md_head *head = row_at (rows, i, stride);

    memcpy (call->scratch->data + place[head->symbol]++ * stride, head, stride);
  }
  for (guint32 s = 0; s <= max; s++) {
    if (count[s] > 0)
      append (call, s, call->scratch->data + (place[s] - count[s]) * stride,
              count[s], stride);
  }
}

/* n rows that passed the guards.                                           */
static void
append_kept (struct md_call *call, const void *rows, gsize n, gsize stride)
{
  gsize runs = 1;

  for (gsize i = 1; i < n; i++) {
    runs += row_at (rows, i, stride)->symbol
            != row_at (rows, i - 1, stride)->symbol;
  }
  if (runs > 4 && runs > n / 16) {
    append_interleaved (call, rows, n, stride);
    return;
  }
  for (gsize i = 0, j; i < n; i = j) {
    guint32 symbol = row_at (rows, i, stride)->symbol;

    for (j = i + 1; j < n && row_at (rows, j, stride)->symbol == symbol; j++)
      ;
    append (call, symbol, row_at (rows, i, stride), j - i, stride);
  }
}

static int
check_emit (struct md_call *call, uint32_t record, gsize stride,
            struct md_error *err)
{
  if (call->request == NULL
      || (call->on_covered == NULL && call->on_rows == NULL))
    return md_fail (err, MD_ERR_INTERNAL, "emit outside of fetch");
  if (record != call->request->offer->record) {
    return md_fail (err, MD_ERR_INTERNAL,
                    "%s emitted records of kind %u, the offer \"%s\" has %u",
                    call->env->plugin->desc.name, record,
                    call->request->schema, call->request->offer->record);
  }
  if (stride < sizeof (struct md_head) || stride > 65536 || stride % 8 != 0)
    return md_fail (err, MD_ERR_INTERNAL, "emit with a stride of %zu", stride);
  return MD_OK;
}

int
call_emit (struct md_call *call, uint32_t record, const void *rows, size_t n,
           size_t stride, struct md_error *err)
{
  int klass = check_emit (call, record, stride, err);
  gsize first = 0;

  if (klass != MD_OK)
    return klass;
  if (cancel_requested (call->env->cancel))
    return md_fail (err, MD_ERR_CANCELLED, "stopped");
  if (call->on_rows != NULL)
    return call->on_rows (call, rows, n, stride, call->data, err);
  for (gsize i = 0; i < n; i++) {
    RowVerdict verdict = judge (call, row_at (rows, i, stride), err);

    if (verdict == ROW_KEEP)
      continue;
    if (verdict == ROW_FAULT)
      return err->klass;
    if (i > first)
      append_kept (call, row_at (rows, first, stride), i - first, stride);
    first = i + 1;
  }
  if (n > first)
    append_kept (call, row_at (rows, first, stride), n - first, stride);
  call->rows_in += n;
  if (n > 0)
    gate_open (call->env->gate);
  if (call->env->row_budget > 0 && call->bytes > call->env->row_budget) {
    call->over_budget = TRUE;
    return md_fail (err, MD_ERR_INTERNAL,
                    "rows of one request outgrew the memory limit before any "
                    "interval of them was complete");
  }
  return MD_OK;
}

/* ---- covered --------------------------------------------------------- */

/* Takes rows of [from, to) out of a builder; NULL if there are none.        */
static Columns *
take_rows (struct md_call *call, guint32 id, md_time from, md_time to)
{
  Columns *all = id < call->builders->len ? call->builders->pdata[id] : NULL;
  Columns *taken, *rest = NULL;
  gsize first, last;

  if (all == NULL)
    return NULL;
  columns_sort (all,
                (call->request->offer->flags & MD_OFFER_NEWEST_FIRST) != 0);
  first = columns_lower_bound (all, from);
  last = columns_lower_bound (all, to);
  if (first == last)
    return NULL;
  call->bytes -= all->bytes;
  if (first == 0 && last == all->n) {
    call->builders->pdata[id] = NULL;
    return all;
  }
  taken = columns_new (call->table);
  columns_append_from (taken, all, first, last - first);
  rest = columns_new (call->table);
  columns_append_from (rest, all, 0, first);
  columns_append_from (rest, all, last, all->n - last);
  call->bytes += rest->bytes;
  call->builders->pdata[id] = rest;
  columns_free (all);
  return taken;
}

static void
add_series (GPtrArray *series, const char *instrument, Columns *rows)
{
  SegmentSeries *one = g_new0 (SegmentSeries, 1);

  one->instrument = g_strdup (instrument);
  one->rows = rows;
  g_ptr_array_add (series, one);
}

/* Does this instrument belong to the selector?  A request for one parent
 * owns all; with several, the provider's mappings say.                      */
static gboolean
belongs (const struct md_call *call, guint symbol, const char *instrument)
{
  const GPtrArray *mappings = call->mappings[symbol];

  if (call->n_selectors == 1)
    return TRUE;
  for (guint i = 0; i < mappings->len; i++) {
    const Mapping *mapping = g_ptr_array_index (mappings, i);

    if (strcmp (mapping->instrument, instrument) == 0)
      return TRUE;
  }
  return FALSE;
}

static GPtrArray *
collect (struct md_call *call, guint symbol, md_time from, md_time to)
{
  GPtrArray *series = g_ptr_array_new ();
  Columns *rows;

  if (selects_exactly (call->request)) {
    rows = take_rows (call, symbol, from, to);
    if (rows != NULL)
      add_series (series, call->request->symbols[symbol], rows);
    return series;
  }
  for (guint id = 0; id < call->builders->len; id++) {
    const char *instrument = g_ptr_array_index (call->names, id);

    if (call->builders->pdata[id] == NULL
        || !belongs (call, symbol, instrument))
      continue;
    rows = take_rows (call, id, from, to);
    if (rows != NULL)
      add_series (series, instrument, rows);
  }
  return series;
}

static int
cover_one (struct md_call *call, guint symbol, md_time from, md_time to,
           gboolean siblings, struct md_error *err)
{
  const struct md_request *request = call->request;
  Covered covered = {
    .selector = request->n_symbols > 0 ? request->symbols[symbol] : "*",
    .symbol = symbol,
    .from = from,
    .to = to,
    .siblings_have_rows = siblings,
    .had_rows = call->had_rows[symbol],
  };
  g_autoptr (GArray) asked = spans_new ();
  g_autoptr (GArray) missing = NULL;
  int klass;

  spans_add (asked, from, to);
  missing = spans_subtract (asked, call->spans[symbol]);
  if (spans_total (missing) != to - from) {
    return md_fail (err, MD_ERR_INTERNAL,
                    "%s said twice that an interval of %s is covered",
                    call->env->plugin->desc.name, covered.selector);
  }
  covered.series = collect (call, symbol, from, to);
  if (covered.series->len > 0)
    call->had_rows[symbol] = TRUE;
  call->hashes_used = TRUE;
  klass = call->on_covered (call, &covered, call->data, err);
  if (klass == MD_OK)
    spans_add (call->spans[symbol], from, to);
  return klass;
}

static gboolean
holds_rows (const struct md_call *call)
{
  for (guint i = 0; i < call->builders->len; i++) {
    const Columns *columns = call->builders->pdata[i];

    if (columns != NULL && columns->n > 0)
      return TRUE;
  }
  return FALSE;
}

/* A symbol without a row that is covered by itself, after the pages of its
 * neighbours had some.                                                      */
static gboolean
others_had_rows (const struct md_call *call, guint symbol)
{
  if (call->had_rows[symbol])
    return FALSE;
  for (guint i = 0; i < call->n_selectors; i++) {
    if (call->had_rows[i])
      return TRUE;
  }
  return FALSE;
}

int
call_covered (struct md_call *call, uint32_t symbol, md_time from, md_time to,
              struct md_error *err)
{
  const struct md_request *request = call->request;
  gboolean siblings;

  if (request == NULL || call->on_covered == NULL)
    return md_fail (err, MD_ERR_INTERNAL, "covered outside of fetch");
  if (from >= to || from < request->from || to > request->to
      || (symbol != MD_ALL_SYMBOLS && symbol >= call->n_selectors)) {
    return md_fail (err, MD_ERR_INTERNAL,
                    "%s said that something it was not asked for is covered",
                    call->env->plugin->desc.name);
  }
  gate_open (call->env->gate);
  if (symbol != MD_ALL_SYMBOLS)
    return cover_one (call, symbol, from, to, others_had_rows (call, symbol),
                      err);
  siblings = call->n_selectors > 1 && holds_rows (call);
  for (guint i = 0; i < call->n_selectors; i++) {
    int klass = cover_one (call, i, from, to, siblings, err);

    if (klass != MD_OK)
      return klass;
  }
  return MD_OK;
}

/* ---- mappings and dead letters --------------------------------------- */

int
call_mapping (struct md_call *call, uint32_t symbol, const char *instrument,
              md_time from, md_time to, struct md_error *err)
{
  Mapping *mapping;

  if (call->request == NULL || symbol >= call->n_selectors || from >= to)
    return md_fail (err, MD_ERR_INTERNAL, "mapping of an unknown symbol");
  mapping = g_new0 (Mapping, 1);
  mapping->instrument = g_strdup (instrument);
  mapping->from = from;
  mapping->to = to;
  g_ptr_array_add (call->mappings[symbol], mapping);
  return MD_OK;
}

int
call_reject (struct md_call *call, const struct md_rejected *rejected,
             struct md_error *err)
{
  const struct md_request *request = call->request;
  DeadLetter *letter;

  if (request == NULL)
    return md_fail (err, MD_ERR_INTERNAL, "reject outside of fetch");
  letter = g_new0 (DeadLetter, 1);
  if (rejected->symbol < call->n_selectors && request->n_symbols > 0)
    letter->instrument = g_strdup (request->symbols[rejected->symbol]);
  letter->ts = rejected->ts;
  letter->at = clock_now ();
  letter->reasons = g_strdup (rejected->reasons);
  letter->raw = g_bytes_new (rejected->raw, rejected->raw_len);
  g_ptr_array_add (call->dead, letter);
  call->rows_in++;
  return MD_OK;
}
