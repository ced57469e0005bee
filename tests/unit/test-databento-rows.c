/* SPDX-License-Identifier: Apache-2.0
 *
 * Each stored record as the row that it becomes: every field, every "not
 * set", every version.
 */
#include <string.h>

#include "data/table.h"
#include "dbn-feed.h"
#include "fake-host.h"

static const char *const one[] = { "ESH4", NULL };
static const char *const mapped[] = { "ESH4 20240101 20240201 7", NULL };
#define T (JAN_1 + 5 * MD_HOUR)

typedef struct {
  FakeHost *host;
  void *session;
  GByteArray *bytes;
  guint version;
} Fixture;

static void
setup (Fixture *f, guint version, guint schema)
{
  f->host = fake_host_new ("databento");
  f->session = fake_host_open (f->host, "api_key", "db-k", NULL);
  g_assert_nonnull (f->session);
  f->version = version;
  f->bytes = build_metadata (&(Metadata) {
    .version = version, .schema = schema, .symbols = one,
    .mappings = mapped });
}

static void
finish (Fixture *f)
{
  fake_host_close (f->host, f->session);
  fake_host_free (f->host);
  g_byte_array_unref (f->bytes);
}

static gsize
add (Fixture *f, guint rtype)
{
  return build_record (f->bytes, f->version, rtype, FALSE, 7, T);
}

static void
set (Fixture *f, gsize record, const char *field, guint64 value)
{
  build_set (f->bytes, record, f->version, field, value);
}

/* The one row that comes of what was built.                                */
static const void *
fetch (Fixture *f, const char *schema)
{
  fake_host_reply (f->host, "/v0/timeseries.get_range", 200, NULL,
                   (const char *) f->bytes->data, f->bytes->len);
  g_assert_cmpint (fake_host_fetch (f->host, f->session, "GLBX.MDP3", schema,
                                    one, JAN_1, FEB_1, 0), ==, MD_OK);
  if (f->host->rows == NULL)
    return NULL;
  g_assert_cmpuint (f->host->rows->len, ==, 1);
  return f->host->rows->data;
}

static const char *
name (const Fixture *f, guint32 id)
{
  return fake_host_name (f->host, id);
}

static gboolean
is_absent (double value)
{
  return value != value;
}

/* ---- bars ------------------------------------------------------------ */

static void
test_bars (void)
{
  static const struct {
    const char *schema;
    guint code, rtype;
  } kinds[] = { { "ohlcv-1s", 5, 32 }, { "ohlcv-1m", 6, 33 },
                { "ohlcv-1h", 7, 34 }, { "ohlcv-1d", 8, 35 },
                { "ohlcv-eod", 13, 36 } };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    Fixture f;
    const struct md_bar *bar;
    gsize record;

    setup (&f, 3, kinds[i].code);
    record = add (&f, kinds[i].rtype);
    set (&f, record, "open", -37630000000);
    set (&f, record, "high", 10000000000);
    set (&f, record, "low", -40320000000);
    set (&f, record, "close", 1);
    set (&f, record, "volume", 24);
    bar = fetch (&f, kinds[i].schema);
    g_assert_cmpint (bar->ts, ==, T);
    g_assert_cmpuint (bar->symbol, ==, 0);
    g_assert_cmpstr (name (&f, bar->venue), ==, "GLBX");
    g_assert_cmpuint (bar->contract, ==, MD_ABSENT_NAME);
    g_assert_cmpint (bar->open, ==, -37630000000);
    g_assert_cmpint (bar->high, ==, 10000000000);
    g_assert_cmpint (bar->low, ==, -40320000000);
    g_assert_cmpint (bar->close, ==, 1);
    g_assert_cmpfloat (bar->volume, ==, 24);
    g_assert_true (is_absent (bar->vwap));
    g_assert_cmpint (bar->trades, ==, MD_ABSENT);
    finish (&f);
  }
}

static void
test_an_unset_price_is_absent (void)
{
  Fixture f;
  const struct md_bar *bar;
  gsize record;

  setup (&f, 3, 6);
  record = add (&f, 33);
  set (&f, record, "open", G_MAXINT64);
  set (&f, record, "volume", G_MAXUINT64);
  bar = fetch (&f, "ohlcv-1m");
  g_assert_cmpint (bar->open, ==, MD_ABSENT);
  g_assert_true (is_absent (bar->volume));
  finish (&f);
}

