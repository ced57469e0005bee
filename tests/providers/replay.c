/* SPDX-License-Identifier: Apache-2.0
 *
 * replay.c - a provider for tests: serves recorded series from CSV files.
 *
 * FOLDER/SYMBOL.KIND.csv.gz, KIND being trades, quotes or 1m, with the columns
 *   ts_ns_utc,price,size,aggressor,trade_id[,recv_ts_ns]
 *   ts_ns_utc,bid,bid_size,ask,ask_size[,recv_ts_ns]
 *   ts_ns_utc,open,high,low,close,volume
 * The dataset "newest-first" hands rows over from the last to the first, as
 * some vendors do.
 */
#include <mdcore.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <support/csv.h>
#include <support/decimal.h>

enum { KEY_FOLDER, N_KEYS };
static const struct md_key keys[N_KEYS] = {
  [KEY_FOLDER] = { .name = "folder", .type = MD_STRING,
                   .flags = MD_KEY_REQUIRED | MD_KEY_PATH,
                   .doc = "Folder that holds SYMBOL.KIND.csv.gz." },
};

static const struct md_offer offers[] = {
  { .dataset = "recorded", .schema = "trades", .record = MD_TRADE,
    .index_time = "venue time", .doc = "Recorded trades." },
  { .dataset = "newest-first", .schema = "trades", .record = MD_TRADE,
    .flags = MD_OFFER_NEWEST_FIRST, .index_time = "venue time",
    .doc = "The same, handed over from the last to the first." },
  { .dataset = "recorded", .schema = "quotes", .record = MD_QUOTE,
    .index_time = "venue time", .doc = "Recorded quotes." },
  { .dataset = "recorded", .schema = "ohlcv-1m", .record = MD_BAR,
    .flags = MD_OFFER_SPARSE,
    .interval = { .count = 1, .unit = MD_UNIT_MINUTE },
    .index_time = "bar start", .doc = "Recorded minute bars." },
};

struct session {
  const struct md_host *host;
  const char *folder;
};

/* One file being read.                                                    */
struct reading {
  struct session *session;
  struct md_call *call;
  const struct md_request *request;
  struct md_error *err;
  uint32_t symbol;
  uint32_t buy, sell;
};

static int
fail (struct md_error *err, int klass, const char *message)
{
  err->klass = klass;
  snprintf (err->message, sizeof err->message, "replay: %s", message);
  return klass;
}

static void *
replay_open (struct md_call *call, const struct md_host *host,
             const union md_value *config, struct md_error *err)
{
  struct session *session = calloc (1, sizeof *session);

  (void) call;
  (void) err;
  if (session != NULL) {
    session->host = host;
    session->folder = config[KEY_FOLDER].s;
  }
  return session;
}

/* ---- rows ----------------------------------------------------------- */

static bool
price (struct md_text text, md_price *ret_price)
{
  return md_price_parse (text.ptr, text.len, ret_price) == MD_DECIMAL_OK;
}

static bool
number (struct md_text text, double *ret_value)
{
  return md_f64_parse (text.ptr, text.len, ret_value) == MD_DECIMAL_OK;
}

static bool
make_trade (const struct reading *r, const struct md_text *f, size_t n,
            struct md_trade *row)
{
  row->ts_event = MD_ABSENT;
  row->ts_recv = MD_ABSENT;
  row->sequence = MD_ABSENT;
  row->conditions = row->tape = row->action = MD_ABSENT_NAME;
  row->depth = row->vendor_flags = row->ts_in_delta = MD_ABSENT;
  row->instrument_id = MD_ABSENT;
  row->id = f[4];
  row->side = f[3].len == 3 ? r->buy : r->sell;
  return price (f[1], &row->price) && number (f[2], &row->size)
         && (n < 6
             || md_i64_parse (f[5].ptr, f[5].len, &row->ts_recv)
                  == MD_DECIMAL_OK);
}

static bool
make_quote (const struct md_text *f, size_t n, struct md_quote *row)
{
  row->ts_event = MD_ABSENT;
  row->ts_recv = MD_ABSENT;
  row->sequence = MD_ABSENT;
  row->bid_venue = row->ask_venue = MD_ABSENT_NAME;
  row->conditions = row->tape = MD_ABSENT_NAME;
  return price (f[1], &row->bid) && number (f[2], &row->bid_size)
         && price (f[3], &row->ask) && number (f[4], &row->ask_size)
         && (n < 6
             || md_i64_parse (f[5].ptr, f[5].len, &row->ts_recv)
                  == MD_DECIMAL_OK);
}

static bool
make_bar (const struct md_text *f, struct md_bar *row)
{
  row->vwap = md_absent_f64 ();
  row->trades = MD_ABSENT;
  return price (f[1], &row->open) && price (f[2], &row->high)
         && price (f[3], &row->low) && price (f[4], &row->close)
         && number (f[5], &row->volume);
}

