/* SPDX-License-Identifier: Apache-2.0
 *
 * The Coinbase provider on answers that were recorded: a walk over the whole
 * manifest.  Rows are compared by the digest of their text, which another
 * reader made; what is passed over says why.
 */
#include "fake-host.h"

#include <jansson.h>
#include <string.h>
#include <support/decimal.h>
#include <support/time.h>

typedef struct {
  json_t *fixture;
  const char *file, *schema, *url;
  json_t *body;
  char *text;
  FakeHost *host;
  void *session;
} Case;

static char *
vector_path (const char *name)
{
  return g_build_filename (g_getenv ("MDCORE_TEST_SOURCE"), "..", "shared",
                           "vectors", "coinbase", name, NULL);
}

static const char *
text_at (json_t *object, const char *name)
{
  return json_string_value (json_object_get (object, name));
}

static gint64
number_at (json_t *object, const char *name)
{
  return json_integer_value (json_object_get (object, name));
}

/* ---- rows as text ---------------------------------------------------------- */

static void
append_price (GString *line, md_price price)
{
  char text[40];

  md_price_format (price, text);
  g_string_append_printf (line, ",%s", text);
}

/* Quantities of these recordings have eight decimals.                      */
static void
append_size (GString *line, double size)
{
  char text[40];
  md_price value;

  g_snprintf (text, sizeof text, "%.8f", size);
  g_assert_cmpint (md_price_parse (text, strlen (text), &value), ==, 0);
  append_price (line, value);
}

static void
append_bar (const Case *c, GString *lines, guint i)
{
  const struct md_bar *row = &g_array_index (c->host->rows, struct md_bar, i);

  g_string_append_printf (lines, "%" G_GINT64_FORMAT, (gint64) row->ts);
  append_price (lines, row->open);
  append_price (lines, row->high);
  append_price (lines, row->low);
  append_price (lines, row->close);
  append_size (lines, row->volume);
  g_string_append_c (lines, '\n');
}

/* Published is the side of the order that waited.                          */
static void
append_trade (const Case *c, GString *lines, guint i)
{
  const struct md_trade *row
    = &g_array_index (c->host->rows, struct md_trade, i);
  const char *side = fake_host_name (c->host, row->side);

  g_string_append_printf (lines, "%" G_GINT64_FORMAT, (gint64) row->ts);
  append_price (lines, row->price);
  append_size (lines, row->size);
  g_string_append_printf (lines, ",%.*s,%s\n", (int) row->id.len,
                          row->id.ptr, strcmp (side, "buy") == 0 ? "sell"
                                                                 : "buy");
}

static void
check_rows (const Case *c, void (*append) (const Case *, GString *, guint))
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *digest = NULL;

  g_assert_cmpuint (c->host->rejects->len, ==, 0);
  g_assert_cmpuint (c->host->rows->len, ==, number_at (c->fixture, "rows"));
  for (guint i = c->host->rows->len; i-- > 0;) /* newest first */
    append (c, lines, i);
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, lines->str,
                                          (gssize) lines->len);
  g_assert_cmpstr (digest, ==,
                   text_at (json_object_get (c->fixture, "row_digest"),
                            "sha256"));
}

/* ---- bars -------------------------------------------------------------------- */

static md_time
query_time (const char *url, const char *name)
{
  g_autofree char *text = fake_query (url, name);
  md_time t = 0;

  if (strchr (text, 'T') == NULL)
    return g_ascii_strtoll (text, NULL, 10) * MD_SECOND;
  g_assert_true (md_time_parse (text, strlen (text), &t));
  return t;
}

static void
walk_bars (Case *c)
{
  static const char *const symbols[] = { "BTC-USD", NULL };
  g_autofree char *granularity = fake_query (c->url, "granularity");
  gboolean is_hour = strcmp (granularity, "ONE_HOUR") == 0;
  gboolean advanced = strstr (c->url, "/brokerage/") != NULL;

  g_assert_true (is_hour || strcmp (granularity, "60") == 0);
  fake_host_reply (c->host, "/candles", 200, NULL, c->text, -1);
  g_assert_cmpint (
    fake_host_fetch (c->host, c->session, advanced ? "advanced" : "spot",
                     is_hour ? "ohlcv-1h" : "ohlcv-1m", symbols,
                     query_time (c->url, "start"),
                     query_time (c->url, "end") + MD_MINUTE, 0), ==, MD_OK);
  check_rows (c, append_bar);
}

/* ---- trades ------------------------------------------------------------------ */

/* The recorded page as a vendor that has nothing else but one older trade,
 * which proves that the page is whole.                                     */
static FakeReply *
serve_trades (const FakeRequest *request, gpointer data)
{
  Case *c = data;
  g_autofree char *after = fake_query (request->url, "after");
  g_autofree char *limit = fake_query (request->url, "limit");
  gint64 most = limit != NULL ? g_ascii_strtoll (limit, NULL, 10) : 1000;
  gint64 below = after != NULL ? g_ascii_strtoll (after, NULL, 10)
                               : G_MAXINT64;
  json_t *page = json_array (), *one;
  g_autofree char *headers = NULL;
  char *body;
  FakeReply *reply;
  gsize i;

  json_array_foreach (c->body, i, one)
  {
    if (number_at (one, "trade_id") < below
        && (gint64) json_array_size (page) < most)
      json_array_append (page, one);
  }
  if (json_array_size (page) > 0)
    headers = g_strdup_printf (
      "CB-AFTER: %" G_GINT64_FORMAT "\n",
      number_at (json_array_get (page, json_array_size (page) - 1),
                 "trade_id"));
  body = json_dumps (page, JSON_COMPACT);
  reply = fake_reply_new (200, headers, body, -1);
  free (body);
  json_decref (page);
  return reply;
}

