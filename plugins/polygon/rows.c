/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.c - rows as they stand in a page.  Keys that are not known here are
 * passed over; all but the prices and the time are optional.
 */
#include "polygon.h"

#define KEY(a, b) ((unsigned) (a) << 8 | (unsigned) (b))

static unsigned
key_of (struct md_text key)
{
  if (key.len == 0 || key.len > 2)
    return 0;
  return KEY (key.ptr[0], key.len == 2 ? key.ptr[1] : 0);
}

static bool
enter_row (struct md_json *json, struct md_reasons *reasons)
{
  if (md_json_enter_object (json))
    return true;
  md_reason (reasons, "type", "row");
  md_json_skip (json);
  return false;
}

/* ---- bars ------------------------------------------------------------------ */

static void
read_price (const struct pg_job *job, struct md_json *json, const char *field,
            struct md_reasons *reasons, md_price *ret_price)
{
  if (job->request->offer->flags & MD_OFFER_ROUNDS)
    md_need_price_rounded (json, field, reasons, ret_price);
  else
    md_need_price (json, field, reasons, ret_price);
}

static void
read_ms (struct md_json *json, struct md_reasons *reasons, md_time *ret_ts)
{
  int64_t ms = MD_ABSENT;

  md_need_i64 (json, "time", reasons, &ms);
  if (ms == MD_ABSENT)
    return;
  if (ms > INT64_MAX / PG_MS || ms < INT64_MIN / PG_MS)
    md_reason (reasons, "range", "time");
  else
    *ret_ts = ms * PG_MS;
}

static void
read_bar_field (const struct pg_job *job, struct md_json *json, unsigned key,
                struct md_bar *bar, struct md_reasons *reasons)
{
  switch (key) {
  case KEY ('t', 0):
    read_ms (json, reasons, &bar->ts);
    break;
  case KEY ('o', 0):
    read_price (job, json, "open", reasons, &bar->open);
    break;
  case KEY ('h', 0):
    read_price (job, json, "high", reasons, &bar->high);
    break;
  case KEY ('l', 0):
    read_price (job, json, "low", reasons, &bar->low);
    break;
  case KEY ('c', 0):
    read_price (job, json, "close", reasons, &bar->close);
    break;
  case KEY ('v', 0):
    md_may_f64 (json, "volume", reasons, &bar->volume);
    break;
  case KEY ('n', 0):
    md_may_i64 (json, "trades", reasons, &bar->trades);
    break;
  case KEY ('v', 'w'):
    md_may_f64 (json, "vwap", reasons, &bar->vwap);
    break;
  default:
    break;
  }
}

int
pg_read_bar (struct pg_job *job, struct md_json *json, uint32_t symbol,
             struct md_reasons *reasons, md_time *ret_ts,
             struct md_error *err)
{
  struct md_bar bar = {
    .ts = MD_ABSENT, .symbol = symbol, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .open = MD_ABSENT, .high = MD_ABSENT,
    .low = MD_ABSENT, .close = MD_ABSENT, .volume = md_absent_f64 (),
    .vwap = md_absent_f64 (), .trades = MD_ABSENT
  };
  struct md_text key;

  (void) err;
  if (enter_row (json, reasons)) {
    while (md_json_next_key (json, &key))
      read_bar_field (job, json, key_of (key), &bar, reasons);
    md_missing (reasons, bar.ts == MD_ABSENT, "time");
    md_missing (reasons, bar.open == MD_ABSENT, "open");
    md_missing (reasons, bar.high == MD_ABSENT, "high");
    md_missing (reasons, bar.low == MD_ABSENT, "low");
    md_missing (reasons, bar.close == MD_ABSENT, "close");
  }
  *ret_ts = bar.ts;
  job->pg->rows.bars[job->n] = bar;
  return MD_OK;
}
