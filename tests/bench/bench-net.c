/* SPDX-License-Identifier: Apache-2.0
 *
 * bench-net.c - the transport next to the bare libraries it is made of, in
 * the same run: pages over loopback against a curl easy handle, a zstd file
 * against bare libzstd and libarchive, and a large pulled body.
 */
#include "net/net.h"

#include "../unit/net-server.h"

#include <archive.h>
#include <archive_entry.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define ROUNDS     7
#define PAGE       (1024 * 1024)
#define REQUESTS   300
#define RECORD     48
#define RECORDS    (6 * 1000 * 1000)
#define BLOCK      (256 * 1024)
#define PULL_BYTES (G_GUINT64_CONSTANT (1) << 30)

static double
now (void)
{
  return (double) clock_monotonic () / MD_SECOND;
}

/* Of this thread: what other programs do at the same time counts less.     */
static double
cpu_now (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &ts);
  return (double) ts.tv_sec + (double) ts.tv_nsec / MD_SECOND;
}

static int
compare (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

/* ---- pages -------------------------------------------------------------------- */

static void
on_page (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  if (strcmp (request->target, "/large") == 0) {
    g_autofree char *head
      = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %" G_GUINT64_FORMAT
                         "\r\n\r\n", PULL_BYTES);

    server_send (conn, head, -1);
    for (guint64 i = 0; i < PULL_BYTES / PAGE; i++)
      server_send (conn, data, PAGE);
    return;
  }
  server_reply (conn, 200, NULL, data, PAGE);
}

typedef struct {
  char *data;
  size_t len, size;
} Buffer;

static size_t
on_bare_data (char *data, size_t size, size_t n, void *user)
{
  Buffer *buffer = user;

  if (buffer->len + size * n > buffer->size) {
    buffer->size = (buffer->len + size * n) * 2;
    buffer->data = realloc (buffer->data, buffer->size);
  }
  memcpy (buffer->data + buffer->len, data, size * n);
  buffer->len += size * n;
  return size * n;
}

static double
bare_pages (const char *url)
{
  CURL *easy = curl_easy_init ();
  double start = now ();

  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_BUFFERSIZE, 256L * 1024);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_bare_data);
  for (int i = 0; i < REQUESTS; i++) {
    Buffer buffer = { 0 };

    curl_easy_setopt (easy, CURLOPT_WRITEDATA, &buffer);
    if (curl_easy_perform (easy) != CURLE_OK || buffer.len != PAGE)
      g_error ("bare curl failed");
    free (buffer.data);
  }
  curl_easy_cleanup (easy);
  return REQUESTS / (now () - start);
}

static double
our_pages (Net *net, const char *url, gboolean pull)
{
  g_autofree char *buf = g_malloc (BLOCK);
  double start = now ();

  for (int i = 0; i < REQUESTS; i++) {
    NetRequest request = { .url = url, .pull = pull };
    struct md_error err;
    g_autoptr (NetReply) reply = net_send (net, &request, &err);
    gsize len = 0, n = 0;

    if (reply == NULL)
      g_error ("%s", err.message);
    if (!pull)
      net_reply_body (reply, &len);
    while (pull && net_reply_read (reply, buf, BLOCK, &n, &err) == MD_OK
           && n > 0)
      len += n;
    if (len != PAGE)
      g_error ("short page");
  }
  return REQUESTS / (now () - start);
}

static void
bench_pages (Net *net, const Server *server)
{
  g_autofree char *url = server_url (server, "/page");
  double bare[ROUNDS], whole[ROUNDS], pulled[ROUNDS];

  for (int i = 0; i < ROUNDS; i++) {
    bare[i] = bare_pages (url);
    whole[i] = our_pages (net, url, FALSE);
    pulled[i] = our_pages (net, url, TRUE);
  }
  printf ("1 MB pages over loopback: bare curl %.0f/s, net_send %.0f/s (%.0f %%),"
          " pulled %.0f/s (%.0f %%)\n", median (bare), median (whole),
          100 * median (whole) / median (bare), median (pulled),
          100 * median (pulled) / median (bare));
}

/* ---- a large body --------------------------------------------------------------- */

static double
resident_mb (void)
{
  g_autofree char *text = NULL;
  unsigned long size = 0, rss = 0;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
      || sscanf (text, "%lu %lu", &size, &rss) != 2)
    return 0;
  return (double) rss * 4096 / 1e6;
}

static void
bench_large (Net *net, const Server *server)
{
  g_autofree char *url = server_url (server, "/large");
  g_autofree char *buf = g_malloc (BLOCK);
  NetRequest request = { .url = url, .pull = TRUE };
  double before = resident_mb (), start = now (), most = 0;
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);
  guint64 total = 0;
  gsize n;

  while (net_reply_read (reply, buf, BLOCK, &n, NULL) == MD_OK && n > 0) {
    total += n;
    most = MAX (most, resident_mb ());
  }
  printf ("1 GiB pulled: %.0f MB/s, memory grew by %.1f MB%s\n",
          (double) total / 1e6 / (now () - start), most - before,
          total == PULL_BYTES ? "" : "  BUT IT WAS SHORT");
}

/* ---- a zstd file ------------------------------------------------------------------- */

