/* SPDX-License-Identifier: Apache-2.0
 *
 * instruments.c - GET /v3/accounts/{id}/instruments, for mdcore.symbols/1.
 * What may be traded depends on the account, so one is needed.
 */
#include "oanda.h"

#include <stdio.h>
#include <string.h>

#define ACCOUNT_SIZE 64

/* ---- which account ------------------------------------------------------- */

/* {"accounts":[{"id":"101-004-1234567-001","tags":[]}]}: the first one, and
 * how many there are.                                                      */
static void
read_accounts (struct md_json *json, struct md_text *ret_id, unsigned *ret_n)
{
  struct md_text key;
  bool escapes;

  *ret_n = 0;
  if (!md_json_enter_array (json))
    return;
  for (; md_json_next (json); ++*ret_n) {
    if (*ret_n > 0 || !md_json_enter_object (json))
      continue;
    while (md_json_next_key (json, &key)) {
      if (md_json_key_is (key, "id"))
        md_json_string (json, ret_id, &escapes);
    }
  }
}

static int
find_account (struct oa_job *job, char *buf, struct md_error *err)
{
  struct md_text key, id = { NULL, 0 };
  struct md_reply reply;
  struct md_json json;
  struct md_url url;
  char path[OA_URL_SIZE];
  unsigned n = 0;
  int klass;

  if (job->oa->account != NULL)
    return snprintf (buf, ACCOUNT_SIZE, "%s", job->oa->account) >= ACCOUNT_SIZE
             ? md_error_say (err, MD_ERR_CONFIG, "provider.account has %zu "
                             "characters, more than any of OANDA's",
                             strlen (job->oa->account))
             : MD_OK;
  md_url_init (&url, path, sizeof path, job->oa->base_url);
  md_url_path (&url, "/v3/accounts");
  klass = oa_get (job, &url, &reply, err);
  if (klass != MD_OK)
    return klass;
  md_json_init (&json, reply.body, reply.len);
  md_json_enter_object (&json);
  while (md_json_next_key (&json, &key)) {
    if (md_json_key_is (key, "accounts"))
      read_accounts (&json, &id, &n);
  }
  if (n != 1 || id.len == 0 || id.len >= ACCOUNT_SIZE)
    return md_error_say (err, MD_ERR_CONFIG, "%s: the token has %u accounts; "
                         "name one with provider.account or OANDA_ACCOUNT_ID",
                         job->what, n);
  memcpy (buf, id.ptr, id.len);
  buf[id.len] = '\0';
  return MD_OK;
}

/* ---- rows ---------------------------------------------------------------- */

struct instrument {
  struct md_instrument row;
  struct md_text name, type;
  int64_t precision, units_precision; /* decimals */
};

static void
read_fields (struct md_json *json, struct instrument *one,
             struct md_reasons *reasons)
{
  struct md_text key;

  if (!md_json_enter_object (json)) {
    md_reason (reasons, "type", "instrument");
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "name"))
      md_need_text (json, "name", reasons, &one->name);
    else if (md_json_key_is (key, "type"))
      md_need_text (json, "type", reasons, &one->type);
    else if (md_json_key_is (key, "displayPrecision"))
      md_need_i64 (json, "displayPrecision", reasons, &one->precision);
    else if (md_json_key_is (key, "tradeUnitsPrecision"))
      md_need_i64 (json, "tradeUnitsPrecision", reasons,
                   &one->units_precision);
  }
  if (one->name.len == 0 && reasons->len == 0)
    md_reason (reasons, "missing", "name");
  if (one->precision != MD_ABSENT
      && (one->precision < 0 || one->precision > 9))
    md_reason (reasons, "range", "displayPrecision");
  if (one->units_precision != MD_ABSENT
      && (one->units_precision < -9 || one->units_precision > 9))
    md_reason (reasons, "range", "tradeUnitsPrecision");
}

/* The smallest step of a number of so many decimals.                       */
static void
fill_steps (struct instrument *one)
{
  if (one->precision != MD_ABSENT) {
    one->row.tick = MD_PRICE_ONE;
    for (int64_t i = 0; i < one->precision; i++)
      one->row.tick /= 10;
  }
  if (one->units_precision != MD_ABSENT) {
    double power = 1;

    for (int64_t i = 0; i < one->units_precision; i++)
      power *= 10;
    for (int64_t i = 0; i > one->units_precision; i--)
      power *= 10;
    one->row.lot = one->units_precision >= 0 ? 1 / power : power;
  }
}

