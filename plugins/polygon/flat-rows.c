/* SPDX-License-Identifier: Apache-2.0
 *
 * flat-rows.c - a day's file as rows.  Columns are found by the names in the
 * head of each file: markets lack some of them, and their order differs.
 */
#include "flat.h"

#include <stdlib.h>
#include <support/decimal.h>

static const char *const column_names[PG_N_COLUMNS] = {
  [PG_TICKER] = "ticker", [PG_WINDOW] = "window_start", [PG_OPEN] = "open",
  [PG_HIGH] = "high", [PG_LOW] = "low", [PG_CLOSE] = "close",
  [PG_VOLUME] = "volume", [PG_TRADES] = "transactions",
  [PG_SIP] = "sip_timestamp", [PG_PARTICIPANT] = "participant_timestamp",
  [PG_SEQUENCE] = "sequence_number", [PG_CONDITIONS] = "conditions",
  [PG_TAPE] = "tape", [PG_PRICE] = "price", [PG_SIZE] = "size",
  [PG_ID] = "id", [PG_EXCHANGE] = "exchange",
  [PG_CORRECTION] = "correction", [PG_BID] = "bid_price",
  [PG_BID_SIZE] = "bid_size", [PG_BID_EXCHANGE] = "bid_exchange",
  [PG_ASK] = "ask_price", [PG_ASK_SIZE] = "ask_size",
  [PG_ASK_EXCHANGE] = "ask_exchange",
};

/* ---- the head --------------------------------------------------------------- */

static bool
is_needed (uint32_t record, enum pg_column column)
{
  if (column == PG_TICKER)
    return true;
  if (record == MD_BAR)
    return column == PG_WINDOW || column == PG_OPEN || column == PG_HIGH
           || column == PG_LOW || column == PG_CLOSE;
  if (record == MD_TRADE)
    return column == PG_PRICE || column == PG_SIZE;
  return column == PG_BID || column == PG_ASK;
}

int
pg_flat_head (struct pg_flat *flat, const struct md_text *fields, size_t n,
              struct md_error *err)
{
  uint32_t record = flat->job->request->offer->record;

  for (int c = 0; c < PG_N_COLUMNS; c++) {
    flat->columns[c] = md_csv_column (fields, n, column_names[c]);
    if (flat->columns[c] < 0 && is_needed (record, c))
      return md_error_say (err, MD_ERR_PROTOCOL, "%s: %.200s has no column "
                           "\"%s\"", flat->job->what, flat->name,
                           column_names[c]);
  }
  flat->n_columns = n;
  return MD_OK;
}

/* ---- fields ----------------------------------------------------------------- */

static struct md_text
field (const struct pg_flat *flat, const struct md_text *fields,
       enum pg_column column)
{
  int at = flat->columns[column];

  return at < 0 ? (struct md_text) { NULL, 0 } : fields[at];
}

static void
refuse (struct pg_flat *flat, enum md_decimal result, enum pg_column column)
{
  if (result != MD_DECIMAL_OK)
    md_reason (&flat->reasons, result == MD_DECIMAL_SYNTAX  ? "type"
                               : result == MD_DECIMAL_RANGE ? "range"
                                                            : "inexact",
               column_names[column]);
}

static void
may_i64 (struct pg_flat *flat, const struct md_text *fields,
         enum pg_column column, int64_t *ret_value)
{
  struct md_text text = field (flat, fields, column);

  if (text.len > 0)
    refuse (flat, md_i64_parse (text.ptr, text.len, ret_value), column);
}

static void
may_f64 (struct pg_flat *flat, const struct md_text *fields,
         enum pg_column column, double *ret_value)
{
  struct md_text text = field (flat, fields, column);

  if (text.len > 0)
    refuse (flat, md_f64_parse (text.ptr, text.len, ret_value), column);
}

static void
may_price (struct pg_flat *flat, const struct md_text *fields,
           enum pg_column column, md_price *ret_price)
{
  struct md_text text = field (flat, fields, column);
  bool rounds = flat->job->request->offer->flags & MD_OFFER_ROUNDS;

  if (text.len > 0)
    refuse (flat, rounds ? md_price_parse_rounded (text.ptr, text.len,
                                                   ret_price)
                         : md_price_parse (text.ptr, text.len, ret_price),
            column);
}

static void
need (struct pg_flat *flat, bool absent, enum pg_column column)
{
  md_missing (&flat->reasons, absent, column_names[column]);
}

