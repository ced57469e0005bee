/* SPDX-License-Identifier: Apache-2.0 */
#include "data/block.h"
#include "data/error.h"
#include "random-rows.h"

static GBytes *
seal (const Columns *columns, gsize first, gsize n)
{
  CommitRun run = { 7, (guint32) n };
  g_autoptr (GBytes) payload = block_encode_payload (columns, first, n);

  return block_seal (payload, columns->table, n, &run, 1);
}

static Columns *
decode (GBytes *block, const struct md_table *table)
{
  g_autoptr (GError) error = NULL;
  gsize len;
  const void *data = g_bytes_get_data (block, &len);
  Columns *columns = block_decode (data, len, table, &error);

  g_assert_no_error (error);
  return columns;
}

/* ---- round trips ----------------------------------------------------- */

static void
test_random_rows_of_every_table_come_back (void)
{
  for (guint seed = 1; seed <= 300; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    guint record = every_record[seed % G_N_ELEMENTS (every_record)];
    gsize n = (gsize) g_rand_int_range (rand, 1, one_in (rand, 9) ? 3000 : 90);
    g_autoptr (RandomRows) rows
      = random_rows (table_builtin (record), n, rand);
    g_autoptr (Columns) columns = columns_new (rows->table);
    g_autoptr (Columns) back = NULL;
    g_autoptr (GBytes) block = NULL;
    gsize first = (gsize) g_rand_int_range (rand, 0, (gint) n);

    g_test_message ("seed %u: %zu rows of %s from %zu", seed, n,
                    rows->table->name, first);
    random_rows_append (rows, 0, n, columns);
    block = seal (columns, first, n - first);
    back = decode (block, rows->table);
    g_assert_cmpuint (back->n, ==, n - first);
    assert_rows (rows, first, n - first, back, 0);
  }
}

static void
test_blocks_append_to_what_is_there (void)
{
  for (guint seed = 1; seed <= 40; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    const struct md_table *table = table_builtin (MD_TRADE);
    g_autoptr (Columns) all = columns_new (table);
    RandomRows *rows[5];
    gsize at = 0;

    g_test_message ("seed %u", seed);
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
      g_autoptr (Columns) columns = columns_new (table);
      g_autoptr (GBytes) block = NULL;
      g_autoptr (GError) error = NULL;
      gsize len;
      const void *data;

      rows[i] = random_rows (table, (gsize) g_rand_int_range (rand, 1, 70),
                             rand);
      random_rows_append (rows[i], 0, rows[i]->n, columns);
      block = seal (columns, 0, columns->n);
      data = g_bytes_get_data (block, &len);
      g_assert_true (block_decode_into (all, data, len, &error));
      g_assert_no_error (error);
    }
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
      assert_rows (rows[i], 0, rows[i]->n, all, at);
      at += rows[i]->n;
      random_rows_free (rows[i]);
    }
    g_assert_cmpuint (all->n, ==, at);
    for (gsize i = 0; i < at; i++)
      g_assert_cmpuint (all->commit[i], ==, 7);
  }
}

static Columns *
bars_at (const md_time *ts, gsize n)
{
  Columns *columns = columns_new (table_builtin (MD_BAR));

  for (gsize i = 0; i < n; i++) {
    struct md_bar bar = { .ts = ts[i], .venue = MD_ABSENT_NAME,
                          .contract = MD_ABSENT_NAME, .open = 1, .high = 1,
                          .low = 1, .close = 1, .volume = md_absent_f64 (),
                          .vwap = md_absent_f64 (), .trades = MD_ABSENT };

    columns_append_rows (columns, &bar, 1, sizeof bar, NULL, 0);
  }
  return columns;
}

static void
test_commits_come_back_row_by_row (void)
{
  const md_time ts[] = { 1, 2, 3, 4, 5 };
  const CommitRun runs[] = { { 900, 1 }, { 5, 3 }, { G_MAXUINT64, 1 } };
  const guint64 want[] = { 900, 5, 5, 5, G_MAXUINT64 };
  g_autoptr (Columns) columns = bars_at (ts, 5);
  g_autoptr (GBytes) payload = block_encode_payload (columns, 0, 5);
  g_autoptr (GBytes) block
    = block_seal (payload, columns->table, 5, runs, G_N_ELEMENTS (runs));
  g_autoptr (Columns) back = decode (block, columns->table);

  for (gsize i = 0; i < 5; i++)
    g_assert_cmpuint (back->commit[i], ==, want[i]);
}

