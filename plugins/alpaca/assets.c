/* SPDX-License-Identifier: Apache-2.0
 *
 * assets.c - GET /v2/assets of the trading host, for mdcore.symbols/1: all
 * of them in one answer, those that trade no more as well.
 */
#include "alpaca.h"

#define LONGEST_NAME 1024

struct asset {
  struct md_instrument row;
  struct md_text symbol, name, class, exchange, status;
  char name_buf[LONGEST_NAME];
};

/* Names hold quotes and letters of all kinds.                              */
static void
read_name (struct md_json *json, struct asset *asset,
           struct md_reasons *reasons)
{
  struct md_text raw = { NULL, 0 };
  bool escapes;

  if (!md_json_string (json, &raw, &escapes))
    md_reason (reasons, json->refusal, "name");
  else if (raw.len > LONGEST_NAME)
    md_reason (reasons, "range", "name");
  else if (raw.ptr != NULL) {
    asset->name.ptr = asset->name_buf;
    asset->name.len = md_json_unescape (raw, asset->name_buf);
  }
}

static void
read_fields (struct md_json *json, struct asset *asset,
             struct md_reasons *reasons)
{
  struct md_text key;
  md_price tick = MD_ABSENT;

  if (!md_json_enter_object (json)) {
    md_reason (reasons, "type", "row");
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "symbol"))
      md_need_text (json, "symbol", reasons, &asset->symbol);
    else if (md_json_key_is (key, "name"))
      read_name (json, asset, reasons);
    else if (md_json_key_is (key, "class"))
      md_need_text (json, "class", reasons, &asset->class);
    else if (md_json_key_is (key, "exchange"))
      md_need_text (json, "exchange", reasons, &asset->exchange);
    else if (md_json_key_is (key, "status"))
      md_need_text (json, "status", reasons, &asset->status);
    else if (md_json_key_is (key, "price_increment")
             && md_json_peek (json) != MD_JSON_NULL)
      md_need_price (json, "price_increment", reasons, &tick);
    else if (md_json_key_is (key, "min_trade_increment"))
      md_may_f64 (json, "min_trade_increment", reasons, &asset->row.lot);
  }
  asset->row.tick = tick;
  if (asset->symbol.ptr == NULL && reasons->len == 0)
    md_reason (reasons, "missing", "symbol");
}

static int
intern (struct al_job *job, struct md_text text, uint32_t *ret_id,
        struct md_error *err)
{
  *ret_id = MD_ABSENT_NAME;
  return text.len == 0 ? MD_OK
                       : job->al->host->intern (job->call, text.ptr, text.len,
                                                ret_id, err);
}

/* "BTC/USD" is base and currency; a stock's currency is not said.          */
static int
intern_pair (struct al_job *job, struct asset *asset, struct md_error *err)
{
  const char *slash = memchr (asset->symbol.ptr, '/', asset->symbol.len);
  struct md_text base = { NULL, 0 }, quote = { NULL, 0 };
  int klass;

  if (slash != NULL) {
    base.ptr = asset->symbol.ptr;
    base.len = (size_t) (slash - base.ptr);
    quote.ptr = slash + 1;
    quote.len = asset->symbol.len - base.len - 1;
  }
  klass = intern (job, base, &asset->row.base, err);
  return klass == MD_OK ? intern (job, quote, &asset->row.currency, err)
                        : klass;
}

static struct md_text
kind_of (const struct asset *asset)
{
  static const struct md_text stock = { "stock", 5 }, spot = { "spot", 4 };

  if (asset->class.ptr != NULL && md_json_key_is (asset->class, "us_equity"))
    return stock;
  if (asset->class.ptr != NULL && md_json_key_is (asset->class, "crypto"))
    return spot;
  return asset->class;
}

static int
emit (struct al_job *job, struct asset *asset, struct md_error *err)
{
  struct md_instrument *row = &asset->row;
  int klass = intern (job, asset->symbol, &row->symbol, err);

  row->name = asset->name;
  if (klass == MD_OK)
    klass = intern (job, kind_of (asset), &row->kind, err);
  if (klass == MD_OK)
    klass = intern (job, asset->exchange, &row->venue, err);
  if (klass == MD_OK)
    klass = intern (job, asset->status, &row->status, err);
  if (klass == MD_OK)
    klass = intern_pair (job, asset, err);
  return klass != MD_OK ? klass
                        : job->al->host->emit (job->call, MD_INSTRUMENT, row,
                                               1, sizeof *row, err);
}

static int
read_asset (struct al_job *job, struct md_json *json, const char *pattern,
            struct md_error *err)
{
  struct asset asset = {
    .row = { .ts = job->al->host->now (job->call), .contract = MD_ABSENT_NAME,
             .tick = MD_ABSENT, .lot = md_absent_f64 (), .listed = MD_ABSENT,
             .delisted = MD_ABSENT }
  };
  struct md_reasons reasons = { .len = 0 };
  const char *raw = md_json_here (json);

  read_fields (json, &asset, &reasons);
  if (asset.symbol.ptr != NULL
      && !md_glob (pattern, asset.symbol.ptr, asset.symbol.len))
    return MD_OK;
  if (reasons.len > 0)
    return al_reject (job, MD_ABSENT_NAME, MD_ABSENT, raw, json->at, &reasons,
                      err);
  return emit (job, &asset, err);
}

static int
read_assets (struct al_job *job, const struct md_reply *reply,
             const char *pattern, struct md_error *err)
{
  struct md_json json;
  int klass = MD_OK;

  md_json_init (&json, reply->body, reply->len);
  if (md_json_peek (&json) != MD_JSON_ARRAY && json.fault == NULL)
    json.fault = "the answer is not an array";
  if (!md_json_finish (&json))
    return md_json_error (&json, job->what, err);
  md_json_init (&json, reply->body, reply->len);
  md_json_enter_array (&json);
  while (klass == MD_OK && md_json_next (&json))
    klass = read_asset (job, &json, pattern, err);
  return klass;
}

int
al_list_assets (void *session, struct md_call *call, const char *dataset,
                const char *pattern, struct md_error *err)
{
  struct al_job job = { .al = session, .call = call, .what = "assets" };
  struct md_reply reply;
  struct md_url url;
  char buf[AL_URL_SIZE];
  int klass;

  md_url_init (&url, buf, sizeof buf, job.al->trading_url);
  md_url_path (&url, "/v2/assets");
  if (dataset != NULL)
    md_url_query (&url, "asset_class",
                  al_is_crypto (dataset) ? "crypto" : "us_equity");
  klass = al_get (&job, &url, AL_TRADING, &reply, err);
  return klass == MD_OK ? read_assets (&job, &reply, pattern, err) : klass;
}
