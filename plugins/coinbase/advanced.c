/* SPDX-License-Identifier: Apache-2.0
 *
 * advanced.c - GET .../market/products/{id}/candles of the Advanced Trade API:
 * the public half of it, which wants no token.  Objects whose values are all
 * texts, newest first.
 */
#include "coinbase.h"

#include <stdio.h>

/* "The number of candles requested should be less than 350", and both ends
 * count.                                                                   */
#define WINDOW 349

static const char *
granularity (const struct md_interval *interval)
{
  static const struct {
    uint32_t unit, count;
    const char *name;
  } names[] = {
    { MD_UNIT_MINUTE, 1, "ONE_MINUTE" }, { MD_UNIT_MINUTE, 5, "FIVE_MINUTE" },
    { MD_UNIT_MINUTE, 15, "FIFTEEN_MINUTE" },
    { MD_UNIT_MINUTE, 30, "THIRTY_MINUTE" }, { MD_UNIT_HOUR, 1, "ONE_HOUR" },
    { MD_UNIT_HOUR, 2, "TWO_HOUR" }, { MD_UNIT_HOUR, 4, "FOUR_HOUR" },
    { MD_UNIT_HOUR, 6, "SIX_HOUR" }
  };

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (names[i].unit == interval->unit && names[i].count == interval->count)
      return names[i].name;
  }
  return "ONE_DAY";
}

static void
read_fields (struct md_json *json, struct md_bar *bar,
             struct md_reasons *reasons)
{
  static const char *const names[] = { "start", "low", "high", "open",
                                       "close", "volume" };
  md_price *prices[] = { NULL, &bar->low, &bar->high, &bar->open,
                         &bar->close };
  struct md_text key;
  unsigned seen = 0;

  if (!md_json_enter_object (json)) {
    md_reason (reasons, "type", "row");
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    unsigned i = 0;

    while (i < 6 && !md_json_key_is (key, names[i]))
      i++;
    seen |= 1u << i;
    if (i == 0)
      cb_read_seconds (json, "time", reasons, &bar->ts);
    else if (i < 5)
      md_need_price (json, names[i], reasons, prices[i]);
    else if (i == 5)
      md_need_f64 (json, names[i], reasons, &bar->volume);
  }
  for (unsigned i = 0; i < 6; i++) {
    if (!(seen & 1u << i))
      md_reason (reasons, "missing", i == 0 ? "time" : names[i]);
  }
}

static int
read_rows (struct cb_window *w, struct md_json *json, struct md_error *err)
{
  int klass = MD_OK;

  while (klass == MD_OK && md_json_next (json)) {
    struct md_bar bar = cb_window_bar (w);
    struct md_reasons reasons = { .len = 0 };
    const char *raw = md_json_here (json);

    read_fields (json, &bar, &reasons);
    klass = cb_window_take (w, &bar, raw, json->at, &reasons, err);
  }
  return klass;
}

static int
fetch_window (struct cb_job *job, const struct cb_span *span,
              struct md_error *err)
{
  struct cb_window w;
  struct md_json json;
  struct md_url url;
  char buf[CB_URL_SIZE];
  int klass;

  cb_window_init (&w, job, span);
  md_url_init (&url, buf, sizeof buf, job->cb->advanced_url);
  md_url_path (&url, CB_ADVANCED "/products/");
  md_url_segment (&url, job->product, strlen (job->product));
  md_url_path (&url, "/candles");
  md_url_query_i64 (&url, "start", span->first / MD_SECOND);
  md_url_query_i64 (&url, "end", span->last / MD_SECOND);
  md_url_query (&url, "granularity",
                granularity (&job->request->offer->interval));
  md_url_query_i64 (&url, "limit", 350);
  klass = cb_get_rows (job, &url, w.what, "candles", &json, err);
  if (klass == MD_OK)
    klass = read_rows (&w, &json, err);
  return klass == MD_OK ? cb_window_end (&w, err) : klass;
}

int
cb_fetch_advanced (struct cb_job *job, struct md_error *err)
{
  return cb_fetch_windows (job, WINDOW, fetch_window, err);
}
