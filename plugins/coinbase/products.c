/* SPDX-License-Identifier: Apache-2.0
 *
 * products.c - for mdcore.symbols/1: GET /products of the Exchange API, all in
 * one answer, and GET .../market/products of the Advanced Trade API, in pages.
 */
#include "coinbase.h"

#include <stdio.h>

#define PAGE 250 /* of the Advanced Trade API */

struct product {
  struct md_instrument row;
  struct md_text id, base, quote, status;
};

/* The same values under the names of the two APIs.                         */
struct names {
  const char *id, *base, *quote, *status, *tick, *lot;
};
static const struct names exchange_names = {
  "id", "base_currency", "quote_currency", "status", "quote_increment",
  "base_increment"
};
static const struct names advanced_names = {
  "product_id", "base_currency_id", "quote_currency_id", "status",
  "price_increment", "base_increment"
};

static void
read_fields (struct md_json *json, const struct names *names,
             struct product *product, struct md_reasons *reasons)
{
  struct md_text key;

  if (!md_json_enter_object (json)) {
    md_reason (reasons, "type", "row");
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, names->id))
      md_need_text (json, names->id, reasons, &product->id);
    else if (md_json_key_is (key, names->base))
      md_need_text (json, names->base, reasons, &product->base);
    else if (md_json_key_is (key, names->quote))
      md_need_text (json, names->quote, reasons, &product->quote);
    else if (md_json_key_is (key, names->status))
      md_need_text (json, names->status, reasons, &product->status);
    else if (md_json_key_is (key, names->tick))
      md_need_price (json, names->tick, reasons, &product->row.tick);
    else if (md_json_key_is (key, names->lot))
      md_need_f64 (json, names->lot, reasons, &product->row.lot);
  }
  if (product->id.ptr == NULL && reasons->len == 0)
    md_reason (reasons, "missing", names->id);
}

static int
intern (struct cb_job *job, struct md_text text, uint32_t *ret_id,
        struct md_error *err)
{
  *ret_id = MD_ABSENT_NAME;
  return text.ptr == NULL ? MD_OK
                          : job->cb->host->intern (job->call, text.ptr,
                                                   text.len, ret_id, err);
}

static int
emit (struct cb_job *job, struct product *product, struct md_error *err)
{
  static const struct md_text spot = { "spot", 4 };
  struct md_instrument *row = &product->row;
  int klass = intern (job, product->id, &row->symbol, err);

  row->name = product->id;
  if (klass == MD_OK)
    klass = intern (job, spot, &row->kind, err);
  if (klass == MD_OK)
    klass = intern (job, product->base, &row->base, err);
  if (klass == MD_OK)
    klass = intern (job, product->quote, &row->currency, err);
  if (klass == MD_OK)
    klass = intern (job, product->status, &row->status, err);
  return klass != MD_OK ? klass
                        : job->cb->host->emit (job->call, MD_INSTRUMENT, row,
                                               1, sizeof *row, err);
}

static int
read_product (struct cb_job *job, struct md_json *json, const char *pattern,
              struct md_error *err)
{
  struct product product = {
    .row = { .ts = job->cb->host->now (job->call), .venue = MD_ABSENT_NAME,
             .contract = MD_ABSENT_NAME, .tick = MD_ABSENT,
             .lot = md_absent_f64 (), .listed = MD_ABSENT,
             .delisted = MD_ABSENT }
  };
  struct md_reasons reasons = { .len = 0 };
  const char *raw = md_json_here (json);

  read_fields (json, job->advanced ? &advanced_names : &exchange_names,
               &product, &reasons);
  if (product.id.ptr != NULL
      && !md_glob (pattern, product.id.ptr, product.id.len))
    return MD_OK;
  if (reasons.len > 0)
    return cb_reject (job, MD_ABSENT, raw, json->at, &reasons, err);
  return emit (job, &product, err);
}

/* ---- the lists ----------------------------------------------------------- */

static int
list_exchange (struct cb_job *job, const char *pattern, struct md_error *err)
{
  struct md_reply reply;
  struct md_json json;
  struct md_url url;
  char buf[CB_URL_SIZE];
  int klass;

  md_url_init (&url, buf, sizeof buf, job->cb->base_url);
  md_url_path (&url, "/products");
  klass = cb_get (job, &url, "products", &reply, err);
  if (klass != MD_OK)
    return klass;
  md_json_init (&json, reply.body, reply.len);
  md_json_enter_array (&json);
  while (klass == MD_OK && md_json_next (&json))
    klass = read_product (job, &json, pattern, err);
  return klass;
}

static int
get_page (struct cb_job *job, int64_t offset, struct md_json *ret_json,
          struct md_error *err)
{
  struct md_url url;
  char buf[CB_URL_SIZE];

  md_url_init (&url, buf, sizeof buf, job->cb->advanced_url);
  md_url_path (&url, CB_ADVANCED "/products");
  md_url_query_i64 (&url, "limit", PAGE);
  md_url_query_i64 (&url, "offset", offset);
  md_url_query (&url, "product_type", "SPOT");
  return cb_get_rows (job, &url, "products", "products", ret_json, err);
}

/* The text of a page's first product.                                      */
static void
copy_first (struct md_json json, char *buf, size_t size)
{
  struct md_text first = { "", 0 };

  if (md_json_next (&json))
    md_json_slice (&json, &first);
  snprintf (buf, size, "%.*s",
            (int) (first.len < size ? first.len : size - 1), first.ptr);
}

/* `num_products` counts those of the page: a page that is not full is the
 * last.  One that begins like the page before says that `offset` was not
 * heard.                                                                   */
static int
list_advanced (struct cb_job *job, const char *pattern, struct md_error *err)
{
  char first[2][100] = { "", "" };
  struct md_json json;
  int64_t offset = 0, n = PAGE;
  int klass = MD_OK;

  while (klass == MD_OK && n == PAGE) {
    klass = get_page (job, offset, &json, err);
    if (klass != MD_OK)
      return klass;
    copy_first (json, first[1], sizeof first[1]);
    if (first[1][0] != '\0' && strcmp (first[0], first[1]) == 0)
      return md_error_say (err, MD_ERR_PROTOCOL, "products: the page at %lld "
                           "is the page before it", (long long) offset);
    strcpy (first[0], first[1]);
    for (n = 0; klass == MD_OK && md_json_next (&json); n++)
      klass = read_product (job, &json, pattern, err);
    offset += n;
  }
  return klass;
}

int
cb_list_products (void *session, struct md_call *call, const char *dataset,
                  const char *pattern, struct md_error *err)
{
  struct cb_job job = { .cb = session, .call = call,
                        .advanced = cb_is_advanced (dataset),
                        .symbol = MD_ABSENT_NAME };

  return job.advanced ? list_advanced (&job, pattern, err)
                      : list_exchange (&job, pattern, err);
}