/* Trades as they look: times that grow, prices that walk.                  */
static char *
write_trades (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gsize size = (gsize) RECORDS * RECORD;
  g_autofree guint8 *raw = g_malloc0 (size);
  gsize bound = ZSTD_compressBound (size);
  g_autofree guint8 *packed = g_malloc (bound);
  char *path = g_build_filename (g_get_tmp_dir (), "mdcore-bench-net.zst",
                                 NULL);
  gint64 ts = INT64_C (1700000000000000000), price = INT64_C (450000000000);

  for (gsize i = 0; i < RECORDS; i++) {
    gint64 row[RECORD / 8] = { 0 };

    ts += g_rand_int_range (rand, 1, 2000000);
    price += g_rand_int_range (rand, -3, 4) * INT64_C (10000000);
    row[0] = (gint64) (i % 50) << 32 | 12;
    row[1] = ts;
    row[2] = price;
    row[3] = g_rand_int_range (rand, 1, 500);
    row[4] = ts + g_rand_int_range (rand, 1000, 90000);
    row[5] = (gint64) i;
    memcpy (raw + i * RECORD, row, RECORD);
  }
  bound = ZSTD_compress (packed, bound, raw, size, 3);
  if (!g_file_set_contents (path, (char *) packed, (gssize) bound, NULL))
    g_error ("cannot write %s", path);
  printf ("zstd file: %.0f MB of records in %.0f MB\n", (double) size / 1e6,
          (double) bound / 1e6);
  return path;
}

static double
bare_zstd (const char *path, guint64 *ret_total)
{
  g_autofree char *in = g_malloc (BLOCK);
  g_autofree char *out = g_malloc (BLOCK);
  ZSTD_DStream *stream = ZSTD_createDStream ();
  int fd = open (path, O_RDONLY);
  double start = cpu_now ();
  gssize n;

  *ret_total = 0;
  while ((n = read (fd, in, BLOCK)) > 0) {
    ZSTD_inBuffer input = { in, (gsize) n, 0 };
    ZSTD_outBuffer output = { out, BLOCK, BLOCK };

    while (input.pos < input.size || output.pos == output.size) {
      output.pos = 0;
      if (ZSTD_isError (ZSTD_decompressStream (stream, &output, &input)))
        g_error ("bare zstd failed");
      *ret_total += output.pos;
    }
  }
  close (fd);
  ZSTD_freeDStream (stream);
  return cpu_now () - start;
}

static double
archive_zstd (const char *path, guint64 *ret_total)
{
  g_autofree char *out = g_malloc (BLOCK);
  struct archive *archive = archive_read_new ();
  struct archive_entry *entry;
  double start = cpu_now ();
  la_ssize_t n;

  *ret_total = 0;
  archive_read_support_filter_zstd (archive);
  archive_read_support_format_raw (archive);
  if (archive_read_open_filename (archive, path, BLOCK) != ARCHIVE_OK
      || archive_read_next_header (archive, &entry) != ARCHIVE_OK)
    g_error ("libarchive failed");
  while ((n = archive_read_data (archive, out, BLOCK)) > 0)
    *ret_total += (guint64) n;
  archive_read_free (archive);
  return cpu_now () - start;
}

static double
our_zstd (Net *net, const char *path, gboolean hash, guint64 *ret_total)
{
  g_autofree char *out = g_malloc (BLOCK);
  NetRequest request = { .url = path, .pull = TRUE, .hash = hash };
  double start = cpu_now ();
  g_autoptr (NetReply) reply = net_send (net, &request, NULL);
  gsize n;

  *ret_total = 0;
  while (net_reply_read (reply, out, BLOCK, &n, NULL) == MD_OK && n > 0)
    *ret_total += n;
  return cpu_now () - start;
}

static void
bench_zstd (Net *net)
{
  g_autofree char *path = write_trades ();
  double bare[ROUNDS], archive[ROUNDS], ours[ROUNDS], hashed[ROUNDS], mb;
  guint64 totals[4];

  for (int i = 0; i < ROUNDS; i++) {
    bare[i] = bare_zstd (path, &totals[0]);
    ours[i] = our_zstd (net, path, FALSE, &totals[1]);
    archive[i] = archive_zstd (path, &totals[2]);
    hashed[i] = our_zstd (net, path, TRUE, &totals[3]);
  }
  for (int i = 1; i < 4; i++) {
    if (totals[i] != totals[0])
      g_error ("reader %d read another length", i);
  }
  mb = (double) totals[0] / 1e6;
  printf ("pulled from disk, MB a CPU second: bare libzstd %.0f, net %.0f "
          "(%.1f %%), "
          "libarchive %.0f (%.1f %%), net with SHA-256 %.0f (%.1f %%)\n",
          mb / median (bare), mb / median (ours),
          100 * median (bare) / median (ours), mb / median (archive),
          100 * median (bare) / median (archive), mb / median (hashed),
          100 * median (bare) / median (hashed));
  unlink (path);
}

int
main (void)
{
  NetOptions options = { 0 };
  g_autoptr (Net) net = net_new (&options, NULL);
  g_autofree char *page = g_strnfill (PAGE, 'p');
  g_autoptr (Server) server = server_start (on_page, page);

  signal (SIGPIPE, SIG_IGN);
  /* First, while the program is still small.                               */
  bench_large (net, server);
  bench_pages (net, server);
  bench_zstd (net);
  return 0;
}
