/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.c - lines of CSV to bars, splits and dividends.  Newest first, and
 * always the whole series: what was not asked for is passed over.
 */
#include "alphavantage.h"

#include <string.h>
#include <support/decimal.h>
#include <support/time.h>
#include <support/zone.h>

struct columns {
  int ts, open, high, low, close, adjusted, volume, dividend, split;
};

__extension__ typedef __int128 i128;

struct line {
  const struct md_text *fields;
  size_t n;
  struct md_reasons reasons;
  bool rounds;             /* prices are written with binary noise */
};

static int
flush (struct av_rows *rows, struct md_error *err)
{
  struct alphavantage *av = rows->job->av;
  const struct md_offer *offer = rows->job->request->offer;
  size_t n = rows->n;

  rows->n = 0;
  return n == 0 ? MD_OK
                : av->host->emit (rows->job->call, offer->record, &av->rows, n,
                                  offer->record == MD_BAR
                                    ? sizeof av->rows.bars[0]
                                    : sizeof av->rows.actions[0], err);
}

static const char *
kind_of (enum md_decimal result)
{
  return result == MD_DECIMAL_RANGE     ? "range"
         : result == MD_DECIMAL_INEXACT ? "inexact" : "type";
}

static void
read_price (struct line *line, int column, const char *name,
            md_price *ret_price)
{
  struct md_text text = line->fields[column];
  enum md_decimal result
    = line->rounds ? md_price_parse_rounded (text.ptr, text.len, ret_price)
                   : md_price_parse (text.ptr, text.len, ret_price);

  if (text.len == 0 || result != MD_DECIMAL_OK)
    md_reason (&line->reasons, text.len == 0 ? "missing" : kind_of (result),
               name);
}

static void
read_f64 (struct line *line, int column, const char *name, double *ret_value)
{
  struct md_text text = line->fields[column];
  enum md_decimal result = md_f64_parse (text.ptr, text.len, ret_value);

  if (text.len == 0 || result != MD_DECIMAL_OK)
    md_reason (&line->reasons, text.len == 0 ? "missing" : kind_of (result),
               name);
}

/* ---- when ---------------------------------------------------------------- */

/* Intraday labels of stocks are New York's wall clock.                     */
static void
read_label (struct av_rows *rows, struct line *line, int column,
            md_time *ret_ts)
{
  const struct md_offer *offer = rows->job->request->offer;
  bool is_local = av_is_stocks (offer) && av_is_intraday (offer);
  struct md_text text = line->fields[column];
  md_time t;

  switch (md_zone_parse (is_local ? MD_ZONE_NEW_YORK : MD_ZONE_UTC, text.ptr,
                         text.len, &t)) {
  case MD_ZONE_OK:
    *ret_ts = t;
    break;
  case MD_ZONE_SKIPPED:
  case MD_ZONE_TWICE:
    md_reason (&line->reasons, "ambiguous", "timestamp");
    break;
  default:
    md_reason (&line->reasons, "value", "timestamp");
  }
}

/* Files of 2020 label a bar with its end: the extended session ends at 20:00,
 * so no bar starts then.                                                   */
static bool
is_end_label (const struct av_rows *rows, struct md_text label)
{
  const struct md_offer *offer = rows->job->request->offer;

  return av_is_stocks (offer) && av_is_intraday (offer) && label.len >= 16
         && memcmp (label.ptr + 11, "20:00", 5) == 0;
}

static int
judge_place (struct av_rows *rows, struct md_text label, md_time ts,
             struct md_error *err)
{
  if (is_end_label (rows, label))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: a bar is labelled %.*s: "
                         "these labels are ends of bars, not starts",
                         rows->job->what, (int) label.len, label.ptr);
  if (rows->least != rows->most && (ts < rows->least || ts >= rows->most))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: a row of %.*s came for "
                         "another month", rows->job->what,
                         (int) (label.len < 40 ? label.len : 40), label.ptr);
  if (rows->oldest == MD_ABSENT || ts < rows->oldest)
    rows->oldest = ts;
  return MD_OK;
}

/* ---- rows ---------------------------------------------------------------- */

/* price * by / over, to the nearest unit.  Order among prices is kept, and
 * the close becomes the adjusted close exactly.                            */
