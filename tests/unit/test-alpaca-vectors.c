/* SPDX-License-Identifier: Apache-2.0
 *
 * The Alpaca provider on answers that were captured: every row is what
 * another reader of them says.
 */
#include "fake-host.h"

#include <jansson.h>
#include <math.h>
#include <string.h>
#include <support/decimal.h>
#include <zlib.h>

static char *
vectors (const char *name)
{
  const char *source = g_getenv ("MDCORE_TEST_SOURCE");

  return g_build_filename (source != NULL ? source : ".", "..", "shared",
                           "vectors", "alpaca", name, NULL);
}

/* Plain files and gzip.                                                    */
static GString *
read_file (const char *name)
{
  g_autofree char *path = vectors (name);
  GString *text = g_string_new (NULL);
  gzFile file = gzopen (path, "rb");
  char buf[16384];
  int n;

  g_assert_nonnull (file);
  while ((n = gzread (file, buf, sizeof buf)) > 0)
    g_string_append_len (text, buf, n);
  g_assert_cmpint (n, ==, 0);
  gzclose (file);
  return text;
}

static json_t *
load_manifest (void)
{
  g_autofree char *path = vectors ("manifest.json");
  json_t *manifest;

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_test_skip ("no ../shared/vectors/alpaca beside the source folder");
    return NULL;
  }
  manifest = json_load_file (path, 0, NULL);
  g_assert_nonnull (manifest);
  return manifest;
}

static const char *
url_of (json_t *entry)
{
  json_t *exchange = json_array_get (json_object_get (entry, "exchanges"), 0);

  return json_string_value (
    json_object_get (json_object_get (exchange, "request"), "url"));
}

/* Pages of rows: the schema that asks for them, or NULL.                   */
static const char *
schema_of (json_t *entry)
{
  static const char *const roots[] = {
    "https://data.alpaca.markets/v2/stocks/",
    "https://data.alpaca.markets/v1beta3/crypto/us/",
    "https://data.alpaca.markets/v1beta3/crypto/{loc}/" };
  static const char *const schemas[][2] = {
    { "bars", "ohlcv-1m" }, { "trades", "trades" }, { "quotes", "quotes" } };
  const char *url = url_of (entry);

  for (gsize r = 0; url != NULL && r < G_N_ELEMENTS (roots); r++) {
    for (gsize s = 0; s < G_N_ELEMENTS (schemas); s++) {
      g_autofree char *start = g_strconcat (roots[r], schemas[s][0], NULL);
      const char *end = url + strlen (start);

      if (g_str_has_prefix (url, start) && (*end == '?' || *end == '\0'))
        return schemas[s][1];
    }
  }
  return NULL;
}

static GPtrArray *
load_rows (json_t *entry)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify)
                                                    json_decref);
  g_autoptr (GString) text = read_file (json_string_value (
    json_object_get (json_object_get (entry, "expected"), "file")));
  g_auto (GStrv) lines = g_strsplit (text->str, "\n", 0);

  for (guint i = 0; lines[i] != NULL; i++) {
    if (*lines[i] != '\0')
      g_ptr_array_add (rows, json_loads (lines[i], 0, NULL));
  }
  return rows;
}

/* ---- one row ------------------------------------------------------------------ */

static const char *
text (json_t *row, const char *name)
{
  return json_string_value (json_object_get (row, name));
}

static void
same_price (json_t *row, const char *name, md_price got)
{
  md_price expected = MD_ABSENT;

  if (text (row, name) != NULL)
    g_assert_cmpint (md_price_parse (text (row, name),
                                     strlen (text (row, name)), &expected),
                     ==, MD_DECIMAL_OK);
  g_assert_cmpint (got, ==, expected);
}

static void
same_number (json_t *row, const char *name, double got)
{
  const char *expected = text (row, name);

  if (expected == NULL)
    g_assert_true (isnan (got));
  else
    g_assert_cmpfloat (got, ==, g_ascii_strtod (expected, NULL));
}