static void
test_peek_tells_rows_times_and_commits (void)
{
  const md_time ts[] = { G_MININT64, -3, G_MAXINT64 - 1 };
  const CommitRun runs[] = { { 12, 2 }, { 9, 1 } };
  g_autoptr (Columns) columns = bars_at (ts, 3);
  g_autoptr (GBytes) payload = block_encode_payload (columns, 0, 3);
  g_autoptr (GBytes) block
    = block_seal (payload, columns->table, 3, runs, G_N_ELEMENTS (runs));
  gsize len;
  const void *data = g_bytes_get_data (block, &len);
  BlockInfo info;

  g_assert_true (block_peek (data, len, &info, NULL));
  g_assert_cmpuint (info.n_rows, ==, 3);
  g_assert_cmpint (info.first, ==, ts[0]);
  g_assert_cmpint (info.last, ==, ts[2]);
  g_assert_cmpuint (info.min_commit, ==, 9);
  g_assert_cmpuint (info.max_commit, ==, 12);
  g_assert_cmpuint (info.payload_offset, ==,
                    len - g_bytes_get_size (payload));
}

static void
test_absent_columns_take_no_bytes (void)
{
  const md_time ts[] = { 10, 20, 30 };
  g_autoptr (Columns) columns = bars_at (ts, 3);
  g_autoptr (GBytes) block = seal (columns, 0, 3);
  g_autoptr (Columns) back = decode (block, columns->table);

  g_assert_null (columns_column (back, "volume")->f64);
  g_assert_null (columns_column (back, "trades")->i64);
  g_assert_null (columns_column (back, "venue")->u32);
  g_assert_null (columns_column (back, "flags")->u32);
}

/* A day of minute bars as vendors send them: the prototype's 6.6 bytes a row
 * were after compression, this is before.                                  */
static void
test_a_bar_takes_few_bytes (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (Columns) columns = columns_new (table_builtin (MD_BAR));
  g_autoptr (GBytes) block = NULL;
  gint64 price = 18700;

  for (gsize i = 0; i < 390; i++) {
    struct md_bar bar = { .ts = (gint64) i * MD_MINUTE,
                          .venue = MD_ABSENT_NAME, .contract = MD_ABSENT_NAME,
                          .vwap = md_absent_f64 (), .trades = 100 };

    bar.open = price * 10000000;
    price += g_rand_int_range (rand, -9, 10);
    bar.close = price * 10000000;
    bar.high = MAX (bar.open, bar.close) + 30000000;
    bar.low = MIN (bar.open, bar.close) - 40000000;
    bar.volume = g_rand_int_range (rand, 100, 10000);
    columns_append_rows (columns, &bar, 1, sizeof bar, NULL, 0);
  }
  block = seal (columns, 0, 390);
  g_test_message ("%.2f bytes a row", g_bytes_get_size (block) / 390.0);
  g_assert_cmpuint (g_bytes_get_size (block), <, 390 * 8);
}

/* ---- bytes that are not a block -------------------------------------- */

static void
assert_refused (const guint8 *data, gsize len, const struct md_table *table,
                int code, const char *says)
{
  g_autoptr (GError) error = NULL;
  /* Exactly as long as it claims, so that a sanitizer sees a step beyond.  */
  g_autofree guint8 *copy = g_memdup2 (data, MAX (len, 1));
  g_autoptr (Columns) columns = block_decode (copy, len, table, &error);

  g_assert_null (columns);
  g_assert_error (error, CORE_ERROR, code);
  if (says != NULL && strstr (error->message, says) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, says);
}

static void
test_every_truncation_is_refused (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (RandomRows) rows = random_rows (table_builtin (MD_TRADE), 40,
                                             rand);
  g_autoptr (Columns) columns = columns_new (rows->table);
  g_autoptr (GBytes) block = NULL;
  const guint8 *data;
  gsize len;

  random_rows_append (rows, 0, rows->n, columns);
  block = seal (columns, 0, rows->n);
  data = g_bytes_get_data (block, &len);
  for (gsize i = 0; i < len; i++)
    assert_refused (data, i, rows->table, CORE_ERROR_DATA, NULL);
}

