/* SPDX-License-Identifier: Apache-2.0
 *
 * bench-dbn.c - trades as DBN: the decoder next to bare reading
 * and walking, next to bare libzstd, and all the way to canonical rows that a
 * host throws away.  Works are interleaved, processor time of the one thread
 * counts, and the ratio is that of the best rounds: other programs on the
 * machine take away up to a tenth, which would hide what is looked for here.
 * So would long rounds: a tenth of a second often passes undisturbed.
 *
 *   bench-dbn [RECORDS [FOLDER]]     FOLDER keeps trades.dbn and .dbn.zst
 *   bench-dbn RECORDS FOLDER files   makes them and measures nothing
 */
#include "databento.h"
#include "net/net.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define ROUNDS 31
#define PIECE (1u << 20)
#define INSTRUMENTS 50
#define T0 INT64_C (1704067200000000000)

extern const struct md_plugin *md_plugin_v1 (void);

static guint64 n_records = 2000000;
static char *raw_path, *zst_path;

/* ---- the load -------------------------------------------------------- */

static void
put (GByteArray *out, guint64 value, gsize size)
{
  guint64 le = GUINT64_TO_LE (value);

  g_byte_array_append (out, (const guint8 *) &le, size);
}

static void
put_text (GByteArray *out, const char *text, gsize size)
{
  char padded[80] = "";

  g_strlcpy (padded, text, sizeof padded);
  g_byte_array_append (out, (const guint8 *) padded, size);
}

static GByteArray *
make_header (void)
{
  GByteArray *out = g_byte_array_new ();
  gsize fixed;
  guint32 length;

  put (out, 0x034e4244, 8); /* "DBN", 3, and the length to come             */
  put_text (out, "GLBX.MDP3", 16);
  put (out, 4, 2);
  put (out, T0, 8);
  put (out, T0 + 31 * MD_DAY, 8);
  put (out, 0, 8);
  put (out, DBN_RAW_SYMBOL | DBN_INSTRUMENT_ID << 8, 3);
  put (out, 71, 2);
  fixed = out->len;
  g_byte_array_set_size (out, 108);
  memset (out->data + fixed, 0, 108 - fixed);
  put (out, 0, 4);
  put (out, INSTRUMENTS, 4);
  for (guint i = 0; i < INSTRUMENTS; i++) {
    g_autofree char *symbol = g_strdup_printf ("SYM%u", i);

    put_text (out, symbol, 71);
  }
  put (out, 0, 8);
  put (out, INSTRUMENTS, 4);
  for (guint i = 0; i < INSTRUMENTS; i++) {
    g_autofree char *symbol = g_strdup_printf ("SYM%u", i);
    g_autofree char *id = g_strdup_printf ("%u", 1000 + i);

    put_text (out, symbol, 71);
    put (out, 1, 4);
    put (out, 20240101, 4);
    put (out, 20240201, 4);
    put_text (out, id, 71);
  }
  while (out->len % 8 != 0)
    put (out, 0, 1);
  length = GUINT32_TO_LE (out->len - 8);
  memcpy (out->data + 4, &length, 4);
  return out;
}

/* Fifty walks in ticks of 0.25, a trade every 100 us on average.           */
static void
make_records (GByteArray *out, guint64 first, guint64 n)
{
  static guint64 seed = 1, ts = T0;
  static guint32 price[INSTRUMENTS];

  for (guint64 i = first; i < first + n; i++) {
    guint32 which, random;

    seed = seed * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407;
    random = seed >> 33;
    which = random % INSTRUMENTS;
    price[which] += (random >> 8) % 3 - 1 + (price[which] == 0 ? 20000 : 0);
    ts += (random >> 12) % 200000;
    put (out, 12 | 0 << 8 | 1 << 16 | (guint64) (1000 + which) << 32, 8);
    put (out, ts - 20000 - random % 4096, 8);
    put (out, price[which] * G_GUINT64_CONSTANT (250000000), 8);
    put (out, 1 + random % 7, 4);
    put (out, 'T' | (random & 1 ? 'A' : 'B') << 8 | 0 << 16, 4);
    put (out, ts, 8);
    put (out, 12000 + random % 5000, 4);
    put (out, i, 4);
  }
}

