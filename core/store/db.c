/* SPDX-License-Identifier: Apache-2.0
 *
 * db.c - opening and closing RocksDB, and its options.
 */
#include "db.h"
#include "fail.h"
#include "layout.h"

#include "build-config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>

/* All families together: the memory that is written to, and what is read.  */
#define WRITE_BUFFERS  (32 << 20)
#define BLOCK_CACHE    (16 << 20)
/* A family that is never full pins log files; this flushes it.             */
#define MAX_LOG_BYTES  (64 << 20)
#define FLUSH_AT_CLOSE (4 << 20)
#define LOG_NOTHING    5 /* above RocksDB's last level                      */
#define SCRATCH_ROOM   (512 << 10)

/* "default" exists in every RocksDB, so it is ours as well.                */
static const char *const family_names[N_FAMILIES] = {
  [FAMILY_META] = "default",
  [FAMILY_CATALOGUE] = "catalogue",
  [FAMILY_BLOCKS] = "blocks",
  [FAMILY_HISTORY] = "history",
  [FAMILY_LEDGER] = "ledger",
  [FAMILY_MAPPINGS] = "mappings",
  [FAMILY_LINEAGE] = "lineage",
  [FAMILY_DEAD] = "dead",
  [FAMILY_RAW] = "raw",
  [FAMILY_DOCS] = "docs",
};

/* Largest memory table of a family.  An eighth is allocated at once, so the
 * small families stay small.                                               */
static const gsize family_buffers[N_FAMILIES] = {
  [FAMILY_META] = 1 << 20,
  [FAMILY_CATALOGUE] = 2 << 20,
  [FAMILY_BLOCKS] = 16 << 20,
  [FAMILY_HISTORY] = 4 << 20,
  [FAMILY_LEDGER] = 2 << 20,
  [FAMILY_MAPPINGS] = 2 << 20,
  [FAMILY_LINEAGE] = 2 << 20,
  [FAMILY_DEAD] = 1 << 20,
  [FAMILY_RAW] = 8 << 20,
  [FAMILY_DOCS] = 256 << 10,
};

const char *
db_family_name (Family family)
{
  return family == FAMILY_META ? "meta" : family_names[family];
}

/* Test builds shrink the buffers, so that tables and logs rotate all the
 * time.                                                                    */
static gsize
buffer_size (gsize usual)
{
#if MDCORE_TEST_HOOKS
  const char *wanted = g_getenv ("MDCORE_TEST_WRITE_BUFFER");

  if (wanted != NULL)
    return MIN (usual, (gsize) g_ascii_strtoull (wanted, NULL, 10));
#endif
  return usual;
}

/* ---- options --------------------------------------------------------- */

static void
set_table_options (rocksdb_options_t *options, rocksdb_cache_t *cache)
{
  rocksdb_block_based_table_options_t *table
    = rocksdb_block_based_options_create ();

  rocksdb_block_based_options_set_block_cache (table, cache);
  rocksdb_block_based_options_set_block_size (table, 16 << 10);
  rocksdb_block_based_options_set_filter_policy (
    table, rocksdb_filterpolicy_create_bloom_full (10));
  rocksdb_block_based_options_set_format_version (table, 5);
  rocksdb_options_set_block_based_table_factory (options, table);
  rocksdb_block_based_options_destroy (table);
}

static rocksdb_options_t *
family_options (Family family, rocksdb_cache_t *cache)
{
  rocksdb_options_t *options = rocksdb_options_create ();

  rocksdb_options_set_write_buffer_size (options,
                                         buffer_size (family_buffers[family]));
  rocksdb_options_set_compression (options, rocksdb_zstd_compression);
  rocksdb_options_set_compression_options (options, -14, 1, 0, 0);
  rocksdb_options_set_level_compaction_dynamic_level_bytes (options, 1);
  set_table_options (options, cache);
  return options;
}

/* A log that is cut short at its end lost a commit that was never
 * acknowledged; damage anywhere else is an error, not a shorter store.     */
static rocksdb_options_t *
db_options (DbKind kind)
{
  rocksdb_options_t *options = rocksdb_options_create ();

  rocksdb_options_set_create_if_missing (options, kind == DB_PRIMARY);
  rocksdb_options_set_create_missing_column_families (options,
                                                      kind == DB_PRIMARY);
  rocksdb_options_set_db_write_buffer_size (options,
                                            buffer_size (WRITE_BUFFERS));
  rocksdb_options_set_max_total_wal_size (options, MAX_LOG_BYTES);
  rocksdb_options_set_wal_recovery_mode (
    options, rocksdb_tolerate_corrupted_tail_records_recovery);
  rocksdb_options_set_max_background_jobs (options, 2);
  /* A view keeps every table open: the writer may delete them at any time. */
  rocksdb_options_set_max_open_files (options, kind == DB_PRIMARY ? 512 : -1);
  /* A view lives shortly: what only helps compactions to choose is a read of
   * every table.                                                            */
  rocksdb_options_set_skip_stats_update_on_db_open (options,
                                                    kind != DB_PRIMARY);
  rocksdb_options_set_max_manifest_file_size (options, 16 << 20);
  rocksdb_options_set_info_log_level (options, LOG_NOTHING);
  rocksdb_options_set_stats_dump_period_sec (options, 0);
  rocksdb_options_set_stats_persist_period_sec (options, 0);
  return options;
}

