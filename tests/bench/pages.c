/* SPDX-License-Identifier: Apache-2.0
 *
 * pages.c - a provider for the benchmark: bars in pages of JSON with a token
 * for the next one, as bench-server serves them.
 */
#include <mdcore.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <support/json.h>
#include <support/time.h>
#include <support/url.h>

#define PAGE_ROWS 10000
#define TOKEN_SIZE 64

enum { KEY_BASE_URL, N_KEYS };
static const struct md_key keys[N_KEYS] = {
  [KEY_BASE_URL] = { .name = "base_url", .type = MD_STRING,
                     .flags = MD_KEY_REQUIRED | MD_KEY_ORIGIN,
                     .doc = "Where bench-server listens." },
};

static const struct md_offer offers[] = {
  { .dataset = "bench", .schema = "ohlcv-1m", .record = MD_BAR,
    .interval = { .count = 1, .unit = MD_UNIT_MINUTE },
    .index_time = "bar start", .max_symbols = 1, .page_rows = PAGE_ROWS,
    .volume_unit = "shares", .doc = "Synthetic minute bars." },
};

struct session {
  const struct md_host *host;
  const char *base_url;
  struct md_bar rows[PAGE_ROWS];
};

static void *
pages_open (struct md_call *call, const struct md_host *host,
            const union md_value *config, struct md_error *err)
{
  struct session *session = calloc (1, sizeof *session);

  (void) call;
  (void) err;
  if (session != NULL) {
    session->host = host;
    session->base_url = config[KEY_BASE_URL].s;
  }
  return session;
}

static bool
read_time (struct md_json *json, md_time *ret_ts)
{
  struct md_text text;
  bool escaped;

  return md_json_string (json, &text, &escaped)
         && md_time_parse (text.ptr, text.len, ret_ts);
}

/* {"t":"2024-01-02T14:30:00Z","o":1,"h":1,"l":1,"c":1,"v":1,"n":1,"vw":1}  */
static bool
read_bar (struct md_json *json, struct md_bar *bar)
{
  struct md_text key;
  bool fine = true;

  *bar = (struct md_bar) { .ts = MD_ABSENT, .venue = MD_ABSENT_NAME,
                           .contract = MD_ABSENT_NAME, .open = MD_ABSENT,
                           .high = MD_ABSENT, .low = MD_ABSENT,
                           .close = MD_ABSENT, .volume = md_absent_f64 (),
                           .vwap = md_absent_f64 (), .trades = MD_ABSENT };
  if (!md_json_enter_object (json))
    return false;
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "t"))
      fine &= read_time (json, &bar->ts);
    else if (md_json_key_is (key, "o"))
      fine &= md_json_price (json, &bar->open);
    else if (md_json_key_is (key, "h"))
      fine &= md_json_price (json, &bar->high);
    else if (md_json_key_is (key, "l"))
      fine &= md_json_price (json, &bar->low);
    else if (md_json_key_is (key, "c"))
      fine &= md_json_price (json, &bar->close);
    else if (md_json_key_is (key, "v"))
      fine &= md_json_f64 (json, &bar->volume);
    else if (md_json_key_is (key, "vw"))
      fine &= md_json_f64 (json, &bar->vwap);
    else if (md_json_key_is (key, "n"))
      fine &= md_json_i64 (json, &bar->trades);
    else
      fine &= md_json_skip (json);
  }
  return fine;
}

static bool
read_bars (struct session *session, struct md_json *json, size_t *n)
{
  bool fine = true;

  if (!md_json_enter_array (json))
    return false;
  while (md_json_next (json)) {
    if (*n == PAGE_ROWS)
      return false;
    fine &= read_bar (json, &session->rows[(*n)++]);
  }
  return fine;
}

static bool
read_token (struct md_json *json, char *token)
{
  struct md_text text;
  bool escaped;

  *token = '\0';
  if (md_json_peek (json) == MD_JSON_NULL)
    return md_json_skip (json);
  if (!md_json_string (json, &text, &escaped) || text.len >= TOKEN_SIZE)
    return false;
  memcpy (token, text.ptr, text.len);
  token[text.len] = '\0';
  return true;
}

static int
read_page (struct session *session, const struct md_reply *reply, char *token,
           size_t *ret_n, struct md_error *err)
{
  struct md_json json;
  struct md_text key;
  size_t n = 0;
  bool fine = true;

  md_json_init (&json, reply->body, reply->len);
  fine &= md_json_enter_object (&json);
  while (md_json_next_key (&json, &key)) {
    if (md_json_key_is (key, "bars"))
      fine &= read_bars (session, &json, &n);
    else if (md_json_key_is (key, "next_page_token"))
      fine &= read_token (&json, token);
    else
      fine &= md_json_skip (&json);
  }
  if (!md_json_finish (&json))
    return md_json_error (&json, "pages", err);
  if (!fine) {
    err->klass = MD_ERR_PROTOCOL;
    snprintf (err->message, sizeof err->message, "pages: not a page of bars");
  }
  *ret_n = n;
  return err->klass;
}

static int
fetch_page (struct session *session, struct md_call *call,
            const struct md_request *request, char *token,
            struct md_error *err)
{
  const struct md_host *host = session->host;
  struct md_http http = { .struct_size = sizeof http };
  struct md_reply reply = { .struct_size = sizeof reply };
  char text[512];
  struct md_url url;
  size_t n = 0;
  int klass;

  md_url_init (&url, text, sizeof text, session->base_url);
  md_url_path (&url, "/v2/stocks/");
  md_url_segment (&url, request->symbols[0], strlen (request->symbols[0]));
  md_url_path (&url, "/bars");
  md_url_query_time (&url, "start", request->from);
  md_url_query_time (&url, "end", request->to);
  md_url_query_i64 (&url, "limit", PAGE_ROWS);
  if (*token != '\0')
    md_url_query (&url, "page_token", token);
  klass = md_url_finish (&url, err);
  http.url = text;
  if (klass == MD_OK)
    klass = host->http (call, &http, &reply, err);
  if (klass == MD_OK)
    klass = host->classify (call, &reply, err);
  if (klass == MD_OK)
    klass = read_page (session, &reply, token, &n, err);
  if (klass == MD_OK)
    klass = host->emit (call, MD_BAR, session->rows, n,
                        sizeof session->rows[0], err);
  return klass;
}

static int
pages_fetch (void *data, struct md_call *call,
             const struct md_request *request, struct md_error *err)
{
  struct session *session = data;
  char token[TOKEN_SIZE] = "";
  int klass;

  do
    klass = fetch_page (session, call, request, token, err);
  while (klass == MD_OK && *token != '\0');
  if (klass != MD_OK)
    return klass;
  return session->host->covered (call, MD_ALL_SYMBOLS, request->from,
                                 request->to, err);
}

static const struct md_provider provider = {
  .struct_size = sizeof provider, MD_ARRAY (offer, offers),
  .open = pages_open, .close = free, .fetch = pages_fetch,
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_PROVIDER, &provider }, { NULL, NULL }
};

MD_PLUGIN (.name = "pages", .version = "1.0",
           .description = "Pages of JSON for the benchmark",
           .license = "Apache-2.0", .keys = keys, .n_keys = N_KEYS,
           .key_size = sizeof keys[0], .ifaces = ifaces)