union row {
  struct md_head head;
  struct md_trade trade;
  struct md_quote quote;
  struct md_bar bar;
};

static int
emit_record (const struct reading *r, const struct md_text *f, size_t n)
{
  uint32_t record = r->request->offer->record;
  union row row;
  md_time ts;
  bool good;

  memset (&row, 0, sizeof row);
  if (n < 5 || md_i64_parse (f[0].ptr, f[0].len, &ts) != MD_DECIMAL_OK)
    return fail (r->err, MD_ERR_PROTOCOL, "a line without a time");
  if (ts < r->request->from || ts >= r->request->to)
    return MD_OK;
  row.head.ts = ts;
  row.head.symbol = r->symbol;
  row.head.venue = row.head.contract = MD_ABSENT_NAME;
  good = record == MD_TRADE   ? make_trade (r, f, n, &row.trade)
         : record == MD_QUOTE ? make_quote (f, n, &row.quote)
                              : make_bar (f, &row.bar);
  if (!good)
    return fail (r->err, MD_ERR_PROTOCOL, "a line that is no row");
  return r->session->host->emit (r->call, record, &row, 1, sizeof row, r->err);
}

/* ---- files ---------------------------------------------------------- */

static int
oldest_first (const struct reading *r, struct md_csv *csv)
{
  struct md_text fields[6];
  size_t n;

  while (md_csv_record (csv, fields, 6, &n)) {
    int klass = emit_record (r, fields, n);

    if (klass != MD_OK)
      return klass;
  }
  return csv->fault == NULL ? MD_OK
                            : fail (r->err, MD_ERR_PROTOCOL, csv->fault);
}

/* Lines from the end; the files have no quoted fields.                    */
static int
newest_first (const struct reading *r, const char *body, size_t len)
{
  const char *end = body + len;

  while (end > body && end[-1] == '\n')
    end--;
  while (end > body) {
    const char *line = end;
    struct md_csv csv;
    struct md_text fields[6];
    size_t n;
    int klass;

    while (line > body && line[-1] != '\n')
      line--;
    if (line == body)
      break; /* the header                                                 */
    md_csv_init (&csv, line, (size_t) (end - line));
    if (!md_csv_record (&csv, fields, 6, &n))
      return fail (r->err, MD_ERR_PROTOCOL, "not CSV");
    klass = emit_record (r, fields, n);
    if (klass != MD_OK)
      return klass;
    end = line - 1;
  }
  return MD_OK;
}

static const char *
kind_of (const struct md_request *request)
{
  return request->offer->record == MD_BAR ? "1m" : request->schema;
}

static int
read_symbol (struct reading *r)
{
  const struct md_host *host = r->session->host;
  const char *symbol = r->request->symbols[r->symbol];
  struct md_http http = { .struct_size = sizeof http };
  struct md_reply reply = { .struct_size = sizeof reply };
  struct md_text header[6];
  struct md_csv csv;
  char path[1024];
  size_t n;
  int klass;

  snprintf (path, sizeof path, "%s/%s.%s.csv.gz", r->session->folder, symbol,
            kind_of (r->request));
  http.url = path;
  klass = host->http (r->call, &http, &reply, r->err);
  if (klass != MD_OK)
    return klass;
  md_csv_init (&csv, reply.body, reply.len);
  if (!md_csv_record (&csv, header, 6, &n)
      || md_csv_column (header, n < 6 ? n : 6, "ts_ns_utc") != 0)
    return fail (r->err, MD_ERR_PROTOCOL, "the file has another header");
  klass = r->request->offer->flags & MD_OFFER_NEWEST_FIRST
            ? newest_first (r, reply.body, reply.len)
            : oldest_first (r, &csv);
  if (klass != MD_OK)
    return klass;
  return host->covered (r->call, r->symbol, r->request->from, r->request->to,
                        r->err);
}

static int
replay_fetch (void *data, struct md_call *call,
              const struct md_request *request, struct md_error *err)
{
  struct session *session = data;
  struct reading r = { .session = session, .call = call, .request = request,
                       .err = err };
  int klass = session->host->intern (call, "buy", 3, &r.buy, err);

  if (klass == MD_OK)
    klass = session->host->intern (call, "sell", 4, &r.sell, err);
  for (; klass == MD_OK && r.symbol < request->n_symbols; r.symbol++)
    klass = read_symbol (&r);
  return klass;
}

static const struct md_provider provider = {
  .struct_size = sizeof provider,
  MD_ARRAY (offer, offers),
  .open = replay_open,
  .close = free,
  .fetch = replay_fetch,
};

static const struct md_iface ifaces[]
  = { { MD_IFACE_PROVIDER, &provider }, { NULL, NULL } };

MD_PLUGIN (.name = "replay", .version = "1", .license = "Apache-2.0",
           .description = "Recorded series from CSV files, for tests",
           MD_ARRAY (key, keys), .ifaces = ifaces)