static void
same_name (FakeHost *host, json_t *row, const char *name, guint32 got)
{
  g_assert_cmpstr (fake_host_name (host, got), ==, text (row, name));
}

static void
same_conditions (FakeHost *host, json_t *row, guint32 got)
{
  json_t *list = json_object_get (row, "conditions"), *one;
  g_autoptr (GString) joined = g_string_new (NULL);
  size_t i;

  json_array_foreach (list, i, one)
    g_string_append_printf (joined, "%s%s", i > 0 ? "," : "",
                            json_string_value (one));
  /* A blank alone says nothing.                                            */
  g_assert_cmpstr (fake_host_name (host, got), ==,
                   *g_strchomp (joined->str) != '\0' ? joined->str : NULL);
}

static void
same_bar (FakeHost *host, json_t *row, const void *data)
{
  const struct md_bar *bar = data;

  same_price (row, "open", bar->open);
  same_price (row, "high", bar->high);
  same_price (row, "low", bar->low);
  same_price (row, "close", bar->close);
  same_number (row, "volume", bar->volume);
  same_number (row, "vwap", bar->vwap);
  if (text (row, "trades") != NULL)
    g_assert_cmpint (bar->trades, ==,
                     g_ascii_strtoll (text (row, "trades"), NULL, 10));
}

static void
same_trade (FakeHost *host, json_t *row, const void *data)
{
  const struct md_trade *trade = data;
  const char *taker = text (row, "taker"), *id = text (row, "id");

  same_price (row, "price", trade->price);
  same_number (row, "size", trade->size);
  same_name (host, row, "venue", trade->venue);
  same_name (host, row, "tape", trade->tape);
  same_conditions (host, row, trade->conditions);
  g_assert_cmpmem (trade->id.ptr, trade->id.len, id, id ? strlen (id) : 0);
  g_assert_cmpstr (fake_host_name (host, trade->side), ==,
                   taker == NULL ? NULL : *taker == 'B' ? "buy" : "sell");
}

static void
same_quote (FakeHost *host, json_t *row, const void *data)
{
  const struct md_quote *quote = data;

  same_price (row, "bid_price", quote->bid);
  same_price (row, "ask_price", quote->ask);
  same_number (row, "bid_size", quote->bid_size);
  same_number (row, "ask_size", quote->ask_size);
  same_name (host, row, "bid_venue", quote->bid_venue);
  same_name (host, row, "ask_venue", quote->ask_venue);
  same_name (host, row, "tape", quote->tape);
  same_conditions (host, row, quote->conditions);
}

/* ---- one case ------------------------------------------------------------------ */

static gboolean
has_token (const char *body)
{
  json_t *page = json_loads (body, 0, NULL);
  gboolean has = json_is_string (json_object_get (page, "next_page_token"));

  json_decref (page);
  return has;
}

/* The pages in their order; a last one where they were cut off.            */
static void
script (FakeHost *host, json_t *entry, const char *schema)
{
  json_t *exchange;
  gboolean more = FALSE;
  size_t i;

  json_array_foreach (json_object_get (entry, "exchanges"), i, exchange)
  {
    g_autoptr (GString) body = read_file (json_string_value (
      json_object_get (json_object_get (exchange, "response"), "body")));

    if (i > 0 && !more)
      return; /* a request of its own */
    fake_host_reply (host, NULL, 200, NULL, body->str, (gssize) body->len);
    more = has_token (body->str);
  }
  if (more) {
    g_autofree char *body = g_strdup_printf (
      "{\"%s\":{},\"next_page_token\":null}",
      *schema == 'o' ? "bars" : schema);

    fake_host_reply (host, NULL, 200, NULL, body, -1);
  }
}

