/* SPDX-License-Identifier: Apache-2.0
 *
 * products.c - GET /products, for mdcore.symbols/1.
 */
#include "coinbase.h"

struct product {
  struct md_instrument row;
  struct md_text id, base, quote, status;
};

static void
read_fields (struct md_json *json, struct product *product,
             struct md_reasons *reasons)
{
  struct md_text key;

  if (!md_json_enter_object (json)) {
    md_reason (reasons, "type", "row");
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "id"))
      md_need_text (json, "id", reasons, &product->id);
    else if (md_json_key_is (key, "base_currency"))
      md_need_text (json, "base_currency", reasons, &product->base);
    else if (md_json_key_is (key, "quote_currency"))
      md_need_text (json, "quote_currency", reasons, &product->quote);
    else if (md_json_key_is (key, "status"))
      md_need_text (json, "status", reasons, &product->status);
    else if (md_json_key_is (key, "quote_increment"))
      md_need_price (json, "quote_increment", reasons, &product->row.tick);
    else if (md_json_key_is (key, "base_increment"))
      md_need_f64 (json, "base_increment", reasons, &product->row.lot);
  }
  if (product->id.ptr == NULL && reasons->len == 0)
    md_reason (reasons, "missing", "id");
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

  read_fields (json, &product, &reasons);
  if (product.id.ptr != NULL
      && !md_glob (pattern, product.id.ptr, product.id.len))
    return MD_OK;
  if (reasons.len > 0)
    return cb_reject (job, MD_ABSENT, raw, json->at, &reasons, err);
  return emit (job, &product, err);
}

int
cb_list_products (void *session, struct md_call *call, const char *dataset,
                  const char *pattern, struct md_error *err)
{
  struct cb_job job = { .cb = session, .call = call,
                        .symbol = MD_ABSENT_NAME };
  struct md_reply reply;
  struct md_json json;
  struct md_url url;
  char buf[CB_URL_SIZE];
  int klass;

  (void) dataset; /* there is one */
  md_url_init (&url, buf, sizeof buf, job.cb->base_url);
  md_url_path (&url, "/products");
  klass = cb_get (&job, &url, "products", &reply, err);
  if (klass != MD_OK)
    return klass;
  md_json_init (&json, reply.body, reply.len);
  md_json_enter_array (&json);
  while (klass == MD_OK && md_json_next (&json))
    klass = read_product (&job, &json, pattern, err);
  return klass;
}
