/* SPDX-License-Identifier: Apache-2.0
 *
 * candles.c - GET /products/{id}/candles of the Exchange API: at most 300,
 * rows that are arrays of numbers.
 */
#include "coinbase.h"

#include <stdio.h>

#define WINDOW 300

/* [time, low, high, open, close, volume]: low and high come first.         */
static void
read_fields (struct md_json *json, struct md_bar *bar,
             struct md_reasons *reasons)
{
  static const char *const names[] = { "time", "low", "high", "open",
                                       "close", "volume" };
  md_price *prices[] = { NULL, &bar->low, &bar->high, &bar->open,
                         &bar->close };
  unsigned n = 0;

  if (!md_json_enter_array (json)) {
    md_reason (reasons, "type", "row");
    md_json_skip (json);
    return;
  }
  for (; md_json_next (json); n++) {
    if (n == 0)
      cb_read_seconds (json, names[n], reasons, &bar->ts);
    else if (n < 5)
      md_need_price (json, names[n], reasons, prices[n]);
    else if (n == 5)
      md_need_f64 (json, names[n], reasons, &bar->volume);
  }
  for (; n < 6; n++)
    md_reason (reasons, "missing", names[n]);
}

static int
read_answer (struct cb_window *w, const struct md_reply *reply,
             struct md_error *err)
{
  struct md_json json;
  int klass = MD_OK;

  md_json_init (&json, reply->body, reply->len);
  md_json_enter_array (&json);
  while (klass == MD_OK && md_json_next (&json)) {
    struct md_bar bar = cb_window_bar (w);
    struct md_reasons reasons = { .len = 0 };
    const char *raw = md_json_here (&json);

    read_fields (&json, &bar, &reasons);
    klass = cb_window_take (w, &bar, raw, json.at, &reasons, err);
  }
  return klass == MD_OK ? cb_window_end (w, err) : klass;
}

static int
fetch_window (struct cb_job *job, const struct cb_span *span,
              struct md_error *err)
{
  struct cb_window w;
  struct md_reply reply;
  struct md_url url;
  char buf[CB_URL_SIZE];
  int klass;

  cb_window_init (&w, job, span);
  md_url_init (&url, buf, sizeof buf, job->cb->base_url);
  md_url_path (&url, "/products/");
  md_url_segment (&url, job->product, strlen (job->product));
  md_url_path (&url, "/candles");
  md_url_query_i64 (&url, "granularity", span->g / MD_SECOND);
  /* Both or none: with one missing, both are ignored in silence.           */
  md_url_query_time (&url, "start", span->first);
  md_url_query_time (&url, "end", span->last);
  klass = cb_get (job, &url, w.what, &reply, err);
  return klass == MD_OK ? read_answer (&w, &reply, err) : klass;
}

int
cb_fetch_candles (struct cb_job *job, struct md_error *err)
{
  return cb_fetch_windows (job, WINDOW, fetch_window, err);
}