/* Of the expected rows, else of the request.                               */
static GPtrArray *
symbols_of (json_t *entry)
{
  GPtrArray *symbols = g_ptr_array_new_with_free_func (g_free);
  json_t *count;
  const char *symbol;

  json_object_foreach (
    json_object_get (json_object_get (entry, "expected"), "per_symbol"),
    symbol, count)
    g_ptr_array_add (symbols, g_strdup (symbol));
  if (symbols->len == 0)
    g_ptr_array_add (symbols, fake_query (url_of (entry), "symbols"));
  g_ptr_array_add (symbols, NULL);
  return symbols;
}

static void
fetch (FakeHost *host, void *session, json_t *entry, const char *schema,
       GPtrArray *rows)
{
  g_autoptr (GPtrArray) symbols = symbols_of (entry);
  md_time from = rows->len > 0 ? G_MAXINT64 : 0;
  md_time to = rows->len > 0 ? G_MININT64 : MD_DAY;

  for (guint i = 0; i < rows->len; i++) {
    md_time ts = g_ascii_strtoll (text (rows->pdata[i], "ts"), NULL, 10);

    from = MIN (from, ts);
    to = MAX (to, ts + 1);
  }
  script (host, entry, schema);
  g_assert_cmpint (fake_host_fetch (
                     host, session,
                     strchr (symbols->pdata[0], '/') ? "crypto/us" : "sip/raw",
                     schema, (const char *const *) symbols->pdata, from, to,
                     0), ==, MD_OK);
  fake_host_assert_done (host);
}

static void
compare (FakeHost *host, const char *schema, GPtrArray *rows)
{
  void (*same) (FakeHost *, json_t *, const void *)
    = *schema == 'o' ? same_bar : *schema == 't' ? same_trade : same_quote;
  guint stride = rows->len > 0 ? g_array_get_element_size (host->rows) : 0;

  g_assert_cmpuint (host->rejects->len, ==, 0);
  g_assert_cmpuint (host->rows != NULL ? host->rows->len : 0, ==, rows->len);
  for (guint i = 0; i < rows->len; i++) {
    const void *got = host->rows->data + i * stride;
    const struct md_head *head = got;

    g_assert_cmpint (head->ts, ==,
                     g_ascii_strtoll (text (rows->pdata[i], "ts"), NULL, 10));
    g_assert_cmpstr (fake_host_name (host, head->symbol), ==,
                     text (rows->pdata[i], "symbol"));
    same (host, rows->pdata[i], got);
  }
}

static void
walk_rows (FakeHost *host, void *session, json_t *entry)
{
  const char *schema = schema_of (entry);
  g_autoptr (GPtrArray) rows = load_rows (entry);

  fetch (host, session, entry, schema, rows);
  compare (host, schema, rows);
}

/* ---- lists and refusals -------------------------------------------------------- */

static json_t *
first_body (json_t *entry, guint i, GString **ret_text)
{
  json_t *exchange = json_array_get (json_object_get (entry, "exchanges"), i);
  json_t *body;

  *ret_text = read_file (text (json_object_get (exchange, "response"),
                               "body"));
  body = json_loadb ((*ret_text)->str, (*ret_text)->len, JSON_DECODE_ANY,
                     NULL);
  g_assert_nonnull (body);
  return body;
}

static void
walk_assets (FakeHost *host, void *session, json_t *entry)
{
  GString *body;
  json_t *list = first_body (entry, 0, &body);

  fake_host_reply (host, NULL, 200, NULL, body->str, (gssize) body->len);
  g_assert_cmpint (fake_host_list (host, session, NULL, NULL), ==, MD_OK);
  g_assert_cmpuint (host->rejects->len, ==, 0);
  g_assert_cmpuint (host->rows->len, ==, json_array_size (list));
  for (guint i = 0; i < host->rows->len; i++) {
    const struct md_instrument *row
      = &g_array_index (host->rows, struct md_instrument, i);
    json_t *asset = json_array_get (list, i);

    same_name (host, asset, "symbol", row->symbol);
    same_name (host, asset, "exchange", row->venue);
    same_name (host, asset, "status", row->status);
  }
  json_decref (list);
  g_string_free (body, TRUE);
}