static void
scale (struct line *line, md_price by, md_price over, const char *name,
       md_price *price)
{
  i128 scaled = ((i128) *price * by + over / 2) / over;

  if (scaled >= MD_ABSENT)
    md_reason (&line->reasons, "range", name);
  else
    *price = (md_price) scaled;
}

/* The vendor adjusts closes alone, and writes them with the noise of binary
 * arithmetic.                                                              */
static void
adjust_bar (struct line *line, int column, struct md_bar *bar)
{
  struct md_text text = line->fields[column];
  enum md_decimal result;
  md_price to = 0, close = bar->close;

  result = md_price_parse_rounded (text.ptr, text.len, &to);
  if (text.len == 0 || result != MD_DECIMAL_OK)
    md_reason (&line->reasons, text.len == 0 ? "missing" : kind_of (result),
               "adjusted_close");
  else if (line->reasons.len == 0 && (to <= 0 || close <= 0))
    md_reason (&line->reasons, "value", "adjusted_close");
  if (line->reasons.len > 0)
    return;
  scale (line, to, close, "open", &bar->open);
  scale (line, to, close, "high", &bar->high);
  scale (line, to, close, "low", &bar->low);
  bar->close = to;
}

static void
fill_bar (struct line *line, const struct columns *columns,
          struct md_bar *bar)
{
  read_price (line, columns->open, "open", &bar->open);
  read_price (line, columns->high, "high", &bar->high);
  read_price (line, columns->low, "low", &bar->low);
  read_price (line, columns->close, "close", &bar->close);
  bar->volume = md_absent_f64 ();
  if (columns->volume >= 0)
    read_f64 (line, columns->volume, "volume", &bar->volume);
  if (columns->adjusted >= 0)
    adjust_bar (line, columns->adjusted, bar);
}

static int
keep_bar (struct av_rows *rows, const struct md_bar *bar,
          struct md_error *err)
{
  rows->job->av->rows.bars[rows->n++] = *bar;
  return rows->n == AV_BATCH ? flush (rows, err) : MD_OK;
}

static int
keep_action (struct av_rows *rows, struct md_action *action, const char *name,
             struct md_error *err)
{
  int klass = rows->job->av->host->intern (rows->job->call, name,
                                           strlen (name), &action->action,
                                           err);

  if (klass != MD_OK)
    return klass;
  rows->job->av->rows.actions[rows->n++] = *action;
  return rows->n == AV_BATCH ? flush (rows, err) : MD_OK;
}

static int
keep_actions (struct av_rows *rows, md_time ts, md_price dividend,
              double split, struct md_error *err)
{
  const struct md_action none = {
    .ts = ts, .symbol = rows->job->symbol, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .currency = MD_ABSENT_NAME,
    .ratio_from = md_absent_f64 (), .ratio_to = md_absent_f64 (),
    .cash = MD_ABSENT, .declared = MD_ABSENT, .record = MD_ABSENT,
    .payable = MD_ABSENT
  };
  struct md_action action = none;
  int klass = MD_OK;

  action.cash = dividend;
  if (dividend != 0)
    klass = keep_action (rows, &action, "cash_dividend", err);
  if (klass != MD_OK || (split >= 1 && split <= 1))
    return klass;
  action = none;
  action.ratio_from = 1;
  action.ratio_to = split;
  return keep_action (rows, &action, "split", err);
}

static int
reject (struct av_rows *rows, const struct line *line, md_time ts,
        struct md_error *err)
{
  const struct md_text *last = &line->fields[line->n - 1];
  struct md_rejected rejected = {
    .struct_size = sizeof rejected, .symbol = rows->job->symbol, .ts = ts,
    .raw = line->fields[0].ptr, .reasons = line->reasons.text
  };

  rejected.raw_len = (size_t) (last->ptr + last->len - rejected.raw);
  return rows->job->av->host->reject (rows->job->call, &rejected, err);
}

static int
read_line (struct av_rows *rows, const struct columns *columns,
           struct line *line, struct md_error *err)
{
  const struct md_offer *offer = rows->job->request->offer;
  struct md_bar bar = { .ts = MD_ABSENT, .symbol = rows->job->symbol,
                        .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
                        .flags = rows->flags, .vwap = md_absent_f64 (),
                        .trades = MD_ABSENT };
  md_price dividend = 0;
  double split = 1;
  int klass = MD_OK;