static void
walk_trades (Case *c)
{
  static const char *const symbols[] = { "BTC-EUR", NULL };
  json_t *last = json_object_get (c->fixture, "last");
  json_t *first = json_object_get (c->fixture, "first");
  md_time from = g_ascii_strtoll (text_at (first, "ts"), NULL, 10);
  md_time to = g_ascii_strtoll (text_at (last, "ts"), NULL, 10) + 1;

  json_array_append_new (
    c->body, json_pack ("{s:i,s:s,s:s,s:s,s:s}", "trade_id", 24169617,
                        "side", "sell", "size", "1", "price", "1", "time",
                        "2020-02-17T06:00:00.000Z"));
  c->host->server = serve_trades;
  c->host->server_data = c;
  g_assert_cmpint (fake_host_fetch (c->host, c->session, "spot", "trades",
                                    symbols, from, to, 0), ==, MD_OK);
  check_rows (c, append_trade);
}

/* ---- refusals and lists ------------------------------------------------------ */

static void
walk_error (Case *c)
{
  static const char *const symbols[] = { "BTC-USD", NULL };
  int status = (int) number_at (c->fixture, "http_status");

  fake_host_reply (c->host, NULL, status, NULL, c->text, -1);
  g_assert_cmpint (
    fake_host_fetch (c->host, c->session,
                     g_str_has_prefix (c->file, "advanced") ? "advanced"
                                                            : "spot",
                     "ohlcv-1m", symbols, 0, MD_HOUR, 0), ==,
    status == 429 ? MD_ERR_LIMITED : MD_ERR_REQUEST);
  g_assert_nonnull (strstr (c->host->err.message,
                            text_at (c->body, "message")));
}

static void
walk_instruments (Case *c)
{
  guint n = (guint) number_at (c->fixture, "rows");

  fake_host_reply (c->host, "/products", 200, NULL, c->text, -1);
  g_assert_cmpint (fake_host_list (c->host, c->session, "spot", NULL), ==,
                   MD_OK);
  g_assert_cmpuint (c->host->rejects->len, ==, 0);
  g_assert_cmpuint (c->host->rows->len, ==, n);
  for (guint i = 0; i < n; i++) {
    const struct md_instrument *row
      = &g_array_index (c->host->rows, struct md_instrument, i);
    json_t *one = json_array_get (c->body, i);

    g_assert_cmpstr (fake_host_name (c->host, row->symbol), ==,
                     text_at (one, "id"));
    g_assert_cmpstr (fake_host_name (c->host, row->base), ==,
                     text_at (one, "base_currency"));
  }
  g_assert_cmpstr (text_at (json_array_get (c->body, 0), "id"), ==,
                   text_at (c->fixture, "first"));
}

/* ---- the walk ------------------------------------------------------------------ */

/* NULL where the case is walked, else why it is not.                       */
static const char *
reason_to_pass (const Case *c)
{
  if (g_str_has_prefix (c->schema, "stream"))
    return "a message of a live stream";
  if (strcmp (c->schema, "quote") == 0)
    return "a quote of one moment: not an offer";
  if (strcmp (c->file, "advanced_ticker_trades.json") == 0)
    return "the newest few trades, without a cursor: no history can be made "
           "of them, so they are no offer";
  return NULL;
}

static void
walk_case (Case *c)
{
  static const struct {
    const char *schema;
    void (*walk) (Case *);
  } kinds[] = { { "bars", walk_bars }, { "trades", walk_trades },
                { "error", walk_error },
                { "instruments", walk_instruments } };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (strcmp (c->schema, kinds[i].schema) == 0) {
      kinds[i].walk (c);
      return;
    }
  }
  g_test_message ("nothing reads \"%s\" of %s", c->schema, c->file);
  g_test_fail ();
}

static gboolean
run_case (json_t *fixture)
{
  Case c = { .fixture = fixture, .file = text_at (fixture, "file"),
             .schema = text_at (fixture, "schema"),
             .url = text_at (json_object_get (fixture, "request"), "url") };
  const char *reason = reason_to_pass (&c);
  g_autofree char *path = vector_path (c.file);

  if (reason != NULL) {
    g_test_message ("%s is passed over: %s", c.file, reason);
    return FALSE;
  }
  g_test_message ("%s", c.file);
  g_assert_true (g_file_get_contents (path, &c.text, NULL, NULL));
  c.body = json_loads (c.text, 0, NULL);
  g_assert_nonnull (c.body);
  c.host = fake_host_new ("coinbase");
  c.session = fake_host_open (c.host, NULL);
  walk_case (&c);
  fake_host_assert_done (c.host);
  fake_host_close (c.host, c.session);
  fake_host_free (c.host);
  json_decref (c.body);
  g_free (c.text);
  return TRUE;
}

static void
test_every_case (void)
{
  g_autofree char *path = vector_path ("manifest.json");
  json_t *manifest, *fixtures, *fixture;
  guint walked = 0;
  gsize i;

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_test_skip ("no ../shared/vectors/coinbase beside the source folder");
    return;
  }
  manifest = json_load_file (path, 0, NULL);
  fixtures = json_object_get (manifest, "fixtures");
  json_array_foreach (fixtures, i, fixture)
    walked += run_case (fixture) ? 1 : 0;
  g_test_message ("coinbase: %u of %zu cases walked", walked,
                  json_array_size (fixtures));
  g_assert_cmpuint (walked, >=, 9);
  json_decref (manifest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/coinbase-vectors/every-case-of-the-manifest",
                   test_every_case);
  return g_test_run ();
}