/* June 2019 of New York has no holiday: as many rows as days.              */
static void
walk_calendar (FakeHost *host, void *session, json_t *entry)
{
  static const char *const symbols[] = { "XNYS", NULL };
  const md_time june = INT64_C (1559361600) * MD_SECOND; /* 04:00Z */
  GString *body;
  json_t *list = first_body (entry, 0, &body);

  fake_host_reply (host, NULL, 200, NULL, body->str, (gssize) body->len);
  g_assert_cmpint (fake_host_fetch (host, session, "us_equity", "sessions",
                                    symbols, june, june + 31 * MD_DAY, 0),
                   ==, MD_OK);
  g_assert_cmpuint (host->rejects->len, ==, 0);
  g_assert_cmpuint (host->rows->len, ==, json_array_size (list));
  for (guint i = 0; i < host->rows->len; i++) {
    const struct md_session *row
      = &g_array_index (host->rows, struct md_session, i);

    g_assert_cmpint (row->open - row->ts, ==, 9 * MD_HOUR + 30 * MD_MINUTE);
    g_assert_cmpint (row->close - row->ts, ==, 16 * MD_HOUR);
  }
  json_decref (list);
  g_string_free (body, TRUE);
}

/* Every symbol that an action names, and how many there are.               */
static guint
gather_actions (json_t *body, GPtrArray *symbols)
{
  json_t *categories = json_object_get (body, "corporate_actions"), *list;
  json_t *action, *value;
  const char *category, *key;
  guint n = 0;
  gsize i;

  json_object_foreach (categories, category, list)
  {
    json_array_foreach (list, i, action)
    {
      n++;
      json_object_foreach (action, key, value)
      {
        if (g_str_has_suffix (key, "symbol") && json_is_string (value)
            && !g_ptr_array_find_with_equal_func (
              symbols, json_string_value (value), g_str_equal, NULL))
          g_ptr_array_add (symbols, g_strdup (json_string_value (value)));
      }
    }
  }
  return n;
}

static void
walk_actions (FakeHost *host, void *session, json_t *entry)
{
  g_autoptr (GPtrArray) symbols = g_ptr_array_new_with_free_func (g_free);
  guint pages = (guint) json_array_size (json_object_get (entry,
                                                          "exchanges"));
  guint n = 0;

  for (guint i = 0; i < pages; i++) {
    GString *body;
    json_t *page = first_body (entry, i, &body);

    n += gather_actions (page, symbols);
    fake_host_reply (host, NULL, 200, NULL, body->str, (gssize) body->len);
    json_decref (page);
    g_string_free (body, TRUE);
  }
  g_ptr_array_add (symbols, NULL);
  g_assert_cmpint (fake_host_fetch (host, session, "us_equity", "actions",
                                    (const char *const *) symbols->pdata, 0,
                                    30000 * MD_DAY, 0), ==, MD_OK);
  g_assert_cmpuint (host->rejects->len, ==, 0);
  g_assert_cmpuint (host->rows->len, ==, n);
}

static void
walk_refusal (FakeHost *host, void *session, json_t *entry)
{
  static const struct { gint64 status; int klass; } classes[] = {
    { 400, MD_ERR_REQUEST }, { 401, MD_ERR_AUTH },
    { 403, MD_ERR_ENTITLEMENT }, { 404, MD_ERR_PROTOCOL },
    { 422, MD_ERR_REQUEST }, { 429, MD_ERR_LIMITED } };
  static const char *const symbols[] = { "AAPL", NULL };
  json_t *exchange = json_array_get (json_object_get (entry, "exchanges"), 0);
  gint64 status = json_integer_value (json_object_get (
    json_object_get (exchange, "response"), "status"));
  GString *body;
  gsize i = 0;

  json_decref (first_body (entry, 0, &body));
  while (i < G_N_ELEMENTS (classes) && classes[i].status != status)
    i++;
  g_assert_cmpuint (i, <, G_N_ELEMENTS (classes));
  fake_host_reply (host, NULL, (int) status, NULL, body->str, -1);
  g_assert_cmpint (fake_host_fetch (host, session, "sip/raw", "ohlcv-1m",
                                    symbols, 0, MD_HOUR, 0), ==,
                   classes[i].klass);
  g_string_free (body, TRUE);
}