/* ---- open ------------------------------------------------------------ */

typedef struct {
  rocksdb_options_t *db;
  rocksdb_options_t *families[N_FAMILIES];
} Options;

static void
options_init (Options *options, DbKind kind, const char *scratch)
{
  rocksdb_cache_t *cache = rocksdb_cache_create_lru (BLOCK_CACHE);

  options->db = db_options (kind);
  if (kind == DB_PRIMARY)
    rocksdb_options_set_db_log_dir (options->db, scratch);
  for (int i = 0; i < N_FAMILIES; i++)
    options->families[i] = family_options (i, cache);
  rocksdb_cache_destroy (cache); /* the families share it from here on      */
}

static void
options_clear (Options *options)
{
  rocksdb_options_destroy (options->db);
  for (int i = 0; i < N_FAMILIES; i++)
    rocksdb_options_destroy (options->families[i]);
}

/* A view has every table open, so the usual 1024 may not do.               */
static void
raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0
      && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit (RLIMIT_NOFILE, &limit);
  }
}

/* RocksDB wants to write a log of its own, and Debian's build aborts at the
 * second line of it that finds no room.  So it goes to a directory that has
 * room for all of it, is not on the store's disk as a rule, and is removed as
 * soon as the log is open, so that no death can leave it behind.           */
static char *
make_scratch_dir (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *dir = g_dir_make_tmp ("mdcore-XXXXXX", &local);
  g_autofree char *file = NULL;
  int fd, code = 0;

  if (dir == NULL) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_FULL,
                 "store %s: a temporary directory is needed to open it, name "
                 "one in TMPDIR: %s", path, local->message);
    return NULL;
  }
  file = g_build_filename (dir, "room", NULL);
  fd = open (file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  code = fd < 0 ? errno : posix_fallocate (fd, 0, SCRATCH_ROOM);
  if (fd >= 0)
    close (fd);
  g_unlink (file);
  if (code == 0)
    return dir;
  fail_errno (error, file, code, "have room for opening the store");
  layout_remove_tree (dir);
  g_free (dir);
  return NULL;
}

static rocksdb_t *
open_kind (Db *db, const char *dir, const char *scratch,
           const Options *options, char **message)
{
  const rocksdb_options_t *const *families
    = (const rocksdb_options_t *const *) options->families;

  switch (db->kind) {
  case DB_PRIMARY:
    return rocksdb_open_column_families (options->db, dir, N_FAMILIES,
                                         family_names, families, db->families,
                                         message);
  case DB_READ_ONLY:
    return rocksdb_open_for_read_only_column_families (
      options->db, dir, N_FAMILIES, family_names, families, db->families, 0,
      message);
  case DB_SECONDARY:
    return rocksdb_open_as_secondary_column_families (
      options->db, dir, scratch, N_FAMILIES, family_names, families,
      db->families, message);
  }
  return NULL;
}

Db *
db_open (const char *path, DbKind kind, GError **error)
{
  g_autofree char *dir = layout_db (path), *scratch = NULL;
  Db *db;
  Options options;
  char *message = NULL;

  if (kind != DB_READ_ONLY) {
    scratch = make_scratch_dir (path, error);
    if (scratch == NULL)
      return NULL;
  }
  raise_file_limit ();
  db = g_new0 (Db, 1);
  db->kind = kind;
  options_init (&options, kind, scratch);
  db->rocks = open_kind (db, dir, scratch, &options, &message);
  options_clear (&options);
  if (scratch != NULL)
    layout_remove_tree (scratch);
  if (db->rocks == NULL || message != NULL) {
    fail_rocks (error, path, message);
    g_free (db);
    return NULL;
  }
  db->path = g_strdup (path);
  db->read = rocksdb_readoptions_create ();
  db->sync = rocksdb_writeoptions_create ();
  rocksdb_writeoptions_set_sync (db->sync, 1);
  return db;
}

/* ---- close ----------------------------------------------------------- */

/* What is not flushed is in the log, so a failure here loses nothing.      */
static void
flush_large (Db *db)
{
  guint64 total = 0, bytes;
  rocksdb_flushoptions_t *wait;

  for (int i = 0; i < N_FAMILIES; i++) {
    if (rocksdb_property_int_cf (db->rocks, db->families[i],
                                 "rocksdb.cur-size-all-mem-tables", &bytes)
        == 0)
      total += bytes;
  }
  if (total < FLUSH_AT_CLOSE)
    return;
  wait = rocksdb_flushoptions_create ();
  for (int i = 0; i < N_FAMILIES; i++) {
    char *message = NULL;

    rocksdb_flush_cf (db->rocks, wait, db->families[i], &message);
    rocksdb_free (message);
  }
  rocksdb_flushoptions_destroy (wait);
}

void
db_close (Db *db)
{
  if (db == NULL)
    return;
  if (db->kind == DB_PRIMARY)
    flush_large (db);
  /* A handle that is left makes Debian's build abort in rocksdb_close.     */
  for (int i = 0; i < N_FAMILIES; i++)
    rocksdb_column_family_handle_destroy (db->families[i]);
  rocksdb_close (db->rocks);
  rocksdb_readoptions_destroy (db->read);
  rocksdb_writeoptions_destroy (db->sync);
  g_free (db->path);
  g_free (db);
}