  line->rounds = (offer->flags & MD_OFFER_ROUNDS) != 0;
  read_label (rows, line, columns->ts, &bar.ts);
  if (bar.ts != MD_ABSENT)
    klass = judge_place (rows, line->fields[columns->ts], bar.ts, err);
  if (klass != MD_OK)
    return klass;
  if (bar.ts != MD_ABSENT) {
    bar.ts = av_floor (offer, bar.ts);
    if (bar.ts < rows->from || bar.ts >= rows->to)
      return MD_OK;
  }
  if (offer->record == MD_BAR) {
    fill_bar (line, columns, &bar);
  } else {
    read_price (line, columns->dividend, "dividend_amount", &dividend);
    read_f64 (line, columns->split, "split_coefficient", &split);
  }
  if (line->reasons.len > 0)
    return reject (rows, line, bar.ts, err);
  return offer->record == MD_BAR
           ? keep_bar (rows, &bar, err)
           : keep_actions (rows, bar.ts, dividend, split, err);
}

/* ---- the table ----------------------------------------------------------- */

/* Days have "adjusted_close", weeks and months "adjusted close".  Raw bars may
 * be read from either.                                                     */
static bool
find_adjusted (const struct md_offer *offer, const struct md_text *fields,
               size_t n, struct columns *columns)
{
  columns->adjusted = -1;
  if (!av_is_adjusted (offer) || av_is_intraday (offer))
    return true;
  columns->adjusted = md_csv_column (fields, n, "adjusted_close");
  if (columns->adjusted < 0)
    columns->adjusted = md_csv_column (fields, n, "adjusted close");
  return columns->adjusted >= 0;
}

static bool
find_columns (const struct av_rows *rows, const struct md_text *fields,
              size_t n, struct columns *columns)
{
  columns->ts = md_csv_column (fields, n, "timestamp");
  columns->open = md_csv_column (fields, n, "open");
  columns->high = md_csv_column (fields, n, "high");
  columns->low = md_csv_column (fields, n, "low");
  columns->close = md_csv_column (fields, n, "close");
  columns->volume = md_csv_column (fields, n, "volume");
  columns->dividend = md_csv_column (fields, n, "dividend_amount");
  columns->split = md_csv_column (fields, n, "split_coefficient");
  if (columns->ts < 0
      || !find_adjusted (rows->job->request->offer, fields, n, columns))
    return false;
  if (rows->job->request->offer->record == MD_ACTION)
    return columns->dividend >= 0 && columns->split >= 0;
  return columns->open >= 0 && columns->high >= 0 && columns->low >= 0
         && columns->close >= 0
         && (columns->volume >= 0
             || av_is_fx (rows->job->request->offer));
}

static int
read_table (struct av_rows *rows, struct md_csv *csv, struct md_error *err)
{
  struct md_text fields[AV_COLUMNS];
  struct columns columns;
  size_t n = 0, width;
  int klass = MD_OK;

  if (!md_csv_record (csv, fields, AV_COLUMNS, &n) || n > AV_COLUMNS
      || !find_columns (rows, fields, n, &columns))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the first line of the "
                         "answer is no header of such rows", rows->job->what);
  width = n;
  while (klass == MD_OK && md_csv_record (csv, fields, AV_COLUMNS, &n)) {
    struct line line = { .fields = fields, .n = n };

    if (n == 1 && fields[0].len == 0)
      continue;
    /* The last line of a body that was cut: nothing says how long it is.   */
    if (n != width)
      return md_error_say (err, MD_ERR_PROTOCOL, "%s: line %zu has %zu of %zu "
                           "fields: the answer was cut", rows->job->what,
                           csv->line, n, width);
    klass = read_line (rows, &columns, &line, err);
  }
  if (klass == MD_OK && csv->fault != NULL)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: line %zu: %s",
                         rows->job->what, csv->line, csv->fault);
  return klass;
}

int
av_read_rows (struct av_rows *rows, const struct md_reply *reply,
              struct md_error *err)
{
  struct md_csv csv;
  int klass;

  rows->oldest = MD_ABSENT;
  if (reply->len == 0)
    return MD_OK;
  md_csv_init (&csv, reply->body, reply->len);
  klass = read_table (rows, &csv, err);
  return klass == MD_OK ? flush (rows, err) : klass;
}