static int
name (struct pg_flat *flat, const struct md_text *fields,
      enum pg_column column, uint32_t *ret_id, struct md_error *err)
{
  struct pg_job *job = flat->job;

  return md_name_of_text (&job->pg->names, job->pg->host, job->call,
                          field (flat, fields, column), ret_id, err);
}

/* ---- rows ------------------------------------------------------------------- */

static void
read_bar (struct pg_flat *flat, const struct md_text *fields)
{
  struct md_bar *bar = &flat->job->pg->rows.bars[flat->job->n];

  *bar = pg_no_bar (flat->symbol);
  may_i64 (flat, fields, PG_WINDOW, &bar->ts);
  may_price (flat, fields, PG_OPEN, &bar->open);
  may_price (flat, fields, PG_HIGH, &bar->high);
  may_price (flat, fields, PG_LOW, &bar->low);
  may_price (flat, fields, PG_CLOSE, &bar->close);
  may_f64 (flat, fields, PG_VOLUME, &bar->volume);
  may_i64 (flat, fields, PG_TRADES, &bar->trades);
  need (flat, bar->ts == MD_ABSENT, PG_WINDOW);
  need (flat, bar->open == MD_ABSENT, PG_OPEN);
  need (flat, bar->high == MD_ABSENT, PG_HIGH);
  need (flat, bar->low == MD_ABSENT, PG_LOW);
  need (flat, bar->close == MD_ABSENT, PG_CLOSE);
}

/* The consolidated feed's time where there is one, else the exchange's.    */
static void
read_times (struct pg_flat *flat, const struct md_text *fields,
            md_time *ret_ts, md_time *ret_event)
{
  md_time sip = MD_ABSENT, participant = MD_ABSENT;

  may_i64 (flat, fields, PG_SIP, &sip);
  may_i64 (flat, fields, PG_PARTICIPANT, &participant);
  *ret_ts = sip != MD_ABSENT ? sip : participant;
  *ret_event = sip != MD_ABSENT ? participant : MD_ABSENT;
  need (flat, *ret_ts == MD_ABSENT,
        flat->columns[PG_SIP] >= 0 ? PG_SIP : PG_PARTICIPANT);
}

static int
read_correction (struct pg_flat *flat, const struct md_text *fields,
                 struct md_trade *trade, struct md_error *err)
{
  int64_t code = 0;

  may_i64 (flat, fields, PG_CORRECTION, &code);
  if (code == 0)
    return MD_OK;
  pg_apply_correction (code, trade);
  return name (flat, fields, PG_CORRECTION, &trade->action, err);
}

static int
read_trade (struct pg_flat *flat, const struct md_text *fields,
            struct md_error *err)
{
  struct md_trade *trade = &flat->job->pg->rows.trades[flat->job->n];
  int klass;

  *trade = pg_no_trade (flat->symbol);
  read_times (flat, fields, &trade->ts, &trade->ts_event);
  may_price (flat, fields, PG_PRICE, &trade->price);
  may_f64 (flat, fields, PG_SIZE, &trade->size);
  may_i64 (flat, fields, PG_SEQUENCE, &trade->sequence);
  trade->id = field (flat, fields, PG_ID);
  if (trade->id.len == 0)
    trade->id.ptr = NULL;
  need (flat, trade->price == MD_ABSENT, PG_PRICE);
  need (flat, trade->size != trade->size, PG_SIZE);
  klass = name (flat, fields, PG_EXCHANGE, &trade->venue, err);
  if (klass == MD_OK)
    klass = name (flat, fields, PG_CONDITIONS, &trade->conditions, err);
  if (klass == MD_OK)
    klass = name (flat, fields, PG_TAPE, &trade->tape, err);
  return klass == MD_OK ? read_correction (flat, fields, trade, err) : klass;
}

static int
read_quote (struct pg_flat *flat, const struct md_text *fields,
            struct md_error *err)
{
  struct md_quote *quote = &flat->job->pg->rows.quotes[flat->job->n];
  int klass;

  *quote = pg_no_quote (flat->symbol);
  read_times (flat, fields, &quote->ts, &quote->ts_event);
  may_price (flat, fields, PG_BID, &quote->bid);
  may_price (flat, fields, PG_ASK, &quote->ask);
  may_f64 (flat, fields, PG_BID_SIZE, &quote->bid_size);
  may_f64 (flat, fields, PG_ASK_SIZE, &quote->ask_size);
  may_i64 (flat, fields, PG_SEQUENCE, &quote->sequence);
  klass = name (flat, fields, PG_BID_EXCHANGE, &quote->bid_venue, err);
  if (klass == MD_OK)
    klass = name (flat, fields, PG_ASK_EXCHANGE, &quote->ask_venue, err);
  if (klass == MD_OK)
    klass = name (flat, fields, PG_CONDITIONS, &quote->conditions, err);
  if (klass == MD_OK)
    klass = name (flat, fields, PG_TAPE, &quote->tape, err);
  pg_clear_sides (quote);
  return klass;
}