static void
test_every_flipped_bit_is_noticed (void)
{
  const md_time ts[] = { 5, 6, 6 };
  g_autoptr (Columns) columns = bars_at (ts, 3);
  g_autoptr (GBytes) block = seal (columns, 0, 3);
  gsize len;
  const guint8 *data = g_bytes_get_data (block, &len);

  for (gsize bit = 8; bit < len * 8; bit++) {
    g_autofree guint8 *copy = g_memdup2 (data, len);

    copy[bit / 8] ^= (guint8) (1u << (bit % 8));
    assert_refused (copy, len, columns->table, CORE_ERROR_DATA, NULL);
  }
}

static void
test_newer_format_is_told_apart_from_damage (void)
{
  const md_time ts[] = { 5 };
  g_autoptr (Columns) columns = bars_at (ts, 1);
  g_autoptr (GBytes) block = seal (columns, 0, 1);
  gsize len;
  g_autofree guint8 *copy
    = g_memdup2 (g_bytes_get_data (block, &len), g_bytes_get_size (block));

  len = g_bytes_get_size (block);
  copy[0] = 2;
  assert_refused (copy, len, columns->table, CORE_ERROR_STORE_FORMAT,
                  "format 2");
}

static void
test_another_tables_block_is_refused (void)
{
  const md_time ts[] = { 5 };
  g_autoptr (Columns) columns = bars_at (ts, 1);
  g_autoptr (GBytes) block = seal (columns, 0, 1);
  gsize len;
  const guint8 *data = g_bytes_get_data (block, &len);

  assert_refused (data, len, table_builtin (MD_TRADE), CORE_ERROR_DATA,
                  "\"bar\"");
}

/* Damage behind a correct checksum: what a broken writer, or somebody else,
 * could leave.  Any answer will do but a crash or rows beyond the block.   */
static void
test_mutations_with_right_checksums_never_crash (void)
{
  gsize decoded = 0, runs = 0;

  for (guint seed = 1; seed <= 60; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    guint record = every_record[seed % G_N_ELEMENTS (every_record)];
    g_autoptr (RandomRows) rows
      = random_rows (table_builtin (record),
                     (gsize) g_rand_int_range (rand, 1, 60), rand);
    g_autoptr (Columns) columns = columns_new (rows->table);
    CommitRun run = { 1, (guint32) rows->n };
    g_autoptr (GBytes) payload = NULL;

    g_test_message ("seed %u", seed);
    random_rows_append (rows, 0, rows->n, columns);
    payload = block_encode_payload (columns, 0, rows->n);
    for (int i = 0; i < 50; i++, runs++) {
      gsize len;
      const guint8 *data = g_bytes_get_data (payload, &len);
      g_autofree guint8 *copy = g_memdup2 (data, len);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (GBytes) block = NULL;
      g_autoptr (Columns) back = NULL;
      gsize head = 26; /* past CRC and head, which block_seal itself reads  */
      guint32 crc;

      if (len <= head)
        break;
      for (int k = g_rand_int_range (rand, 1, 4); k > 0; k--)
        copy[g_rand_int_range (rand, (gint) head, (gint) len)]
          = (guint8) g_rand_int (rand);
      crc = GUINT32_TO_LE (crc32c (0, copy + 4, len - 4));
      memcpy (copy, &crc, 4);
      changed = g_bytes_new (copy, len);
      block = block_seal (changed, rows->table, rows->n, &run, 1);
      data = g_bytes_get_data (block, &len);
      back = block_decode (data, len, rows->table, NULL);
      decoded += back != NULL;
      if (back != NULL)
        g_assert_cmpuint (back->n, ==, rows->n);
    }
  }
  g_test_message ("%zu of %zu still decoded", decoded, runs);
  g_assert_cmpuint (decoded, <, runs);
}

/* ---- the frozen format ----------------------------------------------- */