static int
intern (struct oa_job *job, const char *text, size_t len, uint32_t *ret_id,
        struct md_error *err)
{
  *ret_id = MD_ABSENT_NAME;
  return len == 0 ? MD_OK
                  : job->oa->host->intern (job->call, text, len, ret_id, err);
}

/* Prices of "EUR_USD" are in USD, and its units are of EUR.                */
static int
emit (struct oa_job *job, struct instrument *one, struct md_error *err)
{
  struct md_instrument *row = &one->row;
  const char *bar = memchr (one->name.ptr, '_', one->name.len);
  size_t base = bar != NULL ? (size_t) (bar - one->name.ptr) : 0;
  int klass = intern (job, one->name.ptr, one->name.len, &row->symbol, err);

  row->name = one->name;
  fill_steps (one);
  if (klass == MD_OK)
    klass = intern (job, one->type.ptr, one->type.len, &row->kind, err);
  if (klass == MD_OK)
    klass = intern (job, one->name.ptr, base, &row->base, err);
  if (klass == MD_OK && bar != NULL)
    klass = intern (job, bar + 1, one->name.len - base - 1, &row->currency,
                    err);
  return klass != MD_OK ? klass
                        : job->oa->host->emit (job->call, MD_INSTRUMENT, row,
                                               1, sizeof *row, err);
}

static int
read_instrument (struct oa_job *job, struct md_json *json,
                 const char *pattern, struct md_error *err)
{
  struct instrument one = {
    .row = { .ts = job->oa->host->now (job->call), .venue = MD_ABSENT_NAME,
             .contract = MD_ABSENT_NAME, .currency = MD_ABSENT_NAME,
             .status = MD_ABSENT_NAME, .tick = MD_ABSENT,
             .lot = md_absent_f64 (), .listed = MD_ABSENT,
             .delisted = MD_ABSENT },
    .precision = MD_ABSENT, .units_precision = MD_ABSENT
  };
  struct md_rejected rejected = { .struct_size = sizeof rejected,
                                  .symbol = MD_ABSENT_NAME, .ts = MD_ABSENT };
  struct md_reasons reasons = { .len = 0 };

  rejected.raw = md_json_here (json);
  read_fields (json, &one, &reasons);
  if (one.name.ptr != NULL && !md_glob (pattern, one.name.ptr, one.name.len))
    return MD_OK;
  if (reasons.len == 0)
    return emit (job, &one, err);
  rejected.raw_len = (size_t) (json->at - rejected.raw);
  rejected.reasons = reasons.text;
  return job->oa->host->reject (job->call, &rejected, err);
}

static int
read_instruments (struct oa_job *job, const struct md_reply *reply,
                  const char *pattern, struct md_error *err)
{
  struct md_json json;
  struct md_text key;
  bool found = false;
  int klass = MD_OK;

  md_json_init (&json, reply->body, reply->len);
  md_json_enter_object (&json);
  while (klass == MD_OK && md_json_next_key (&json, &key)) {
    if (!md_json_key_is (key, "instruments") || !md_json_enter_array (&json))
      continue;
    found = true;
    while (klass == MD_OK && md_json_next (&json))
      klass = read_instrument (job, &json, pattern, err);
  }
  if (klass == MD_OK && !found)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: the answer has no array "
                         "\"instruments\"", job->what);
  return klass;
}

int
oa_list_instruments (void *session, struct md_call *call, const char *dataset,
                     const char *pattern, struct md_error *err)
{
  struct oa_job job = { .oa = session, .call = call,
                        .symbol = MD_ABSENT_NAME, .what = "instruments" };
  struct md_reply reply;
  struct md_url url;
  char buf[OA_URL_SIZE], account[ACCOUNT_SIZE];
  int klass = find_account (&job, account, err);

  (void) dataset; /* the same instruments, whatever the price */
  if (klass != MD_OK)
    return klass;
  md_url_init (&url, buf, sizeof buf, job.oa->base_url);
  md_url_path (&url, "/v3/accounts/");
  md_url_segment (&url, account, strlen (account));
  md_url_path (&url, "/instruments");
  klass = oa_get (&job, &url, &reply, err);
  return klass == MD_OK ? read_instruments (&job, &reply, pattern, err)
                        : klass;
}
