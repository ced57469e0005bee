/* SPDX-License-Identifier: Apache-2.0
 *
 * The Polygon provider on answers that were captured, and on the examples of
 * the vendor's specifications: every row is what another reader of them says.
 */
#include "fake-host.h"

#include <jansson.h>
#include <math.h>
#include <string.h>
#include <support/decimal.h>
#include <support/json.h>
#include <zlib.h>

static char *
vectors (const char *name)
{
  const char *source = g_getenv ("MDCORE_TEST_SOURCE");

  return g_build_filename (source != NULL ? source : ".", "..", "shared",
                           "vectors", "polygon", name, NULL);
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
    g_test_skip ("no ../shared/vectors/polygon beside the source folder");
    return NULL;
  }
  manifest = json_load_file (path, 0, NULL);
  g_assert_nonnull (manifest);
  return manifest;
}

static const char *
text (json_t *object, const char *name)
{
  return json_string_value (json_object_get (object, name));
}

static json_t *
exchange_at (json_t *entry, gsize i)
{
  return json_array_get (json_object_get (entry, "exchanges"), i);
}

static const char *
url_of (json_t *entry)
{
  return text (json_object_get (exchange_at (entry, 0), "request"), "url");
}

static GString *
body_at (json_t *entry, gsize i)
{
  return read_file (text (json_object_get (exchange_at (entry, i),
                                           "response"), "body"));
}

/* ---- what a case is ------------------------------------------------------ */

/* Why a case with rows is not walked; NULL: it is.                         */
static const char *
excuse (json_t *entry)
{
  const char *url = url_of (entry);

  if (url == NULL)
    return "a WebSocket session: streams are not this provider's part yet";
  if (strstr (url, "/v1/historic/") != NULL)
    return "the v1 tick lists lose ticks between pages and are never asked";
  if (strstr (url, "/futures/") != NULL)
    return "futures are no market of this provider";
  return NULL;
}

typedef struct {
  const char *dataset, *schema, *symbol; /* symbol NULL: all of them        */
  gboolean flat, newest_first;
} Asked;

static const char *
market_of (const char *symbol)
{
  return symbol[1] != ':'    ? "stocks/raw"
         : symbol[0] == 'O' ? "options/raw"
         : symbol[0] == 'I' ? "indices"
         : symbol[0] == 'X' ? "crypto"
                            : "forex";
}

static const char *
adjusted (const char *dataset)
{
  return strcmp (dataset, "stocks/raw") == 0    ? "stocks/split"
         : strcmp (dataset, "options/raw") == 0 ? "options/split"
                                                : dataset;
}

/* The vendor's examples name the ticker in the page, not in the address.   */
static Asked
asked_for (json_t *entry, json_t *page, const char *first_symbol)
{
  const char *url = url_of (entry);
  Asked asked = { .symbol = first_symbol, .schema = "ohlcv-1d" };

  if (strstr (url, "/v3/") != NULL) {
    asked.schema = strstr (url, "/trades/") != NULL ? "trades" : "quotes";
    if (first_symbol[0] == '{')
      asked.symbol = strstr (first_symbol, "crypto") != NULL ? "X:BTCUSD"
                     : strstr (first_symbol, "fx") != NULL   ? "C:EURUSD"
                                                             : "AAPL";
    asked.newest_first = strcmp (text (entry, "id"),
                                 "vc_quotes_two_pages") == 0;
    asked.dataset = market_of (asked.symbol);
    return asked;
  }
  if (strstr (url, "/flatfiles/") != NULL) {
    asked.flat = TRUE;
    asked.schema = strstr (url, "/trades_") != NULL   ? "trades"
                   : strstr (url, "/quotes_") != NULL ? "quotes"
                   : strstr (url, "/minute_") != NULL ? "ohlcv-1m"
                                                      : "ohlcv-1d";
    asked.dataset = market_of (first_symbol);
    asked.symbol = NULL;
    return asked;
  }
  if (strstr (url, "/minute/") != NULL)
    asked.schema = "ohlcv-1m";
  asked.dataset = market_of (first_symbol);
  if (json_is_true (json_object_get (page, "adjusted")))
    asked.dataset = adjusted (asked.dataset);
  if (strstr (url, "/grouped/") != NULL)
    asked.symbol = NULL;
  return asked;
}