/* A block put together by hand from docs/architecture.md.                  */
static GBytes *
by_hand (const guint8 *columns, gsize n_columns)
{
  GByteArray *payload = g_byte_array_new ();
  g_autoptr (GByteArray) header = g_byte_array_new ();
  const guint8 head[] = { 3,            /* rows                             */
                          0x80, 0x02,   /* first: zigzag of 128             */
                          20 };         /* last - first                     */
  const guint8 runs[] = { 1,            /* one run                          */
                          0x0a, 3 };    /* commit 5 as zigzag, 3 rows       */
  const guint8 name[] = { 3, 'b', 'a', 'r' };
  guint32 crc;
  guint8 len, fixed[5] = { 1 };

  g_byte_array_append (payload, fixed, 4);
  g_byte_array_append (payload, head, sizeof head);
  g_byte_array_append (payload, columns, (guint) n_columns);
  crc = GUINT32_TO_LE (crc32c (0, payload->data + 4, payload->len - 4));
  memcpy (payload->data, &crc, 4);

  g_byte_array_append (header, fixed, 5);
  len = (guint8) payload->len;
  g_byte_array_append (header, &len, 1);
  g_byte_array_append (header, name, sizeof name);
  g_byte_array_append (header, head, sizeof head);
  g_byte_array_append (header, runs, sizeof runs);
  crc = GUINT32_TO_LE (crc32c (0, header->data + 5, header->len - 5));
  memcpy (header->data + 1, &crc, 4);
  g_byte_array_append (header, payload->data, payload->len);
  g_byte_array_unref (payload);
  return g_byte_array_free_to_bytes (g_steal_pointer (&header));
}

/* Of the block that by_hand makes: times 128, 138, 148.                    */
#define TS_COLUMN 1, 1, 6, 0x05, 0, 0x80, 0x01, 10, 10

static void
test_format_1_is_read_for_ever (void)
{
  static const guint8 bytes[] = {
    /* ts: ints in 6 bytes; previous, unsigned; 10^0; 128, 10, 10           */
    TS_COLUMN,
    /* close: previous; 10^9; zigzag of 100, -1, +2                         */
    13, 1, 6, 0x01, 9, 0xc8, 0x01, 1, 4,
    /* high: same row of field 13, unsigned; 10^9; 1, 0, 0                  */
    11, 1, 6, 0x06, 13, 9, 1, 0, 0,
    /* open: row before of field 13; 10^9; zigzag of -1, 0, 1               */
    10, 1, 6, 0x03, 13, 9, 1, 0, 2,
    /* venue: names X, YZ; plain, unsigned, runs; 10^0: YZ, absent twice    */
    3, 4, 12, 2, 1, 'X', 2, 'Y', 'Z', 0x0c, 0, 2, 1, 0, 2,
    /* flags: plain, unsigned; 10^0: 0, 1, 8                                */
    5, 1, 5, 0x04, 0, 0, 1, 8,
    /* volume: decimals; rows 0 and 2 present; 10^-2; plain, unsigned;
     * 10^0: 150, 25                                                        */
    14, 0x82, 7, 0x05, 2, 0x04, 0, 0x96, 0x01, 25,
    /* vwap: doubles; row 1 present: 1.5                                    */
    15, 0x83, 9, 0x02, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f,
  };
  g_autoptr (GBytes) block = by_hand (bytes, sizeof bytes);
  g_autoptr (Columns) back = decode (block, table_builtin (MD_BAR));
  const gint64 *ts = back->cols[0].i64;
  const gint64 *open = columns_column (back, "open")->i64;
  const gint64 *high = columns_column (back, "high")->i64;
  const gint64 *close = columns_column (back, "close")->i64;
  const Column *venue = columns_column (back, "venue");
  const guint32 *flags = columns_column (back, "flags")->u32;
  const double *volume = columns_column (back, "volume")->f64;
  const double *vwap = columns_column (back, "vwap")->f64;

  g_assert_cmpuint (back->n, ==, 3);
  g_assert_true (ts[0] == 128 && ts[1] == 138 && ts[2] == 148);
  g_assert_true (close[0] == 100 * MD_PRICE_ONE && close[1] == 99 * MD_PRICE_ONE
                 && close[2] == 101 * MD_PRICE_ONE);
  g_assert_true (high[0] == 101 * MD_PRICE_ONE && high[1] == close[1]
                 && high[2] == close[2]);
  g_assert_true (open[0] == 99 * MD_PRICE_ONE && open[1] == 100 * MD_PRICE_ONE
                 && open[2] == 100 * MD_PRICE_ONE);
  g_assert_cmpstr (venue->dict->pdata[venue->u32[0]], ==, "YZ");
  g_assert_true (venue->u32[1] == MD_ABSENT_NAME
                 && venue->u32[2] == MD_ABSENT_NAME);
  g_assert_true (flags[0] == 0 && flags[1] == 1 && flags[2] == 8);
  g_assert_true (volume[0] == 1.5 && volume[1] != volume[1]
                 && volume[2] == 0.25);
  g_assert_true (vwap[0] != vwap[0] && vwap[1] == 1.5);
  g_assert_null (columns_column (back, "low")->i64);
  g_assert_cmpuint (back->commit[2], ==, 5);
}