static void
write_all (int fd, const void *bytes, gsize len)
{
  while (len > 0) {
    gssize n = write (fd, bytes, len);

    g_assert_cmpint (n, >, 0);
    bytes = (const char *) bytes + n;
    len -= n;
  }
}

static void
make_files (const char *dir)
{
  g_autoptr (GByteArray) bytes = make_header ();
  ZSTD_CStream *zstd = ZSTD_createCStream ();
  g_autofree guint8 *packed = g_malloc (PIECE);
  int raw, zst;

  raw_path = g_build_filename (dir, "trades.dbn", NULL);
  zst_path = g_build_filename (dir, "trades.dbn.zst", NULL);
  raw = open (raw_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  zst = open (zst_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ZSTD_CCtx_setParameter (zstd, ZSTD_c_checksumFlag, 1);
  for (guint64 i = 0; i <= n_records; i += 20000) {
    ZSTD_inBuffer in;
    size_t left;

    make_records (bytes, i, MIN (20000, n_records - i));
    write_all (raw, bytes->data, bytes->len);
    in = (ZSTD_inBuffer) { bytes->data, bytes->len, 0 };
    do {
      ZSTD_outBuffer out = { packed, PIECE, 0 };

      left = ZSTD_compressStream2 (zstd, &out, &in,
                                   i == n_records ? ZSTD_e_end
                                                  : ZSTD_e_continue);
      g_assert_false (ZSTD_isError (left));
      write_all (zst, packed, out.pos);
    } while (in.pos < in.size || (i == n_records && left > 0));
    g_byte_array_set_size (bytes, 0);
  }
  ZSTD_freeCStream (zstd);
  close (raw);
  close (zst);
}

/* ---- sources --------------------------------------------------------- */

static int
pull_file (void *ctx, void *buf, size_t size, size_t *ret_len,
           struct md_error *err)
{
  gssize n = read (*(int *) ctx, buf, size);

  g_assert_cmpint (n, >=, 0);
  *ret_len = n;
  return MD_OK;
}

typedef struct {
  int fd;
  ZSTD_DStream *zstd;
  guint8 *packed;
  ZSTD_inBuffer in;
  size_t left;
} Zstd;

static void
zstd_open (Zstd *zstd)
{
  *zstd = (Zstd) { open (zst_path, O_RDONLY), ZSTD_createDStream (),
                   g_malloc (ZSTD_DStreamInSize ()) };
}

static void
zstd_close (Zstd *zstd)
{
  close (zstd->fd);
  ZSTD_freeDStream (zstd->zstd);
  g_free (zstd->packed);
}

static int
pull_zstd (void *ctx, void *buf, size_t size, size_t *ret_len,
           struct md_error *err)
{
  Zstd *zstd = ctx;
  ZSTD_outBuffer out = { buf, size, 0 };

  while (out.pos < out.size) {
    if (zstd->in.pos == zstd->in.size) {
      gssize n = read (zstd->fd, zstd->packed, ZSTD_DStreamInSize ());

      if (n <= 0)
        break;
      zstd->in = (ZSTD_inBuffer) { zstd->packed, n, 0 };
    }
    zstd->left = ZSTD_decompressStream (zstd->zstd, &out, &zstd->in);
    g_assert_false (ZSTD_isError (zstd->left));
  }
  *ret_len = out.pos;
  return MD_OK;
}

/* ---- what is measured ------------------------------------------------ */

static guint64
decode (dbn_pull_fn pull, void *ctx)
{
  const struct dbn_names names = { NULL };
  struct dbn_reader reader;
  struct dbn_header header;
  struct md_error err;
  guint64 n = 0;

  g_assert_cmpint (dbn_reader_open (&reader, DBN_PIECE, pull, ctx, &err), ==, 0);
  g_assert_cmpint (dbn_read_header (&reader, &names, &header, &err), ==, 0);
  while (dbn_next (&reader) != NULL)
    n++;
  g_assert_cmpint (dbn_reader_end (&reader, &err), ==, 0);
  dbn_reader_close (&reader);
  return n;
}

static guint64
decode_raw (void)
{
  int fd = open (raw_path, O_RDONLY);
  guint64 n = decode (pull_file, &fd);

  close (fd);
  return n;
}

static guint64
decode_zstd (void)
{
  Zstd zstd;
  guint64 n;

  zstd_open (&zstd);
  n = decode (pull_zstd, &zstd);
  zstd_close (&zstd);
  return n;
}

/* Reads and steps from length to length, nothing else.                     */
static guint64
walk_raw (void)
{
  g_autoptr (GByteArray) header = make_header ();
  g_autofree guint8 *buf = g_malloc (PIECE + 64);
  int fd = open (raw_path, O_RDONLY);
  gsize left = 0;
  guint64 n = 0;
  gssize got;

  g_assert_cmpint (read (fd, buf, header->len), ==, header->len);
  while ((got = read (fd, buf + left, PIECE)) > 0) {
    const guint8 *at = buf, *end = buf + left + got;

    while (end - at >= 4 && end - at >= 4 * at[0]) {
      at += 4 * at[0];
      n++;
    }
    left = end - at;
    memmove (buf, at, left);
  }
  close (fd);
  return n;
}

static guint64
bare_zstd (void)
{
  size_t size = ZSTD_DStreamOutSize (), got = 1;
  g_autofree guint8 *buf = g_malloc (size);
  Zstd zstd;

  zstd_open (&zstd);
  while (got > 0)
    pull_zstd (&zstd, buf, size, &got, NULL);
  zstd_close (&zstd);
  return n_records;
}

static int
pull_net (void *ctx, void *buf, size_t size, size_t *ret_len,
          struct md_error *err)
{
  return net_reply_read (ctx, buf, size, ret_len, err);
}

static guint64
decode_net (void)
{
  g_autoptr (Net) net = net_new (&(NetOptions) { 0 }, NULL);
  struct md_error err;
  g_autoptr (NetReply) reply
    = net_send (net, &(NetRequest) { .url = zst_path, .pull = TRUE }, &err);

  g_assert_nonnull (reply);
  return decode (pull_net, reply);
}

/* ---- a host that throws rows away ------------------------------------- */

struct md_call {
  Zstd *zstd;
  int fd;
  guint64 rows, cuts;
  guint names;
};

static int
null_http (struct md_call *call, const struct md_http *request,
           struct md_reply *ret_reply, struct md_error *err)
{
  ret_reply->status = 200;
  return MD_OK;
}

static int
null_read (struct md_call *call, void *buf, size_t size, size_t *ret_len,
           struct md_error *err)
{
  return call->zstd != NULL ? pull_zstd (call->zstd, buf, size, ret_len, err)
                            : pull_file (&call->fd, buf, size, ret_len, err);
}

static const char *
null_header (struct md_call *call, const char *name)
{
  return NULL;
}

static int
null_intern (struct md_call *call, const char *text, size_t len,
             uint32_t *ret_id, struct md_error *err)
{
  *ret_id = INSTRUMENTS + call->names++;
  return MD_OK;
}

static int
null_emit (struct md_call *call, uint32_t record, const void *rows, size_t n,
           size_t stride, struct md_error *err)
{
  call->rows += n;
  return MD_OK;
}

static int
null_covered (struct md_call *call, uint32_t symbol, md_time from, md_time to,
              struct md_error *err)
{
  call->cuts++;
  return MD_OK;
}

static const struct md_host null_host = {
  .struct_size = sizeof null_host, .http = null_http, .read = null_read,
  .header = null_header, .intern = null_intern, .emit = null_emit,
  .covered = null_covered,
};

static guint64
fetch (struct md_call *call)
{
  const struct md_provider *provider = md_plugin_v1 ()->ifaces[0].vtable;
  /* As databento.c declares them.                                          */
  const union md_value keys[] = {
    { .s = "db-key" }, { .s = "https://x" }, { .s = NULL }, { .i = MD_ABSENT },
    { .b = false }, { .s = "stream" }, { .i = 5 * MD_SECOND }, { .s = "fail" },
    { .s = NULL }
  };
  char text[INSTRUMENTS][8];
  const char *symbols[INSTRUMENTS];
  struct md_request request = {
    .struct_size = sizeof request, .offer = &provider->offers[5],
    .dataset = "GLBX.MDP3", .schema = "trades", .symbols = symbols,
    .n_symbols = INSTRUMENTS, .selector = MD_SELECT_SYMBOL, .from = T0,
    .to = T0 + 31 * MD_DAY
  };
  struct md_error err = { .struct_size = sizeof err };
  void *session;

  g_assert_cmpuint (md_plugin_v1 ()->n_keys, ==, G_N_ELEMENTS (keys));
  session = provider->open (call, &null_host, keys, &err);

  for (guint i = 0; i < INSTRUMENTS; i++) {
    g_snprintf (text[i], sizeof text[i], "SYM%u", i);
    symbols[i] = text[i];
  }
  if (provider->fetch (session, call, &request, &err) != MD_OK)
    g_error ("%s", err.message);
  provider->close (session);
  return call->rows;
}

static guint64
rows_raw (void)
{
  struct md_call call = { .fd = open (raw_path, O_RDONLY) };
  guint64 n = fetch (&call);

  close (call.fd);
  return n;
}

static guint64
rows_zstd (void)
{
  Zstd zstd;
  struct md_call call = { .zstd = &zstd };
  guint64 n;

  zstd_open (&zstd);
  n = fetch (&call);
  zstd_close (&zstd);
  return n;
}

/* ---- running --------------------------------------------------------- */

static const struct {
  const char *name;
  guint64 (*run) (void);
  guint bare; /* index of what it is held against                           */
} works[] = {
  { "raw: bare read and walk", walk_raw, 0 },
  { "raw: decoder", decode_raw, 0 },
  { "raw: to rows, null host", rows_raw, 0 },
  { "zstd: bare libzstd", bare_zstd, 3 },
  { "zstd: decoder", decode_zstd, 3 },
  { "zstd: decoder through core/net", decode_net, 3 },
  { "zstd: to rows, null host", rows_zstd, 3 },
};
#define N_WORKS G_N_ELEMENTS (works)

static double
processor_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
measure (void)
{
  double rates[N_WORKS][ROUNDS];

  for (guint round = 0; round < ROUNDS; round++) {
    for (guint i = 0; i < N_WORKS; i++) {
      double start = processor_time ();

      g_assert_cmpuint (works[i].run (), ==, n_records);
      rates[i][round] = (double) n_records / 1e6 / (processor_time () - start);
    }
  }
  for (guint i = 0; i < N_WORKS; i++)
    qsort (rates[i], ROUNDS, sizeof rates[i][0], compare);
  for (guint i = 0; i < N_WORKS; i++)
    printf ("%-34s %7.1f M records/s %6.3f x\n", works[i].name,
            rates[i][ROUNDS / 2],
            rates[i][ROUNDS - 1] / rates[works[i].bare][ROUNDS - 1]);
}

int
main (int argc, char **argv)
{
  g_autofree char *dir = argc > 2 ? g_strdup (argv[2])
                                  : g_dir_make_tmp ("bench-dbn-XXXXXX", NULL);

  if (argc > 1)
    n_records = g_ascii_strtoull (argv[1], NULL, 10) / 20000 * 20000;
  make_files (dir);
  if (argc <= 3)
    measure ();
  if (argc <= 2) {
    g_unlink (raw_path);
    g_unlink (zst_path);
    g_rmdir (dir);
  }
  g_free (raw_path);
  g_free (zst_path);
  return 0;
}