/* Doubles hold whole numbers up to 2^53; nothing is rounded in silence.    */
static void
test_a_volume_beyond_a_double_is_a_dead_letter (void)
{
  Fixture f;
  const FakeReject *reject;
  gsize record;

  setup (&f, 3, 6);
  record = add (&f, 33);
  set (&f, record, "volume", (G_GUINT64_CONSTANT (1) << 53) + 1);
  g_assert_null (fetch (&f, "ohlcv-1m"));
  g_assert_cmpuint (f.host->rejects->len, ==, 1);
  reject = f.host->rejects->pdata[0];
  g_assert_cmpstr (reject->reasons, ==, "range:volume");
  g_assert_nonnull (strstr (reject->raw, "\"volume\":9007199254740993}"));
  g_assert_cmpint (reject->ts, ==, T);
  finish (&f);
}

static void
test_an_unknown_publisher_keeps_its_number (void)
{
  Fixture f;
  gsize record;
  const struct md_bar *bar;

  setup (&f, 3, 6);
  record = add (&f, 33);
  f.bytes->data[record + 2] = 0x39;
  f.bytes->data[record + 3] = 0x30;
  bar = fetch (&f, "ohlcv-1m");
  g_assert_cmpstr (name (&f, bar->venue), ==, "12345");
  finish (&f);
}

/* ---- ticks ----------------------------------------------------------- */

static gsize
add_trade (Fixture *f, guint rtype)
{
  gsize record = add (f, rtype);

  set (f, record, "price", 4750250000000);
  set (f, record, "size", 3);
  set (f, record, "side", 'B');
  set (f, record, "flags", 130);
  return record;
}

static void
test_trades (void)
{
  Fixture f;
  const struct md_trade *trade;
  gsize record;

  setup (&f, 1, 4);
  record = add_trade (&f, 0);
  set (&f, record, "action", 'T');
  set (&f, record, "depth", 2);
  set (&f, record, "ts_recv", T + 500);
  set (&f, record, "ts_in_delta", (guint64) -12);
  set (&f, record, "sequence", 4000000000);
  trade = fetch (&f, "trades");
  g_assert_cmpint (trade->ts, ==, T + 500);
  g_assert_cmpint (trade->ts_recv, ==, T + 500);
  g_assert_cmpint (trade->ts_event, ==, T);
  g_assert_cmpint (trade->price, ==, 4750250000000);
  g_assert_cmpfloat (trade->size, ==, 3);
  g_assert_cmpint (trade->sequence, ==, 4000000000);
  g_assert_null (trade->id.ptr);
  g_assert_cmpstr (name (&f, trade->side), ==, "buy");
  g_assert_cmpstr (name (&f, trade->action), ==, "trade");
  g_assert_cmpuint (trade->conditions, ==, MD_ABSENT_NAME);
  g_assert_cmpuint (trade->tape, ==, MD_ABSENT_NAME);
  g_assert_cmpint (trade->depth, ==, 2);
  g_assert_cmpint (trade->vendor_flags, ==, 130);
  g_assert_cmpint (trade->ts_in_delta, ==, -12);
  g_assert_cmpint (trade->instrument_id, ==, 7);
  g_assert_cmpuint (trade->flags, ==, 0);
  finish (&f);
}

static void
test_a_bad_receive_time_is_flagged (void)
{
  Fixture f;
  gsize record;
  const struct md_trade *trade;

  setup (&f, 3, 4);
  record = add_trade (&f, 0);
  set (&f, record, "flags", 8);
  set (&f, record, "size", G_MAXUINT32);
  set (&f, record, "side", 'N');
  set (&f, record, "action", 'Z');
  trade = fetch (&f, "trades");
  g_assert_cmpuint (trade->flags, ==, MD_ROW_RECV_BAD);
  g_assert_true (is_absent (trade->size));
  g_assert_cmpuint (trade->side, ==, MD_ABSENT_NAME);
  g_assert_cmpstr (name (&f, trade->action), ==, "Z");
  finish (&f);
}

static void
test_a_record_without_its_time_is_a_dead_letter (void)
{
  Fixture f;
  gsize record;

  setup (&f, 3, 4);
  record = add_trade (&f, 0);
  set (&f, record, "ts_recv", G_MAXUINT64);
  g_assert_null (fetch (&f, "trades"));
  g_assert_cmpuint (f.host->rejects->len, ==, 1);
  finish (&f);
}