/* ---- the walk ------------------------------------------------------------------ */

typedef void (*WalkFn) (FakeHost *host, void *session, json_t *entry);

/* Why a case is no answer to anything that this provider asks; the part of
 * its name or URL that shows it.                                           */
static const struct {
  const char *part, *reason;
} no_offer[] = {
  { "sort=desc", "newest first: this provider asks for the oldest first" },
  { "currency=JPY", "another currency: prices are asked for as they traded" },
  { "/options/", "options are no offer" },
  { "/latest", "the newest values alone: no history" },
  { "snapshot", "the newest values alone: no history" },
  { "crypto-perps", "the newest values alone: no history" },
  { "/auctions", "auctions are no offer" },
  { "/news", "news are no offer" },
  { "/indices/", "values of indices are no offer" },
  { "/screener/", "a ranking of today: no history" },
  { "/v2/clock", "the time of day: no history" },
  { "/v2/assets/AAPL", "one asset: the list is asked for" },
  { "/{symbol}/", "the form for one symbol: the one for many is asked for" },
  { "alpaca.markets/v1/bars/1D", "an API that is gone" },
  { "/v1beta1/crypto/", "an API that is gone" } };

static const char *
reason_to_pass (json_t *entry)
{
  const char *url = url_of (entry);

  if (json_object_get (entry, "session") != NULL
      || strcmp (text (entry, "kind"), "ws") == 0)
    return "messages of a live stream";
  for (gsize i = 0; i < G_N_ELEMENTS (no_offer); i++) {
    if (strstr (url, no_offer[i].part) != NULL)
      return no_offer[i].reason;
  }
  return NULL;
}

static WalkFn
walk_of (json_t *entry)
{
  const char *url = url_of (entry);

  if (strcmp (text (entry, "kind"), "errors") == 0)
    return walk_refusal;
  if (strstr (url, "/corporate-actions") != NULL)
    return walk_actions;
  if (strstr (url, "/v2/calendar") != NULL)
    return walk_calendar;
  if (g_str_has_suffix (url, "/v2/assets"))
    return walk_assets;
  return schema_of (entry) != NULL ? walk_rows : NULL;
}

static gboolean
run_case (json_t *entry)
{
  gboolean is_error = strcmp (text (entry, "kind"), "errors") == 0;
  const char *reason = is_error ? NULL : reason_to_pass (entry);
  g_autoptr (FakeHost) host = NULL;
  void *session;

  if (reason != NULL) {
    g_test_message ("%s is passed over: %s", text (entry, "id"), reason);
    return FALSE;
  }
  g_test_message ("%s", text (entry, "id"));
  if (walk_of (entry) == NULL) {
    g_test_message ("nothing reads %s", url_of (entry));
    g_test_fail ();
    return FALSE;
  }
  host = fake_host_new ("alpaca");
  session = fake_host_open (host, "key_id", "K", "secret_key", "S", NULL);
  walk_of (entry) (host, session, entry);
  fake_host_close (host, session);
  return TRUE;
}

static void
test_every_case (void)
{
  json_t *manifest = load_manifest (), *entry;
  guint walked = 0;
  size_t i;

  if (manifest == NULL)
    return;
  json_array_foreach (json_object_get (manifest, "cases"), i, entry)
    walked += run_case (entry) ? 1 : 0;
  g_test_message ("alpaca: %u of %zu cases walked", walked,
                  json_array_size (json_object_get (manifest, "cases")));
  g_assert_cmpuint (walked, >=, 25);
  json_decref (manifest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/alpaca-vectors/every-case-of-the-manifest",
                   test_every_case);
  return g_test_run ();
}
