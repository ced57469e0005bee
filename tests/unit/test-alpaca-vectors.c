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

/* Pages of rows in the order that this provider asks for.                  */
static const char *
schema_of (json_t *entry)
{
  static const char *const roots[] = {
    "https://data.alpaca.markets/v2/stocks/",
    "https://data.alpaca.markets/v1beta3/crypto/us/" };
  static const char *const schemas[][2] = {
    { "bars", "ohlcv-1m" }, { "trades", "trades" }, { "quotes", "quotes" } };
  const char *url = url_of (entry);
  json_t *expected = json_object_get (entry, "expected");

  if (url == NULL || strstr (url, "sort=desc") != NULL
      || json_object_get (expected, "file") == NULL
      || json_integer_value (json_object_get (expected, "rows")) == 0)
    return NULL;
  for (gsize r = 0; r < G_N_ELEMENTS (roots); r++) {
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

static void
fetch (FakeHost *host, void *session, json_t *entry, const char *schema,
       GPtrArray *rows)
{
  g_autoptr (GPtrArray) symbols = g_ptr_array_new ();
  md_time from = G_MAXINT64, to = G_MININT64;
  json_t *count;
  const char *symbol;

  json_object_foreach (
    json_object_get (json_object_get (entry, "expected"), "per_symbol"),
    symbol, count)
    g_ptr_array_add (symbols, (char *) symbol);
  g_ptr_array_add (symbols, NULL);
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
  guint stride = g_array_get_element_size (host->rows);

  g_assert_cmpuint (host->rejects->len, ==, 0);
  g_assert_cmpuint (host->rows->len, ==, rows->len);
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
test_rows (void)
{
  json_t *manifest = load_manifest (), *entry;
  guint n = 0;
  size_t i;

  if (manifest == NULL)
    return;
  json_array_foreach (json_object_get (manifest, "cases"), i, entry)
  {
    const char *schema = schema_of (entry);

    if (schema != NULL) {
      g_autoptr (FakeHost) host = fake_host_new ("alpaca");
      g_autoptr (GPtrArray) rows = load_rows (entry);
      void *session = fake_host_open (host, "key_id", "K", "secret_key", "S",
                                      NULL);

      g_test_message ("%s", text (entry, "id"));
      fetch (host, session, entry, schema, rows);
      compare (host, schema, rows);
      fake_host_close (host, session);
      n++;
    }
  }
  g_assert_cmpuint (n, >=, 15);
  json_decref (manifest);
}

/* ---- lists ------------------------------------------------------------------------ */

static void
test_all_assets (void)
{
  json_t *manifest = load_manifest (), *list;
  g_autoptr (FakeHost) host = NULL;
  g_autoptr (GString) body = NULL;
  void *session;

  if (manifest == NULL)
    return;
  json_decref (manifest);
  host = fake_host_new ("alpaca");
  session = fake_host_open (host, "key_id", "K", "secret_key", "S", NULL);
  body = read_file ("reference/rec_assets_all/page1.json.gz");
  list = json_loadb (body->str, body->len, 0, NULL);
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
  fake_host_close (host, session);
}

static void
test_refusals (void)
{
  static const struct { const char *file; int status, klass; } cases[] = {
    { "errors/doc_403_recent_sip/page1.json", 403, MD_ERR_ENTITLEMENT },
    { "errors/doc_400_invalid_end/page1.json", 400, MD_ERR_REQUEST },
    { "errors/doc_429/page1.json", 429, MD_ERR_LIMITED },
    { "errors/rec_401_unauthorized/page1.json", 401, MD_ERR_AUTH } };
  static const char *const symbols[] = { "AAPL", NULL };
  json_t *manifest = load_manifest ();
  g_autoptr (FakeHost) host = NULL;
  void *session;

  if (manifest == NULL)
    return;
  json_decref (manifest);
  host = fake_host_new ("alpaca");
  session = fake_host_open (host, "key_id", "K", "secret_key", "S", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GString) body = read_file (cases[i].file);

    fake_host_reply (host, NULL, cases[i].status, NULL, body->str, -1);
    g_assert_cmpint (fake_host_fetch (host, session, "sip/raw", "ohlcv-1m",
                                      symbols, 0, MD_HOUR, 0), ==,
                     cases[i].klass);
  }
  fake_host_close (host, session);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/alpaca/rows-of-captured-pages", test_rows);
  g_test_add_func ("/alpaca/the-whole-list-of-assets", test_all_assets);
  g_test_add_func ("/alpaca/captured-refusals", test_refusals);
  return g_test_run ();
}