static void
set_level (Fixture *f, gsize record, gboolean consolidated)
{
  guint8 *level = f->bytes->data + record + 48;

  memset (level, 0, 32);
  level[0] = 1;                         /* bid_px                           */
  memset (level + 8, 0xff, 7);          /* ask_px: not set                  */
  level[15] = 0x7f;
  level[16] = 5;                        /* bid_sz                           */
  memset (level + 20, 0xff, 4);         /* ask_sz: not set                  */
  level[24] = consolidated ? 2 : 9;
  level[28] = consolidated ? 0 : 11;
}

static void
check_level (const Fixture *f, const struct md_tbbo *tbbo,
             gboolean consolidated)
{
  g_assert_cmpint (tbbo->bid, ==, 1);
  g_assert_cmpint (tbbo->ask, ==, MD_ABSENT);
  g_assert_cmpfloat (tbbo->bid_size, ==, 5);
  g_assert_true (is_absent (tbbo->ask_size));
  g_assert_cmpint (tbbo->bid_count, ==, consolidated ? MD_ABSENT : 9);
  g_assert_cmpint (tbbo->ask_count, ==, consolidated ? MD_ABSENT : 11);
  g_assert_cmpstr (name (f, tbbo->bid_venue), ==,
                   consolidated ? "XNAS" : NULL);
  g_assert_cmpstr (name (f, tbbo->ask_venue), ==, NULL);
}