static GPtrArray *
load_rows (json_t *entry)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify)
                                                    json_decref);
  g_autoptr (GString) lines_text
    = read_file (text (json_object_get (entry, "expected"), "file"));
  g_auto (GStrv) lines = g_strsplit (lines_text->str, "\n", 0);

  for (guint i = 0; lines[i] != NULL; i++) {
    if (*lines[i] != '\0')
      g_ptr_array_add (rows, json_loads (lines[i], 0, NULL));
  }
  return rows;
}

static md_time
time_of (json_t *row)
{
  return g_ascii_strtoll (text (row, "ts"), NULL, 10);
}

/* ---- one row -------------------------------------------------------------- */

static void
same_price (json_t *row, const char *name, gboolean rounds, md_price got)
{
  md_price expected = MD_ABSENT;
  const char *value = text (row, name);

  if (value != NULL)
    g_assert_cmpint ((rounds ? md_price_parse_rounded
                             : md_price_parse) (value, strlen (value),
                                                &expected),
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
same_i64 (json_t *row, const char *name, gint64 got)
{
  const char *expected = text (row, name);

  g_assert_cmpint (got, ==, expected != NULL
                              ? g_ascii_strtoll (expected, NULL, 10)
                              : MD_ABSENT);
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
  g_assert_cmpstr (fake_host_name (host, got), ==,
                   joined->len > 0 ? joined->str : NULL);
}

static void
same_bar (json_t *row, const Asked *asked, const struct md_bar *bar)
{
  gboolean rounds = strcmp (asked->dataset, "indices") == 0
                    || g_str_has_suffix (asked->dataset, "/split");

  same_price (row, "open", rounds, bar->open);
  same_price (row, "high", rounds, bar->high);
  same_price (row, "low", rounds, bar->low);
  same_price (row, "close", rounds, bar->close);
  same_number (row, "volume", bar->volume);
  same_number (row, "vwap", bar->vwap);
  same_i64 (row, "trades", bar->trades);
}

/* The exchange's time is kept where it is not the row's own.               */
static void
same_event_time (json_t *row, md_time got)
{
  if (g_strcmp0 (text (row, "ts_participant"), text (row, "ts")) != 0)
    same_i64 (row, "ts_participant", got);
}

static void
same_trade (FakeHost *host, json_t *row, const struct md_trade *trade)
{
  const char *id = text (row, "id");

  same_price (row, "price", FALSE, trade->price);
  same_number (row, "size", trade->size);
  same_i64 (row, "sequence", trade->sequence);
  same_event_time (row, trade->ts_event);
  same_name (host, row, "venue", trade->venue);
  same_name (host, row, "tape", trade->tape);
  same_conditions (host, row, trade->conditions);
  g_assert_cmpmem (trade->id.ptr, trade->id.len, id, strlen (id));
  /* A correction of 0 is none.                                             */
  g_assert_true (g_strcmp0 (text (row, "correction"), "0") == 0
                 || text (row, "correction") == NULL);
  g_assert_cmpuint (trade->action, ==, MD_ABSENT_NAME);
}

/* A side whose price is 0 is nobody's: it is absent here.                  */
static void
same_side (FakeHost *host, json_t *row, const char *side, md_price price,
           double size, guint32 venue)
{
  g_autofree char *price_name = g_strconcat (side, "_price", NULL);
  g_autofree char *size_name = g_strconcat (side, "_size", NULL);
  g_autofree char *venue_name = g_strconcat (side, "_venue", NULL);

  if (g_strcmp0 (text (row, price_name), "0") == 0) {
    g_assert_cmpint (price, ==, MD_ABSENT);
    g_assert_true (isnan (size));
    g_assert_cmpuint (venue, ==, MD_ABSENT_NAME);
    return;
  }
  same_price (row, price_name, FALSE, price);
  same_number (row, size_name, size);
  same_name (host, row, venue_name, venue);
}

static void
same_quote (FakeHost *host, json_t *row, const struct md_quote *quote)
{
  same_side (host, row, "bid", quote->bid, quote->bid_size, quote->bid_venue);
  same_side (host, row, "ask", quote->ask, quote->ask_size, quote->ask_venue);
  same_i64 (row, "sequence", quote->sequence);
  same_event_time (row, quote->ts_event);
  same_name (host, row, "tape", quote->tape);
  same_conditions (host, row, quote->conditions);
}

static void
same_row (FakeHost *host, json_t *row, const Asked *asked, const void *got)
{
  const struct md_head *head = got;
  const char *symbol = text (row, "symbol");

  if (symbol[0] != '{')
    g_assert_cmpstr (fake_host_name (host, head->symbol), ==, symbol);
  if (strstr (asked->schema, "1d") != NULL && asked->symbol == NULL
      && !asked->flat) {
    /* The wire's time of a grouped row is the end of its day's session.    */
    g_assert_cmpint (head->ts, <=, time_of (row));
    g_assert_cmpint (head->ts, >, time_of (row) - MD_DAY);
  } else {
    g_assert_cmpint (head->ts, ==, time_of (row));
  }
  if (asked->schema[0] == 'o')
    same_bar (row, asked, got);
  else if (asked->schema[0] == 't')
    same_trade (host, row, got);
  else
    same_quote (host, row, got);
}

/* ---- one case -------------------------------------------------------------- */

/* A page with its rows in reverse, each as it stands.                      */
static char *
turned (const char *body)
{
  struct md_json json, rows;
  struct md_text key, one;
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  GString *out = g_string_new ("{\"status\":\"OK\",\"results\":[");

  md_json_init (&json, body, strlen (body));
  g_assert_true (md_json_enter_object (&json));
  while (md_json_next_key (&json, &key)) {
    if (!md_json_key_is (key, "results"))
      continue;
    md_json_slice (&json, &one);
    md_json_init (&rows, one.ptr, one.len);
    g_assert_true (md_json_enter_array (&rows));
    while (md_json_next (&rows)) {
      g_assert_true (md_json_slice (&rows, &one));
      g_ptr_array_add (texts, g_strndup (one.ptr, one.len));
    }
  }
  for (guint i = texts->len; i-- > 0;)
    g_string_append_printf (out, "%s%s", (const char *) texts->pdata[i],
                            i > 0 ? "," : "");
  return g_string_free (g_string_append (out, "]"), FALSE);
}

static gboolean
has_next (const char *body)
{
  json_t *page = json_loads (body, 0, NULL);
  const char *next = text (page, "next_url");
  gboolean has = next != NULL && *next != '\0';

  json_decref (page);
  return has;
}

/* Recorded newest first: the same rows as they come when asked oldest first,
 * which is the only way that they are asked for.                           */
static void
script_turned (FakeHost *host, json_t *entry)
{
  gsize n = json_array_size (json_object_get (entry, "exchanges"));

  for (gsize i = n; i-- > 0;) {
    g_autoptr (GString) body = body_at (entry, i);
    g_autofree char *page = turned (body->str);
    g_autofree char *whole = g_strconcat (
      page, i > 0 ? ",\"next_url\":\"https://api.massive.com/v3/x?cursor=y\""
                  : "", "}", NULL);

    fake_host_reply (host, NULL, 200, NULL, whole, -1);
  }
}

/* The pages in their order; a last one where they were cut off.            */
static void
script (FakeHost *host, json_t *entry, const Asked *asked)
{
  gsize n = json_array_size (json_object_get (entry, "exchanges"));
  gboolean more = TRUE;

  if (asked->newest_first) {
    script_turned (host, entry);
    return;
  }
  for (gsize i = 0; i < n && more; i++) {
    g_autoptr (GString) body = body_at (entry, i);

    /* The same answer in another form, which is not asked for.             */
    if (g_str_has_prefix (text (json_object_get (json_object_get (
          exchange_at (entry, i), "response"), "headers"), "Content-Type")
          ?: "", "text/csv"))
      break;
    fake_host_reply (host, NULL, 200, NULL, body->str, (gssize) body->len);
    more = !asked->flat && has_next (body->str);
  }
  if (more)
    fake_host_reply (host, NULL, 200, NULL, "{\"status\":\"OK\"}", -1);
}

static int
fetch (FakeHost *host, void *session, const Asked *asked, GPtrArray *rows)
{
  const char *const symbols[] = { asked->symbol, NULL };
  md_time from = G_MAXINT64, to = G_MININT64, last;

  for (guint i = 0; i < rows->len; i++) {
    from = MIN (from, time_of (rows->pdata[i]));
    to = MAX (to, time_of (rows->pdata[i]) + 1);
  }
  last = time_of (rows->pdata[rows->len - 1]);
  if (asked->flat) { /* about the one day of the file */
    from = last - MD_HOUR;
    to = last + MD_HOUR;
  } else if (asked->symbol == NULL) { /* over the day's first midnight */
    from = last - MD_DAY;
  }
  return fake_host_fetch (host, session, asked->dataset, asked->schema,
                          symbols, from, to, 0);
}

/* The one row that is not stored: an example file holds a bar of another day,
 * which is a dead letter that says so.                                     */
static void
expect_misdated (FakeHost *host, json_t *entry, GPtrArray *rows)
{
  const FakeReject *reject;

  if (strcmp (text (entry, "id"), "flat_day_aggs_options") != 0) {
    g_assert_cmpuint (host->rejects->len, ==, 0);
    return;
  }
  g_assert_cmpuint (host->rejects->len, ==, 1);
  reject = host->rejects->pdata[0];
  g_assert_cmpstr (reject->reasons, ==, "day:time");
  g_assert_cmpint (reject->ts, ==, time_of (rows->pdata[0]));
  g_ptr_array_remove_index (rows, 0);
}

static void
walk_case (json_t *entry)
{
  g_autoptr (FakeHost) host = fake_host_new ("polygon");
  g_autoptr (GPtrArray) rows = load_rows (entry);
  g_autoptr (GString) body = body_at (entry, 0);
  json_t *page = json_loads (body->str, 0, NULL);
  Asked asked = asked_for (entry, page, text (rows->pdata[0], "symbol"));
  void *session = asked.flat
    ? fake_host_open (host, "source", "folder", "folder", "/files", NULL)
    : fake_host_open (host, "api_key", "K", "plan", "starter", NULL);
  guint stride;

  g_test_message ("%s", text (entry, "id"));
  script (host, entry, &asked);
  g_assert_cmpint (fetch (host, session, &asked, rows), ==, MD_OK);
  fake_host_assert_done (host);
  expect_misdated (host, entry, rows);
  g_assert_cmpuint (host->rows->len, ==, rows->len);
  stride = g_array_get_element_size (host->rows);
  for (guint i = 0; i < rows->len; i++) {
    guint at = asked.newest_first ? rows->len - 1 - i : i;

    same_row (host, rows->pdata[at], &asked, host->rows->data + i * stride);
  }
  fake_host_close (host, session);
  json_decref (page);
}

static void
test_rows (void)
{
  json_t *manifest = load_manifest (), *entry;
  guint walked = 0, excused = 0;
  size_t i;

  if (manifest == NULL)
    return;
  json_array_foreach (json_object_get (manifest, "cases"), i, entry)
  {
    json_t *expected = json_object_get (entry, "expected");

    if (json_integer_value (json_object_get (expected, "rows")) == 0)
      continue;
    if (excuse (entry) != NULL) {
      g_test_message ("%s: not walked: %s", text (entry, "id"),
                      excuse (entry));
      excused++;
    } else {
      walk_case (entry);
      walked++;
    }
  }
  g_print ("# polygon: %u cases with rows walked, %u left out with a "
           "reason\n", walked, excused);
  g_assert_cmpuint (walked, >=, 25);
  g_assert_cmpuint (excused, <=, 7);
  json_decref (manifest);
}

/* As it was recorded, newest first: what was asked oldest first must not come
 * like that.                                                               */
static void
test_newest_first (void)
{
  static const char *const symbols[] = { "AAPL", NULL };
  g_autoptr (FakeHost) host = NULL;
  g_autoptr (GString) body = NULL;
  json_t *manifest = load_manifest ();
  void *session;

  if (manifest == NULL)
    return;
  json_decref (manifest);
  host = fake_host_new ("polygon");
  session = fake_host_open (host, "api_key", "K", NULL);
  body = read_file ("quotes/vc_quotes_two_pages/page1.json");
  fake_host_reply (host, NULL, 200, NULL, body->str, -1);
  g_assert_cmpint (fake_host_fetch (host, session, "stocks/raw", "quotes",
                                    symbols, 0, G_MAXINT64 - 1, 0), ==,
                   MD_ERR_PROTOCOL);
  fake_host_close (host, session);
}

/* ---- refusals --------------------------------------------------------------- */

static int
class_of (gint64 status)
{
  return status == 400   ? MD_ERR_REQUEST
         : status == 401 ? MD_ERR_AUTH
         : status == 403 ? MD_ERR_ENTITLEMENT
         : status == 404 ? MD_ERR_NOT_FOUND
                         : MD_ERR_LIMITED;
}

static void
test_refusals (void)
{
  static const char *const symbols[] = { "AAPL", NULL };
  json_t *manifest = load_manifest (), *entry;
  g_autoptr (FakeHost) host = NULL;
  void *session;
  guint n = 0;
  size_t i;

  if (manifest == NULL)
    return;
  host = fake_host_new ("polygon");
  session = fake_host_open (host, "api_key", "K", NULL);
  json_array_foreach (json_object_get (manifest, "cases"), i, entry)
  {
    json_t *response = json_object_get (exchange_at (entry, 0), "response");
    gint64 status = json_integer_value (json_object_get (response, "status"));
    g_autoptr (GString) body = NULL;

    if (strcmp (text (entry, "kind"), "errors") != 0)
      continue;
    body = body_at (entry, 0);
    fake_host_reply (host, NULL, (int) status, NULL, body->str, -1);
    g_test_message ("%s", text (entry, "id"));
    g_assert_cmpint (fake_host_fetch (host, session, "stocks/raw", "ohlcv-1d",
                                      symbols, 0, MD_DAY, 0), ==,
                     class_of (status));
    n++;
  }
  g_print ("# polygon: %u refusals walked\n", n);
  g_assert_cmpuint (n, >=, 8);
  fake_host_close (host, session);
  json_decref (manifest);
}

/* ---- lists ------------------------------------------------------------------- */

static gsize
count_results (const char *body)
{
  json_t *page = json_loads (body, 0, NULL);
  gsize n = json_array_size (json_object_get (page, "results"));

  json_decref (page);
  return n;
}

/* Captured lists: as many instruments as the pages hold.                   */
static void
test_lists (void)
{
  static const struct { const char *first, *second, *dataset, *pattern; }
  cases[] = {
    { "reference/vc_tickers_two_pages/page1.json",
      "reference/vc_tickers_two_pages/page2.json", "stocks/raw", NULL },
    { "reference/vc_option_contracts_two_pages/page1.json",
      "reference/vc_option_contracts_two_pages/page2.json", "options/raw",
      "O:A*" } };
  json_t *manifest = load_manifest ();

  if (manifest == NULL)
    return;
  json_decref (manifest);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (FakeHost) host = fake_host_new ("polygon");
    g_autoptr (GString) first = read_file (cases[i].first);
    g_autoptr (GString) second = read_file (cases[i].second);
    void *session = fake_host_open (host, "api_key", "K", NULL);

    fake_host_reply (host, NULL, 200, NULL, first->str, -1);
    fake_host_reply (host, "cursor=", 200, NULL, second->str, -1);
    if (has_next (second->str))
      fake_host_reply (host, "cursor=", 200, NULL, "{\"status\":\"OK\"}",
                       -1);
    fake_host_reply (host, NULL, 200, NULL, "{\"status\":\"OK\"}", -1);
    g_assert_cmpint (fake_host_list (host, session, cases[i].dataset,
                                     cases[i].pattern), ==, MD_OK);
    fake_host_assert_done (host);
    g_assert_cmpuint (host->rejects->len, ==, 0);
    g_assert_cmpuint (host->rows->len, ==, count_results (first->str)
                                             + count_results (second->str));
    fake_host_close (host, session);
  }
}

/* Splits and dividends of a whole market.                                  */
static void
test_actions (void)
{
  static const char *const none[] = { NULL };
  json_t *manifest = load_manifest ();
  g_autoptr (FakeHost) host = NULL;
  g_autoptr (GString) splits = NULL, dividends = NULL;
  void *session;

  if (manifest == NULL)
    return;
  json_decref (manifest);
  host = fake_host_new ("polygon");
  session = fake_host_open (host, "api_key", "K", NULL);
  splits = read_file ("reference/vc_v3_reference_splits/page1.json");
  dividends = read_file ("reference/vc_v3_reference_dividends/page1.json");
  fake_host_reply (host, "/splits", 200, NULL, splits->str, -1);
  if (has_next (splits->str))
    fake_host_reply (host, NULL, 200, NULL, "{\"status\":\"OK\"}", -1);
  fake_host_reply (host, "/dividends", 200, NULL, dividends->str, -1);
  if (has_next (dividends->str))
    fake_host_reply (host, NULL, 200, NULL, "{\"status\":\"OK\"}", -1);
  g_assert_cmpint (fake_host_fetch (host, session, "us_equity", "actions",
                                    none, 0, 2000 * INT64_C (1000000)
                                               * MD_SECOND, 0), ==, MD_OK);
  g_assert_cmpuint (host->rejects->len, ==, 0);
  g_assert_cmpuint (host->rows->len, ==, count_results (splits->str)
                                           + count_results (dividends->str));
  fake_host_close (host, session);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/polygon/rows-of-captured-pages", test_rows);
  g_test_add_func ("/polygon/newest-first-is-refused", test_newest_first);
  g_test_add_func ("/polygon/captured-refusals", test_refusals);
  g_test_add_func ("/polygon/captured-lists", test_lists);
  g_test_add_func ("/polygon/captured-splits-and-dividends", test_actions);
  return g_test_run ();
}