static void
test_what_a_column_may_not_be_is_named (void)
{
  static const struct {
    const char *says;
    guint8 bytes[32];
    gsize len;
  } cases[] = {
#define CASE(says, ...)                                                       \
  { says, { __VA_ARGS__ }, sizeof ((guint8[]) { __VA_ARGS__ }) }
    CASE ("no times", 5, 1, 5, 4, 0, 0, 1, 8),
    CASE ("older than the one before", 1, 1, 6, 1, 0, 0x80, 2, 80, 39),
    CASE ("not those of its header", 1, 1, 6, 5, 0, 0x80, 1, 10, 11),
    CASE ("there twice", TS_COLUMN, TS_COLUMN),
    CASE ("ends inside a column", TS_COLUMN, 5, 1, 9, 0),
    CASE ("\"flags\": it has fewer bytes than rows", TS_COLUMN, 5, 1, 4, 4,
          0, 1, 1),
    CASE ("length is wrong", TS_COLUMN, 5, 1, 6, 4, 0, 1, 1, 1, 1),
    CASE ("power of ten", TS_COLUMN, 5, 1, 5, 4, 19, 1, 1, 1),
    CASE ("unknown way", TS_COLUMN, 5, 1, 5, 16, 0, 1, 1, 1),
    CASE ("do not add up", TS_COLUMN, 5, 1, 4, 12, 0, 1, 4),
    CASE ("do not add up", TS_COLUMN, 5, 1, 4, 12, 0, 1, 0),
    CASE ("flag is out of range", TS_COLUMN, 5, 1, 5, 0, 0, 1, 1, 1),
    CASE ("not there before it", TS_COLUMN, 10, 1, 6, 2, 13, 0, 1, 1, 1),
    CASE ("not written as its type", TS_COLUMN, 10, 2, 5, 0, 4, 0, 1, 1, 1),
    CASE ("not in its dictionary", TS_COLUMN, 3, 4, 8, 1, 1, 'X', 4, 0, 1, 2,
          1),
    CASE ("its dictionary", TS_COLUMN, 3, 4, 8, 9, 1, 'X', 4, 0, 1, 1, 1),
    CASE ("holds a NUL", TS_COLUMN, 3, 4, 8, 1, 1, 0, 4, 0, 1, 1, 1),
    CASE ("bits beyond", TS_COLUMN, 16, 0x81, 4, 0x0f, 4, 0, 1),
    CASE ("all of it is absent", TS_COLUMN, 16, 0x81, 3, 0, 4, 0),
    CASE ("refers to another", TS_COLUMN, 10, 0x81, 5, 3, 2, 1, 0, 1, 1),
    CASE ("number of decimals", TS_COLUMN, 14, 2, 6, 10, 4, 0, 1, 1, 1),
    CASE ("fewer bytes than rows", TS_COLUMN, 14, 3, 8, 0, 0, 0, 0, 0, 0, 0,
          0),
    CASE ("inside a number", TS_COLUMN, 16, 1, 5, 4, 0, 1, 1, 0x80),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) block = by_hand (cases[i].bytes, cases[i].len);
    gsize len;
    const guint8 *data = g_bytes_get_data (block, &len);

    assert_refused (data, len, table_builtin (MD_BAR), CORE_ERROR_DATA,
                    cases[i].says);
  }
}

static void
test_unknown_field_asks_for_a_newer_program (void)
{
  static const guint8 bytes[] = { TS_COLUMN, 99, 1, 5, 4, 0, 1, 1, 1 };
  g_autoptr (GBytes) block = by_hand (bytes, sizeof bytes);
  gsize len;
  const guint8 *data = g_bytes_get_data (block, &len);

  assert_refused (data, len, table_builtin (MD_BAR), CORE_ERROR_STORE_FORMAT,
                  "field 99");
}