/* ---- whose ------------------------------------------------------------------ */

static int
by_name (const void *key, const void *item)
{
  const struct md_text *name = key;
  const struct pg_flat_symbol *symbol = item;
  size_t len = strlen (symbol->name);
  int order = memcmp (name->ptr, symbol->name,
                      name->len < len ? name->len : len);

  return order != 0 ? order : (name->len > len) - (name->len < len);
}

/* Another ticker begins: the one before is complete, because files are sorted
 * by ticker.  Where there are many rows that is said at once.              */
static int
change_ticker (struct pg_flat *flat, struct md_text ticker,
               struct md_error *err)
{
  const struct md_request *request = flat->job->request;
  const struct pg_flat_symbol *found;
  int klass = pg_flat_cover_ticker (flat, err);

  if (klass != MD_OK)
    return klass;
  if (ticker.len == 0 || ticker.len >= sizeof flat->ticker)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: %.200s: a ticker of %zu "
                         "bytes", flat->job->what, flat->name, ticker.len);
  memcpy (flat->ticker, ticker.ptr, ticker.len);
  flat->ticker_len = ticker.len;
  flat->symbol = MD_ABSENT_NAME;
  if (request->n_symbols == 0)
    return flat->job->pg->host->intern (flat->job->call, ticker.ptr,
                                        ticker.len, &flat->symbol, err);
  found = bsearch (&ticker, flat->symbols, request->n_symbols,
                   sizeof flat->symbols[0], by_name);
  if (found == NULL)
    return MD_OK;
  flat->symbol = found->id;
  if (flat->done[found->id])
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: %.200s: rows of %.40s "
                         "come back after those of another ticker",
                         flat->job->what, flat->name, found->name);
  return MD_OK;
}

/* A file once carried the next day's times.                                */
static int
keep (struct pg_flat *flat, const char *raw, const char *raw_end,
      struct md_error *err)
{
  const struct md_request *request = flat->job->request;
  const union pg_rows *rows = &flat->job->pg->rows;
  uint32_t record = request->offer->record;
  size_t n = flat->job->n;
  md_time ts = record == MD_BAR     ? rows->bars[n].ts
               : record == MD_TRADE ? rows->trades[n].ts
                                    : rows->quotes[n].ts;

  if (ts != MD_ABSENT && (ts < flat->day_from || ts >= flat->day_to))
    md_reason (&flat->reasons, "day", "time");
  else if (ts != MD_ABSENT && (ts < request->from || ts >= request->to))
    return MD_OK; /* the rest of the day is another request's */
  while (raw_end > raw && (raw_end[-1] == '\n' || raw_end[-1] == '\r'))
    raw_end--;
  flat->rows += flat->reasons.len == 0;
  return pg_keep (flat->job, flat->symbol, ts, raw, raw_end, &flat->reasons,
                  err);
}

int
pg_flat_row (struct pg_flat *flat, const struct md_text *fields, size_t n,
             const char *raw, const char *raw_end, struct md_error *err)
{
  struct md_text ticker;
  uint32_t record = flat->job->request->offer->record;
  int klass = MD_OK;

  if (n != flat->n_columns)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: %.200s: a line of %zu "
                         "fields under %zu columns: \"%.*s\"",
                         flat->job->what, flat->name, n, flat->n_columns,
                         (int) (raw_end - raw < 60 ? raw_end - raw : 60), raw);
  ticker = field (flat, fields, PG_TICKER);
  if (ticker.len != flat->ticker_len
      || memcmp (ticker.ptr, flat->ticker, ticker.len) != 0
      || ticker.len == 0)
    klass = change_ticker (flat, ticker, err);
  if (klass != MD_OK || flat->symbol == MD_ABSENT_NAME)
    return klass;
  flat->reasons.len = 0;
  flat->reasons.text[0] = '\0';
  if (record == MD_BAR)
    read_bar (flat, fields);
  else
    klass = record == MD_TRADE ? read_trade (flat, fields, err)
                               : read_quote (flat, fields, err);
  return klass == MD_OK ? keep (flat, raw, raw_end, err) : klass;
}
