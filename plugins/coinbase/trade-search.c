/* SPDX-License-Identifier: Apache-2.0
 *
 * trade-search.c - from a time to a trade id.
 *
 * /trades pages by id only.  Ids are dense per product and their times grow
 * with them, so the id is searched for with calls for single trades: by
 * interpolation, with a plain halving every other step because trading comes
 * in bursts.  What was learnt serves the next request of the session.
 */
#include "coinbase.h"

#include <stdio.h>
#include <support/time.h>

void
cb_remember (struct cb_job *job, int64_t id, md_time ts)
{
  struct coinbase *cb = job->cb;
  struct cb_anchor *anchor = &cb->anchors[cb->n_anchors % CB_ANCHORS];

  if (strlen (job->product) >= sizeof anchor->product)
    return;
  strcpy (anchor->product, job->product);
  anchor->id = id;
  anchor->ts = ts;
  cb->n_anchors++;
}

/* The trades known to lie closest around `to`; id 0: none.                 */
static void
bracket (const struct cb_job *job, md_time to, struct cb_anchor *ret_low,
         struct cb_anchor *ret_high)
{
  const struct coinbase *cb = job->cb;

  ret_low->id = ret_high->id = 0;
  for (unsigned i = 0; i < cb->n_anchors && i < CB_ANCHORS; i++) {
    const struct cb_anchor *anchor = &cb->anchors[i];

    if (strcmp (anchor->product, job->product) != 0)
      continue;
    if (anchor->ts < to && anchor->id > ret_low->id)
      *ret_low = *anchor;
    if (anchor->ts >= to && (ret_high->id == 0 || anchor->id < ret_high->id))
      *ret_high = *anchor;
  }
}

static bool
read_trade (const struct md_reply *reply, int64_t *ret_id, md_time *ret_ts)
{
  struct md_json json;
  struct md_text key, time = { NULL, 0 };
  int64_t id = MD_ABSENT;
  bool escapes;

  md_json_init (&json, reply->body, reply->len);
  md_json_enter_array (&json);
  if (!md_json_next (&json) || !md_json_enter_object (&json))
    return false;
  while (md_json_next_key (&json, &key)) {
    if (md_json_key_is (key, "trade_id"))
      (void) md_json_i64 (&json, &id);
    else if (md_json_key_is (key, "time"))
      (void) md_json_string (&json, &time, &escapes);
  }
  if (id == MD_ABSENT || id < 1 || time.ptr == NULL
      || !md_time_parse (time.ptr, time.len, ret_ts))
    return false;
  *ret_id = id;
  return true;
}

static bool
is_empty (const struct md_reply *reply)
{
  struct md_json json;

  md_json_init (&json, reply->body, reply->len);
  return md_json_enter_array (&json) && !md_json_next (&json);
}

/* Trade `id`, or the newest for 0.  *ret is { 0 } when there is none.      */
static int
probe (struct cb_job *job, int64_t id, struct cb_anchor *ret,
       struct md_error *err)
{
  struct md_reply reply;
  struct md_url url;
  char buf[CB_URL_SIZE], what[100];
  int klass;

  snprintf (what, sizeof what, "trades of %.40s", job->product);
  md_url_init (&url, buf, sizeof buf, job->cb->base_url);
  md_url_path (&url, "/products/");
  md_url_segment (&url, job->product, strlen (job->product));
  md_url_path (&url, "/trades");
  md_url_query_i64 (&url, "limit", 1);
  if (id != 0)
    md_url_query_i64 (&url, "after", id + 1);
  ret->id = 0;
  klass = cb_get (job, &url, what, &reply, err);
  if (klass != MD_OK || (id == 0 && is_empty (&reply)))
    return klass;
  if (!read_trade (&reply, &ret->id, &ret->ts))
    return md_error_say (err, MD_ERR_PROTOCOL,
                    "%s: no trade with an id and a time in \"%.120s\"", what,
                    reply.body);
  if (id != 0 && ret->id != id)
    return md_error_say (err, MD_ERR_PROTOCOL,
                    "%s: asked for trade %lld, got %lld", what,
                    (long long) id, (long long) ret->id);
  cb_remember (job, ret->id, ret->ts);
  return MD_OK;
}

static int64_t
guess (const struct cb_anchor *low, const struct cb_anchor *high, md_time to,
       unsigned step)
{
  int64_t width = high->id - low->id, at = width / 2;

  if (step % 2 == 0 && low->id != 0 && high->ts > low->ts)
    at = (int64_t) ((double) width * (double) (to - low->ts)
                    / (double) (high->ts - low->ts));
  if (at < 1)
    at = 1;
  if (at >= width)
    at = width - 1;
  return low->id + at;
}

int
cb_find_trade (struct cb_job *job, md_time to, int64_t *ret_id,
               struct md_error *err)
{
  struct cb_anchor low, high, found;
  int klass = MD_OK;

  to += CB_TRADE_SLACK;
  bracket (job, to, &low, &high);
  if (high.id == 0) {
    klass = probe (job, 0, &high, err);
    *ret_id = high.id == 0 ? 0 : high.id + 1;
    if (klass != MD_OK || high.id == 0 || high.ts < to)
      return klass;
  }
  /* Closer than a page is close enough: the rest is read anyway.           */
  for (unsigned step = 0; high.id - low.id > CB_TRADE_PAGE; step++) {
    klass = probe (job, guess (&low, &high, to, step), &found, err);
    if (klass != MD_OK)
      return klass;
    *(found.ts < to ? &low : &high) = found;
  }
  *ret_id = high.id;
  return MD_OK;
}