static void
test_failure_leaves_the_rows_that_were_there (void)
{
  static const guint8 bytes[] = { TS_COLUMN, 5, 1, 5, 16, 0, 1, 1, 1 };
  const md_time ts[] = { 5, 6 };
  g_autoptr (Columns) columns = bars_at (ts, 2);
  g_autoptr (GBytes) block = by_hand (bytes, sizeof bytes);
  gsize len;
  const guint8 *data = g_bytes_get_data (block, &len);

  g_assert_false (block_decode_into (columns, data, len, NULL));
  g_assert_cmpuint (columns->n, ==, 2);
  g_assert_cmpint (columns->cols[0].i64[1], ==, 6);
}

/* ---- checksum -------------------------------------------------------- */

/* RFC 3720, appendix B.4.                                                  */
static void
test_crc32c_is_castagnolis (void)
{
  guint8 zeros[32] = { 0 }, ones[32], up[32];

  memset (ones, 0xff, sizeof ones);
  for (guint i = 0; i < 32; i++)
    up[i] = (guint8) i;
  g_assert_cmphex (crc32c (0, zeros, 32), ==, 0x8a9136aa);
  g_assert_cmphex (crc32c (0, ones, 32), ==, 0x62a8ab43);
  g_assert_cmphex (crc32c (0, up, 32), ==, 0x46dd794e);
  g_assert_cmphex (crc32c (0, "123456789", 9), ==, 0xe3069283);
  g_assert_cmphex (crc32c (0, NULL, 0), ==, 0);
}

static void
test_crc32c_is_the_same_without_the_instruction (void)
{
  guint8 data[100];

  for (guint i = 0; i < sizeof data; i++)
    data[i] = (guint8) (i * 37);
  for (guint from = 0; from < 9; from++) {
    for (guint len = 0; len + from <= sizeof data; len++)
      g_assert_cmphex (crc32c (from, data + from, len), ==,
                       crc32c_portable (from, data + from, len));
  }
}

static void
test_crc32c_goes_on_where_it_stopped (void)
{
  guint32 crc = crc32c (0, "1234", 4);

  g_assert_cmphex (crc32c (crc, "56789", 5), ==, 0xe3069283);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/block/" name, function)
  ADD ("random-rows-of-every-table-come-back",
       test_random_rows_of_every_table_come_back);
  ADD ("blocks-append-to-what-is-there", test_blocks_append_to_what_is_there);
  ADD ("commits-come-back-row-by-row", test_commits_come_back_row_by_row);
  ADD ("peek-tells-rows-times-and-commits",
       test_peek_tells_rows_times_and_commits);
  ADD ("absent-columns-take-no-bytes", test_absent_columns_take_no_bytes);
  ADD ("a-bar-takes-few-bytes", test_a_bar_takes_few_bytes);
  ADD ("every-truncation-is-refused", test_every_truncation_is_refused);
  ADD ("every-flipped-bit-is-noticed", test_every_flipped_bit_is_noticed);
  ADD ("newer-format-is-told-apart-from-damage",
       test_newer_format_is_told_apart_from_damage);
  ADD ("another-tables-block-is-refused",
       test_another_tables_block_is_refused);
  ADD ("mutations-with-right-checksums-never-crash",
       test_mutations_with_right_checksums_never_crash);
  ADD ("format-1-is-read-for-ever", test_format_1_is_read_for_ever);
  ADD ("what-a-column-may-not-be-is-named",
       test_what_a_column_may_not_be_is_named);
  ADD ("unknown-field-asks-for-a-newer-program",
       test_unknown_field_asks_for_a_newer_program);
  ADD ("failure-leaves-the-rows-that-were-there",
       test_failure_leaves_the_rows_that_were_there);
  ADD ("crc32c-is-castagnolis", test_crc32c_is_castagnolis);
  ADD ("crc32c-is-the-same-without-the-instruction",
       test_crc32c_is_the_same_without_the_instruction);
  ADD ("crc32c-goes-on-where-it-stopped",
       test_crc32c_goes_on_where_it_stopped);
  return g_test_run ();
}