static void
test_events_with_the_book (void)
{
  static const struct {
    const char *schema;
    guint code, rtype;
    gboolean consolidated;
  } kinds[] = { { "mbp-1", 1, 1, FALSE }, { "tbbo", 3, 1, FALSE },
                { "cmbp-1", 14, 177, TRUE }, { "tcbbo", 17, 194, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    Fixture f;
    gsize record;
    const struct md_tbbo *tbbo;

    setup (&f, 3, kinds[i].code);
    record = add_trade (&f, kinds[i].rtype);
    set (&f, record, "action", i % 2 ? 'T' : 'C');
    set (&f, record, "ts_in_delta", 77);
    set_level (&f, record, kinds[i].consolidated);
    tbbo = fetch (&f, kinds[i].schema);
    check_level (&f, tbbo, kinds[i].consolidated);
    g_assert_cmpint (tbbo->price, ==, 4750250000000);
    g_assert_cmpfloat (tbbo->size, ==, 3);
    /* The aggressor of a trade, else the side of the book.                 */
    g_assert_cmpstr (name (&f, tbbo->side), ==, i % 2 ? "buy" : "bid");
    g_assert_cmpstr (name (&f, tbbo->action), ==, i % 2 ? "trade" : "cancel");
    g_assert_cmpint (tbbo->ts_in_delta, ==, 77);
    g_assert_cmpint (tbbo->depth, ==, kinds[i].consolidated ? MD_ABSENT : 0);
    g_assert_cmpint (tbbo->sequence, ==,
                     kinds[i].consolidated ? MD_ABSENT : 0);
    finish (&f);
  }
}

static void
test_intervals_of_the_book (void)
{
  static const struct {
    const char *schema;
    guint code, rtype;
    gboolean consolidated;
  } kinds[] = { { "bbo-1s", 18, 195, FALSE }, { "bbo-1m", 19, 196, FALSE },
                { "cbbo-1s", 15, 192, TRUE }, { "cbbo-1m", 16, 193, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    Fixture f;
    gsize record;
    const struct md_tbbo *tbbo;

    setup (&f, 3, kinds[i].code);
    record = add_trade (&f, kinds[i].rtype);
    set (&f, record, "ts_recv", T + MD_SECOND);
    set_level (&f, record, kinds[i].consolidated);
    tbbo = fetch (&f, kinds[i].schema);
    check_level (&f, tbbo, kinds[i].consolidated);
    g_assert_cmpint (tbbo->ts, ==, T + MD_SECOND);
    g_assert_cmpint (tbbo->ts_event, ==, T);
    g_assert_cmpstr (name (&f, tbbo->side), ==, "buy");
    g_assert_cmpuint (tbbo->action, ==, MD_ABSENT_NAME);
    g_assert_cmpint (tbbo->depth, ==, MD_ABSENT);
    g_assert_cmpint (tbbo->ts_in_delta, ==, MD_ABSENT);
    finish (&f);
  }
}

/* ---- statistics, status ---------------------------------------------- */

static void
test_statistics_of_each_version (void)
{
  for (guint version = 1; version <= 3; version++) {
    Fixture f;
    gsize record;
    const struct md_statistic *row;

    setup (&f, version, 10);
    record = add (&f, 24);
    set (&f, record, "ts_ref", JAN_1);
    set (&f, record, "price", 4750250000000);
    set (&f, record, "quantity", version < 3 ? G_MAXINT32 : G_MAXINT64);
    set (&f, record, "stat_type", 3);
    set (&f, record, "update_action", 2);
    set (&f, record, "channel_id", 13);
    set (&f, record, "stat_flags", 4);
    set (&f, record, "sequence", 17);
    row = fetch (&f, "statistics");
    g_assert_cmpint (row->ts, ==, T);
    g_assert_cmpint (row->ts_ref, ==, JAN_1);
    g_assert_cmpint (row->price, ==, 4750250000000);
    g_assert_cmpint (row->quantity, ==, MD_ABSENT);
    g_assert_cmpstr (name (&f, row->stat), ==, "settlement_price");
    g_assert_cmpint (row->stat_type, ==, 3);
    g_assert_cmpstr (name (&f, row->update), ==, "delete");
    g_assert_cmpint (row->channel_id, ==, 13);
    g_assert_cmpint (row->vendor_flags, ==, 4);
    g_assert_cmpint (row->sequence, ==, 17);
    finish (&f);
  }
}

static void
test_unknown_statistics_keep_their_number (void)
{
  Fixture f;
  gsize record;
  const struct md_statistic *row;

  setup (&f, 3, 10);
  record = add (&f, 24);
  set (&f, record, "stat_type", 777);
  set (&f, record, "quantity", (guint64) -9);
  set (&f, record, "ts_ref", G_MAXUINT64);
  row = fetch (&f, "statistics");
  g_assert_cmpstr (name (&f, row->stat), ==, "777");
  g_assert_cmpint (row->quantity, ==, -9);
  g_assert_cmpint (row->ts_ref, ==, MD_ABSENT);
  finish (&f);
}

static void
test_status (void)
{
  Fixture f;
  gsize record;
  const struct md_halt *row;

  setup (&f, 2, 11);
  record = add (&f, 18);
  set (&f, record, "action", 8);
  set (&f, record, "reason", 50);
  set (&f, record, "trading_event", 1);
  set (&f, record, "is_trading", 'N');
  set (&f, record, "is_quoting", '~');
  set (&f, record, "is_short_sell_restricted", 'Y');
  row = fetch (&f, "status");
  g_assert_cmpint (row->ts, ==, T);
  g_assert_cmpint (row->action, ==, 8);
  g_assert_cmpint (row->reason, ==, 50);
  g_assert_cmpint (row->trading_event, ==, 1);
  g_assert_cmpstr (name (&f, row->trading), ==, "no");
  g_assert_cmpuint (row->quoting, ==, MD_ABSENT_NAME);
  g_assert_cmpstr (name (&f, row->short_sell), ==, "restricted");
  g_assert_cmpint (row->instrument_id, ==, 7);
  finish (&f);
}

/* ---- definitions ----------------------------------------------------- */

static const struct md_table *
definition_table (const Fixture *f)
{
  for (gsize i = 0; i < f->host->provider->n_offers; i++) {
    if (f->host->provider->offers[i].table != NULL)
      return f->host->provider->offers[i].table;
  }
  return NULL;
}

static const void *
field (const Fixture *f, const void *row, const char *column)
{
  const struct md_field *found = table_field (definition_table (f), column);

  g_assert_nonnull (found);
  return (const char *) row + found->offset;
}

static gint64
number (const Fixture *f, const void *row, const char *column)
{
  return *(const gint64 *) field (f, row, column);
}

static const char *
word (const Fixture *f, const void *row, const char *column)
{
  return name (f, *(const guint32 *) field (f, row, column));
}

static const char *
text (const Fixture *f, const void *row, const char *column)
{
  return ((const struct md_text *) field (f, row, column))->ptr;
}

static void
test_every_stored_field_has_its_column (void)
{
  Fixture f;
  const struct md_table *table;
  g_autoptr (GError) error = NULL;

  setup (&f, 3, 9);
  table = definition_table (&f);
  g_assert_nonnull (table_adopt (table, &error));
  g_assert_cmpstr (table->name, ==, "databento.definition");
  g_assert_cmpuint (table->n_fields, ==,
                    7 + dbn_definition_layouts[2].n_fields);
  /* The mapping goes by position.                                          */
  for (guint i = 0; i < dbn_definition_layouts[2].n_fields; i++)
    g_assert_cmpstr (table->fields[7 + i].name, ==,
                     dbn_definition_layouts[2].fields[i].name);
  finish (&f);
}

static void
test_definitions_of_each_version (void)
{
  for (guint version = 1; version <= 3; version++) {
    Fixture f;
    gsize record;
    const void *row;

    setup (&f, version, 9);
    record = add (&f, 19);
    set (&f, record, "min_price_increment", 250000000);
    set (&f, record, "strike_price", G_MAXINT64);
    set (&f, record, "expiration", T + MD_DAY);
    set (&f, record, "activation", 0);
    set (&f, record, "raw_instrument_id", 5482);
    set (&f, record, "contract_multiplier", G_MAXINT32);
    set (&f, record, "decay_quantity", (guint64) -1);
    set (&f, record, "maturity_year", 2024);
    set (&f, record, "maturity_month", 255);
    set (&f, record, "flow_schedule_type", 127);
    set (&f, record, "instrument_class", 'F');
    set (&f, record, "match_algorithm", ' ');
    set (&f, record, "security_update_action", 'D');
    set (&f, record, "user_defined_instrument", 'N');
    build_set_text (f.bytes, record, version, "raw_symbol", "ESH4");
    build_set_text (f.bytes, record, version, "asset", "ES");
    build_set_text (f.bytes, record, version, "currency", "USD");
    row = fetch (&f, "definition");
    g_assert_cmpint (number (&f, row, "ts"), ==, T);
    g_assert_cmpint (number (&f, row, "instrument_id"), ==, 7);
    g_assert_cmpint (number (&f, row, "min_price_increment"), ==, 250000000);
    g_assert_cmpint (number (&f, row, "strike_price"), ==, MD_ABSENT);
    g_assert_cmpint (number (&f, row, "leg_price"), ==,
                     version < 3 ? MD_ABSENT : 0);
    g_assert_cmpint (number (&f, row, "expiration"), ==, T + MD_DAY);
    g_assert_cmpint (number (&f, row, "activation"), ==, MD_ABSENT);
    g_assert_cmpint (number (&f, row, "raw_instrument_id"), ==, 5482);
    g_assert_cmpint (number (&f, row, "contract_multiplier"), ==, MD_ABSENT);
    g_assert_cmpint (number (&f, row, "decay_quantity"), ==, -1);
    g_assert_cmpint (number (&f, row, "maturity_year"), ==, 2024);
    g_assert_cmpint (number (&f, row, "maturity_month"), ==, MD_ABSENT);
    g_assert_cmpint (number (&f, row, "flow_schedule_type"), ==, MD_ABSENT);
    g_assert_cmpstr (word (&f, row, "instrument_class"), ==, "F");
    g_assert_cmpstr (word (&f, row, "match_algorithm"), ==, NULL);
    g_assert_cmpstr (word (&f, row, "security_update_action"), ==, "delete");
    g_assert_cmpstr (word (&f, row, "user_defined_instrument"), ==, "no");
    g_assert_cmpstr (text (&f, row, "raw_symbol"), ==, "ESH4");
    g_assert_null (text (&f, row, "leg_raw_symbol"));
    g_assert_cmpstr (word (&f, row, "asset"), ==, "ES");
    g_assert_cmpstr (word (&f, row, "currency"), ==, "USD");
    g_assert_cmpstr (word (&f, row, "group"), ==, NULL);
    finish (&f);
  }
}

static void
test_broken_text_is_a_dead_letter (void)
{
  Fixture f;
  gsize record;

  setup (&f, 3, 9);
  record = add (&f, 19);
  build_set_text (f.bytes, record, 3, "group", "E\xff");
  g_assert_null (fetch (&f, "definition"));
  g_assert_cmpuint (f.host->rejects->len, ==, 1);
  finish (&f);
}

/* ---- the vendor's files ---------------------------------------------- */

/* Real files through the provider: as many rows as records, each with the
 * symbol that the metadata gives it.                                       */
static void
test_the_vendors_files_become_rows (void)
{
  static const struct {
    const char *file, *dataset, *schema, *symbol;
    guint rows;
  } cases[] = {
    { "dbn.ohlcv-1m.v1.dbn.zst", "GLBX.MDP3", "ohlcv-1m", "ESH1", 2 },
    { "dbn.trades.v2.dbn", "GLBX.MDP3", "trades", "ESH1", 2 },
    { "dbn.tbbo.v3.dbn.zst", "GLBX.MDP3", "tbbo", "ESH1", 2 },
    { "dbn.status.v3.dbn.zst", "GLBX.MDP3", "status", "ESH1", 4 },
    { "dbn.bbo-1s.v2.dbn.zst", "GLBX.MDP3", "bbo-1s", "ESH1", 4 },
    { "py.GLBX.MDP3.statistics.v3.dbn.zst", "GLBX.MDP3", "statistics", "ESH1",
      4 },
    { "py.OPRA.PILLAR.cbbo-1m.v3.dbn.zst", "OPRA.PILLAR", "cbbo-1m",
      "AAPL  250221C00250000", 4 },
    { "py.IFEU.IMPACT.definition.v3.dbn.zst", "IFEU.IMPACT", "definition",
      "BRN FMJ0024!", 1 },
    { "py.OPRA.PILLAR.ohlcv-1d.v3.dbn.zst", "OPRA.PILLAR", "ohlcv-1d",
      "AAPL  250221C00250000", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *source = g_getenv ("MDCORE_TEST_SOURCE");
    g_autofree char *path
      = g_build_filename (source != NULL ? source : ".", "..", "shared",
                          "vectors", "dbn", cases[i].file, NULL);
    const char *const symbols[] = { cases[i].symbol, NULL };
    g_autofree char *bytes = NULL;
    g_autoptr (GByteArray) raw = NULL;
    gboolean broken;
    gsize len;
    Fixture f;

    if (!g_file_get_contents (path, &bytes, &len, NULL)) {
      g_test_skip ("no ../shared/vectors/dbn beside the source folder");
      return;
    }
    raw = feed_unzstd ((guint8 *) bytes, len, &broken);
    setup (&f, 3, 4);
    fake_host_reply (f.host, "get_range", 200, NULL, (char *) raw->data,
                     raw->len);
    /* They were asked for with a limit, and so end before their range.     */
    g_assert_cmpint (
      fake_host_fetch (f.host, f.session, cases[i].dataset, cases[i].schema,
                       symbols, INT64_C (1577836800) * MD_SECOND,
                       INT64_C (1767225600) * MD_SECOND, 0), ==,
      MD_ERR_ENTITLEMENT);
    g_assert_cmpuint (f.host->rows->len, ==, cases[i].rows);
    for (guint k = 0; k < cases[i].rows; k++) {
      const struct md_head *head = (void *)
        (f.host->rows->data + k * g_array_get_element_size (f.host->rows));

      g_assert_cmpuint (head->symbol, ==, 0);
    }
    finish (&f);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, name) g_test_add_func ("/databento-rows/" path, test_##name)
  ADD ("bars", bars);
  ADD ("an-unset-price-is-absent", an_unset_price_is_absent);
  ADD ("a-volume-beyond-a-double-is-a-dead-letter",
       a_volume_beyond_a_double_is_a_dead_letter);
  ADD ("an-unknown-publisher-keeps-its-number",
       an_unknown_publisher_keeps_its_number);
  ADD ("trades", trades);
  ADD ("a-bad-receive-time-is-flagged", a_bad_receive_time_is_flagged);
  ADD ("a-record-without-its-time-is-a-dead-letter",
       a_record_without_its_time_is_a_dead_letter);
  ADD ("events-with-the-book", events_with_the_book);
  ADD ("intervals-of-the-book", intervals_of_the_book);
  ADD ("statistics-of-each-version", statistics_of_each_version);
  ADD ("unknown-statistics-keep-their-number",
       unknown_statistics_keep_their_number);
  ADD ("status", status);
  ADD ("every-stored-field-has-its-column", every_stored_field_has_its_column);
  ADD ("definitions-of-each-version", definitions_of_each_version);
  ADD ("broken-text-is-a-dead-letter", broken_text_is_a_dead_letter);
  ADD ("the-vendors-files-become-rows", the_vendors_files_become_rows);
  return g_test_run ();
}
