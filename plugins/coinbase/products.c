/* SPDX-License-Identifier: Apache-2.0
 *
 * products.c - GET /products, for mdcore.symbols/1.
 */
#include "coinbase.h"

/* '*' and '?' only.                                                        */
static bool
matches (const char *pattern, const char *text, const char *end)
{
  const char *star = NULL, *mark = NULL;

  while (text < end) {
    if (*pattern == '*') {
      star = pattern++;
      mark = text;
    } else if (*pattern != '\0' && (*pattern == '?' || *pattern == *text)) {
      pattern++;
      text++;
    } else if (star != NULL) {
      pattern = star + 1;
      text = ++mark;
    } else {
      return false;
    }
  }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

struct product {
  struct md_instrument row;
  struct md_text id, base, quote, status;
};

static void
read_text (struct md_json *json, const char *field,
           struct cb_reasons *reasons, struct md_text *ret_text)
{
  bool escapes;

  if (!md_json_string (json, ret_text, &escapes))
    cb_reason (reasons, json->refusal, field);
  else if (ret_text->ptr == NULL)
    cb_reason (reasons, "missing", field);
  else if (escapes) /* ids, currencies and states are plain words */
    cb_reason (reasons, "value", field);
}

static void
read_fields (struct md_json *json, struct product *product,
             struct cb_reasons *reasons)
{
  struct md_text key;

  if (!md_json_enter_object (json)) {
    cb_reason (reasons, "type", "row");
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "id"))
      read_text (json, "id", reasons, &product->id);
    else if (md_json_key_is (key, "base_currency"))
      read_text (json, "base_currency", reasons, &product->base);
    else if (md_json_key_is (key, "quote_currency"))
      read_text (json, "quote_currency", reasons, &product->quote);
    else if (md_json_key_is (key, "status"))
      read_text (json, "status", reasons, &product->status);
    else if (md_json_key_is (key, "quote_increment"))
      cb_price (json, "quote_increment", reasons, &product->row.tick);
    else if (md_json_key_is (key, "base_increment"))
      cb_f64 (json, "base_increment", reasons, &product->row.lot);
  }
  if (product->id.ptr == NULL && reasons->len == 0)
    cb_reason (reasons, "missing", "id");
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
  struct cb_reasons reasons = { .len = 0 };
  const char *raw = md_json_here (json);

  read_fields (json, &product, &reasons);
  if (product.id.ptr != NULL && pattern != NULL
      && !matches (pattern, product.id.ptr, product.id.ptr + product.id.len))
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
