/* SPDX-License-Identifier: Apache-2.0
 *
 * test-plugin.c - how plugins are found, examined, adopted and refused.
 */
#include "plugin/plugin.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a folder of its own for each test -------------------------------- */

typedef struct {
  char *dir;
} Folder;

static char *
bad_path (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".so", NULL);

  return g_build_filename (g_getenv ("MDCORE_TEST_BAD_PLUGINS"), file, NULL);
}

static char *
in (const Folder *folder, const char *name)
{
  return g_build_filename (folder->dir, name, NULL);
}

static void
put (const char *path, const void *bytes, gsize len, int mode)
{
  g_assert_true (g_file_set_contents (path, bytes, len, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

static char *
put_plugin (const Folder *folder, const char *which, const char *as)
{
  g_autofree char *from = bad_path (which), *bytes = NULL;
  char *to = in (folder, as);
  gsize len;

  g_assert_true (g_file_get_contents (from, &bytes, &len, NULL));
  put (to, bytes, len, 0755);
  return to;
}

static void
set_up (Folder *folder, gconstpointer data)
{
  folder->dir = g_dir_make_tmp ("mdcore-plugin-XXXXXX", NULL);
  g_assert_nonnull (folder->dir);
}

static void
remove_all (const char *dir)
{
  GDir *list = g_dir_open (dir, 0, NULL);
  const char *name;

  while (list != NULL && (name = g_dir_read_name (list)) != NULL) {
    g_autofree char *path = g_build_filename (dir, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR)
        && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      remove_all (path);
    else
      g_unlink (path);
  }
  if (list != NULL)
    g_dir_close (list);
  g_rmdir (dir);
}

static void
tear_down (Folder *folder, gconstpointer data)
{
  remove_all (folder->dir);
  g_free (folder->dir);
}

static char *
error_of (const char *path)
{
  g_autoptr (GError) error = NULL;
  PluginInfo *info = plugin_examine (path, NULL, &error);
  char *text;

  g_assert_no_error (error);
  text = g_strdup (info->error);
  plugin_info_free (info);
  return text;
}

/* This machine may have plugins installed.                                 */
static guint
count_under (GPtrArray *infos, const char *dir)
{
  guint n = 0;

  for (guint i = 0; i < infos->len; i++) {
    const PluginInfo *info = g_ptr_array_index (infos, i);

    n += g_str_has_prefix (info->path, dir);
  }
  return n;
}

static void
assert_has (const char *text, const char *part)
{
  if (text == NULL || strstr (text, part) == NULL)
    g_error ("\"%s\" does not say \"%s\"", text, part);
}

/* ---- what is wrong is said -------------------------------------------- */

static const struct { const char *name, *sentence; } bad[] = {
  { "no-entry", "exports no md_plugin_v1" },
  { "no-descriptor", "returned NULL" },
  { "wrong-major", "built for ABI 77." },
  { "needs-newer", "update mdcore" },
  { "size-zero", "md_plugin says struct_size = 0" },
  { "size-short", "md_plugin says struct_size = 24" },
  { "size-huge", "md_plugin says struct_size = 2147483647" },
  { "vtable-short", "md_provider says struct_size = 16" },
  { "vtable-huge", "md_provider says struct_size = 2147483647" },
  { "vtable-null", "has no vtable" },
  { "callback-missing", "has no `fetch`" },
  { "name-null", "its name is missing" },
  { "name-bad", "\"Big Name\" is no plugin name" },
  { "name-mismatch", "its file is name-mismatch.so" },
  { "text-control", "description holds a control character" },
  { "text-null", "description is missing" },
  { "text-latin1", "description is not UTF-8" },
  { "key-doc", "doc of its key \"speed\" is missing" },
  { "key-name", "key 1 is named \"Speed!\"" },
  { "key-name-null", "key 1 is named \"(NULL)\"" },
  { "key-type", "unknown type 77" },
  { "key-default", "default \"fast\", which is no int" },
  { "key-choice", "default \"c\", which is no choice of a|b" },
  { "key-choices", "without proper choices" },
  { "key-secret", "secret with a default" },
  { "key-env", "environment variables \"A=B\"" },
  { "key-twice", "key \"speed\" twice" },
  { "keys-null-stride", "key_size is 0" },
  { "keys-odd-stride", "key_size is 61" },
  { "keys-countless", "n_keys is 2147483647" },
  { "offers-none", "without offers" },
  { "offer-twice", "schema \"ohlcv-1m\" twice" },
  { "offer-schema", "schema \"OHLCV 1m\"" },
  { "offer-schema-null", "schema \"(NULL)\"" },
  { "offer-dataset", "dataset \"a,b\"" },
  { "offer-any-dataset", "`check` that judges it" },
  { "offer-record", "unknown record kind 77" },
  { "offer-table", "MD_OWN_TABLE without a table" },
  { "offer-interval", "\"ohlcv-1m\" has an interval of 5m" },
  { "offer-no-interval", "bars without an interval" },
  { "offer-unit", "unknown interval unit 25" },
  { "offer-zone", "Moon/Crater" },
  { "offer-span", "negative settle_ns" },
  { "limit-negative", "no finite number" },
  { "ifaces-unknown", "com.example.other/1" },
  { "ifaces-twice", "twice" },
  { "symbols-alone", "has no mdcore.provider/1" },
  { "crash", "crashed while it was loaded" },
  { "exit", "ended the program (exit status 0)" },
  { "print", "prints to standard output" },
};

static PluginInfo *
find_info (GPtrArray *infos, const char *name)
{
  for (guint i = 0; i < infos->len; i++) {
    PluginInfo *info = g_ptr_array_index (infos, i);

    if (strcmp (info->name, name) == 0 && info->shadowed_by == NULL)
      return info;
  }
  g_error ("no plugin %s", name);
}

static void
test_each_broken_one_ends_in_its_own_sentence (Folder *folder,
                                               gconstpointer data)
{
  g_autoptr (GPtrArray) infos = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *file = g_strconcat (bad[i].name, ".so", NULL);

    g_free (put_plugin (folder, bad[i].name, file));
  }
  g_free (put_plugin (folder, "good", "good.so"));
  infos = plugin_scan (folder->dir);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_has (find_info (infos, bad[i].name)->error, bad[i].sentence);
  g_assert_cmpstr (find_info (infos, "good")->error, ==, NULL);
}

static void
test_a_hanging_one_is_given_up (void)
{
  g_autofree char *path = bad_path ("hang");
  gint64 start = g_get_monotonic_time ();
  g_autofree char *error = error_of (path);

  assert_has (error, "it hangs");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 15 * G_USEC_PER_SEC);
}

static void
test_no_process_stays_behind (void)
{
  g_autofree char *path = bad_path ("crash"), *error = error_of (path);

  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
  g_assert_cmpint (errno, ==, ECHILD);
}

static void
test_what_is_no_library_is_told (Folder *folder, gconstpointer data)
{
  g_autofree char *path = in (folder, "text.so"), *error = NULL;

  put (path, "hello", 5, 0755);
  error = error_of (path);
  assert_has (error, "cannot be loaded");
}

static void
test_a_damaged_library_takes_nothing_down (Folder *folder,
                                           gconstpointer data)
{
  g_autofree char *from = bad_path ("good"), *bytes = NULL;
  g_autoptr (GPtrArray) infos = NULL;
  gsize len;

  g_assert_true (g_file_get_contents (from, &bytes, &len, NULL));
  /* Cut anywhere before its data end: most of them are not even loaded.    */
  for (gsize i = 0; i < 12; i++) {
    g_autofree char *name = g_strdup_printf ("cut%zu.so", i);
    g_autofree char *flip = g_strdup_printf ("flip%zu.so", i);
    g_autofree char *cut_path = in (folder, name);
    g_autofree char *flip_path = in (folder, flip);

    put (cut_path, bytes, len * i / 24, 0755);
    /* The ELF header and the program headers.                              */
    bytes[i * 23] ^= 0x41;
    put (flip_path, bytes, len, 0755);
    bytes[i * 23] ^= 0x41;
  }
  infos = plugin_scan (folder->dir);
  g_assert_cmpint (count_under (infos, folder->dir), ==, 24);
  for (guint i = 0; i < infos->len; i++) {
    const PluginInfo *info = g_ptr_array_index (infos, i);

    g_assert_true ((info->error == NULL) != (info->json == NULL));
    if (g_str_has_prefix (info->name, "cut"))
      g_assert_nonnull (info->error);
  }
}

/* ---- growth ----------------------------------------------------------- */

static const Plugin *
load_bad (const char *name)
{
  g_autofree char *path = bad_path (name);
  g_autoptr (GError) error = NULL;
  const Plugin *plugin = plugin_load (path, NULL, &error);

  g_assert_no_error (error);
  return plugin;
}

static void
test_an_older_plugin_keeps_to_what_it_knows (void)
{
  const Plugin *plugin = load_bad ("older");
  const struct md_offer *second = plugin_offer_at (plugin, 1);

  g_assert_cmpint (plugin->provider.n_offers, ==, 2);
  g_assert_cmpint (plugin->provider.max_sessions, ==, 3);
  g_assert_cmpstr (second->schema, ==, "trades");
  g_assert_cmpint (second->settle_ns, ==, 2);
  g_assert_cmpint (second->max_symbols, ==, 0);
  g_assert_null (second->doc);
  g_assert_cmpint (plugin->provider.n_limits, ==, 0);
}

static void
test_a_newer_plugin_is_cut_to_what_we_know (void)
{
  const Plugin *plugin = load_bad ("newer");

  g_assert_cmpstr (plugin_key_at (plugin, 1)->name, ==, "second");
  g_assert_cmpstr (plugin_key_at (plugin, 1)->dflt, ==, "yes");
  g_assert_cmpstr (plugin_offer_at (plugin, 1)->doc, ==, "Bars.");
  g_assert_cmpint (plugin_offer_at (plugin, 1)->interval.unit, ==,
                   MD_UNIT_HOUR);
  g_assert_cmpstr (plugin_limit_at (plugin, 1)->bucket, ==, "b");
  g_assert_cmpint (plugin->provider.struct_size, >,
                   sizeof (struct md_provider));
}

static void
test_a_newer_plugin_gets_its_own_offer_back (void)
{
  const Plugin *plugin = load_bad ("newer");
  struct md_request request = {
    .struct_size = sizeof request,
    .offer = plugin_offer_theirs (plugin, plugin_offer_at (plugin, 1))
  };

  g_assert_cmpstr (request.offer->schema, ==, "ohlcv-1h");
  g_assert_cmpint (plugin->provider.fetch (NULL, NULL, &request, NULL), ==,
                   MD_OK);
}

static void
test_absent_callbacks_become_stubs (void)
{
  const Plugin *plugin = load_bad ("older");

  g_assert_cmpint (plugin->provider.check (NULL, NULL, NULL, NULL), ==,
                   MD_OK);
}

/* ---- load ------------------------------------------------------------- */

static void
test_the_same_name_gives_the_same_object (Folder *folder, gconstpointer data)
{
  g_autofree char *path = put_plugin (folder, "good", "good.so");
  g_autofree char *twisted = g_strconcat (folder->dir, "/./good.so", NULL);
  const Plugin *plugin = plugin_load ("good", folder->dir, NULL);

  g_assert_nonnull (plugin);
  g_assert_true (plugin == plugin_load (path, NULL, NULL));
  g_assert_true (plugin == plugin_load (twisted, NULL, NULL));
}

static void
test_a_broken_one_is_not_loaded (void)
{
  g_autofree char *path = bad_path ("crash");
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_load (path, NULL, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_PLUGIN);
  assert_has (error->message, "plugin \"crash\" (/");
  assert_has (error->message, "crashed");
}

static void
test_an_unknown_name_names_the_nearest (Folder *folder, gconstpointer data)
{
  g_autofree char *path = put_plugin (folder, "good", "good.so");
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_load ("godo", folder->dir, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  assert_has (error->message, "did you mean \"good\"?");
  assert_has (error->message, folder->dir);
}

static void
test_a_path_that_is_nothing_is_told (Folder *folder, gconstpointer data)
{
  g_autofree char *path = in (folder, "nothing.so");
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_load (path, NULL, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  assert_has (error->message, path);
}

static void
test_a_path_without_so_is_no_plugin (Folder *folder, gconstpointer data)
{
  g_autofree char *path = put_plugin (folder, "good", "good.txt");
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_load (path, NULL, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  assert_has (error->message, "NAME.so");
}

/* ---- search path ------------------------------------------------------ */

static void
test_the_first_folder_wins (Folder *folder, gconstpointer data)
{
  g_autofree char *one = in (folder, "one"), *two = in (folder, "two");
  const Folder first = { one }, second = { two };
  g_autofree char *both = g_strconcat (one, ":", two, NULL);
  g_autofree char *winner = NULL, *loser = NULL;
  g_autoptr (GPtrArray) infos = NULL;

  g_mkdir (one, 0755);
  g_mkdir (two, 0755);
  winner = put_plugin (&first, "name-mismatch", "good.so");
  loser = put_plugin (&second, "good", "good.so");
  infos = plugin_scan (both);
  g_assert_cmpint (count_under (infos, folder->dir), ==, 2);
  g_assert_cmpstr (find_info (infos, "good")->path, ==, winner);
  for (guint i = 0; i < infos->len; i++) {
    const PluginInfo *info = g_ptr_array_index (infos, i);

    if (strcmp (info->path, loser) == 0)
      g_assert_cmpstr (info->shadowed_by, ==, winner);
  }
  /* Broken or not, the first is the one that counts.                       */
  g_assert_null (plugin_load ("good", both, NULL));
}

static void
test_a_folder_does_not_shadow_itself (Folder *folder, gconstpointer data)
{
  g_autofree char *path = put_plugin (folder, "good", "good.so");
  g_autofree char *link = in (folder, "again");
  g_autofree char *both = g_strconcat (folder->dir, ":", link, "::/nonexistent",
                                       NULL);
  g_auto (GStrv) dirs = NULL;

  g_assert_cmpint (symlink (folder->dir, link), ==, 0);
  dirs = plugin_search_path (both);
  g_assert_cmpstr (dirs[0], ==, folder->dir);
  for (char **dir = dirs + 1; *dir != NULL; dir++)
    g_assert_false (g_str_has_prefix (*dir, folder->dir));
}

static void
test_the_option_comes_before_the_environment (Folder *folder,
                                              gconstpointer data)
{
  g_autofree char *one = in (folder, "one"), *two = in (folder, "two");
  g_auto (GStrv) dirs = NULL;

  g_mkdir (one, 0755);
  g_mkdir (two, 0755);
  g_setenv ("MDCORE_PLUGIN_PATH", two, TRUE);
  dirs = plugin_search_path (one);
  g_unsetenv ("MDCORE_PLUGIN_PATH");
  g_assert_cmpstr (dirs[0], ==, one);
  g_assert_cmpstr (dirs[1], ==, two);
}

static void
test_hidden_and_other_files_are_ignored (Folder *folder, gconstpointer data)
{
  g_autofree char *hidden = put_plugin (folder, "good", ".good.so");
  g_autofree char *other = put_plugin (folder, "good", "good.so.bak");
  g_autoptr (GPtrArray) infos = plugin_scan (folder->dir);

  g_assert_cmpint (count_under (infos, folder->dir), ==, 0);
}

/* ---- trust ------------------------------------------------------------ */

static void
test_a_file_that_its_group_may_write_is_refused (Folder *folder,
                                                 gconstpointer data)
{
  g_autofree char *path = put_plugin (folder, "good", "good.so");
  g_autofree char *error = NULL;

  g_chmod (path, 0775);
  error = error_of (path);
  assert_has (error, "may be written by its group");
  assert_has (error, "chmod go-w");
  g_assert_null (plugin_load (path, NULL, NULL));
}

static void
test_a_folder_that_all_may_write_is_refused (Folder *folder,
                                             gconstpointer data)
{
  g_autofree char *path = put_plugin (folder, "good", "good.so");
  g_autofree char *error = NULL;

  g_chmod (folder->dir, 01777);
  error = error_of (path);
  assert_has (error, "the folder");
  assert_has (error, "everybody");
  g_assert_null (plugin_load (path, NULL, NULL));
}

static void
test_a_foreign_owner_is_refused (Folder *folder, gconstpointer data)
{
  g_autofree char *path = put_plugin (folder, "good", "good.so");
  g_autofree char *error = NULL;

  if (chown (path, 12345, 12345) != 0) {
    g_test_skip ("only root can give files away");
    return;
  }
  error = error_of (path);
  assert_has (error, "uid 12345");
  assert_has (error, "chown");
}

static void
test_a_link_into_an_unsafe_folder_is_refused (Folder *folder,
                                              gconstpointer data)
{
  g_autofree char *open_dir = in (folder, "open");
  const Folder open = { open_dir };
  g_autofree char *real = NULL, *link = in (folder, "good.so");
  g_autofree char *error = NULL;

  g_mkdir (open_dir, 0755);
  real = put_plugin (&open, "good", "good.so");
  g_assert_cmpint (symlink (real, link), ==, 0);
  g_chmod (open_dir, 0777);
  error = error_of (link);
  assert_has (error, open_dir);
  assert_has (error, "everybody");
}

/* ---- cache ------------------------------------------------------------ */

static char *
cache_file (void)
{
  return g_build_filename (g_get_user_cache_dir (), "mdcore", "plugins.json",
                           NULL);
}

static void
test_a_changed_file_is_looked_at_again (Folder *folder, gconstpointer data)
{
  g_autofree char *path = put_plugin (folder, "good", "good.so");
  g_autoptr (GPtrArray) before = plugin_scan (folder->dir);
  g_autoptr (GPtrArray) after = NULL;

  g_free (put_plugin (folder, "offers-none", "good.so"));
  after = plugin_scan (folder->dir);
  g_assert_null (find_info (before, "good")->error);
  g_assert_nonnull (find_info (after, "good")->error);
}

static void
test_a_known_file_is_not_run_again (Folder *folder, gconstpointer data)
{
  g_autofree char *path = put_plugin (folder, "good", "good.so");
  g_autoptr (GPtrArray) first = plugin_scan (folder->dir);
  g_autoptr (GPtrArray) second = NULL;
  g_autofree char *bin = g_strdup (g_getenv ("MDCORE_TEST_BIN"));

  g_setenv ("MDCORE_TEST_BIN", "/nonexistent", TRUE);
  second = plugin_scan (folder->dir);
  g_setenv ("MDCORE_TEST_BIN", bin, TRUE);
  g_assert_cmpstr (find_info (second, "good")->json, ==,
                   find_info (first, "good")->json);
}

static void
test_a_damaged_cache_is_as_good_as_none (Folder *folder, gconstpointer data)
{
  static const char *const texts[] = {
    "", "{", "[]", "{\"plugins\": 7}", "\xff\xfe",
    "{\"program\": \"x\", \"plugins\": {\"/\": 3}}"
  };
  g_autofree char *path = put_plugin (folder, "good", "good.so");
  g_autofree char *cache = cache_file ();

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GPtrArray) infos = NULL;

    put (cache, texts[i], strlen (texts[i]), 0600);
    infos = plugin_scan (folder->dir);
    g_assert_nonnull (find_info (infos, "good")->json);
  }
}

static void
replace_all (char *text, const char *from, const char *to)
{
  g_assert_cmpint (strlen (from), ==, strlen (to));
  for (char *at = text; (at = strstr (at, from)) != NULL; at += strlen (to))
    memcpy (at, to, strlen (to));
}

static void
test_a_changed_cache_entry_is_not_shown (Folder *folder, gconstpointer data)
{
  g_autofree char *path = put_plugin (folder, "good", "good.so");
  g_autoptr (GPtrArray) before = plugin_scan (folder->dir);
  g_autofree char *cache = cache_file (), *text = NULL;
  g_autoptr (GPtrArray) after = NULL;

  g_assert_true (g_file_get_contents (cache, &text, NULL, NULL));
  replace_all (text, "For tests only", "For money only");
  put (cache, text, strlen (text), 0600);
  after = plugin_scan (folder->dir);
  assert_has (find_info (after, "good")->json, "For tests only");
}

static void
test_the_cache_is_never_trusted_for_loading (Folder *folder,
                                             gconstpointer data)
{
  g_autofree char *good = put_plugin (folder, "good", "good.so");
  g_autofree char *evil = put_plugin (folder, "crash", "evil.so");
  g_autofree char *cache = cache_file (), *text = NULL;
  g_autoptr (GPtrArray) infos = plugin_scan (folder->dir);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (cache, &text, NULL, NULL));
  replace_all (text, "good.so", "evil.so");
  put (cache, text, strlen (text), 0600);
  g_assert_null (plugin_load ("evil", folder->dir, &error));
  assert_has (error->message, "crashed");
}

/* ---- offers by name --------------------------------------------------- */

static void
test_an_offer_is_found_by_its_names (void)
{
  const Plugin *plugin = load_bad ("good");
  const struct md_offer *offer = plugin_offer (plugin, "d", "trades", NULL);

  g_assert_cmpint (offer->record, ==, MD_TRADE);
  g_assert_cmpstr (plugin_offer_table (offer)->name, ==, "trade");
}

static void
test_an_unknown_schema_lists_the_known (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_offer (load_bad ("good"), "d", "trade", &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  assert_has (error->message, "did you mean trades");
  assert_has (error->message, "ohlcv-1m, trades");
}

static void
test_an_unknown_dataset_lists_the_known (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_offer (load_bad ("good"), "x", "trades", &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  assert_has (error->message, "no dataset \"x\"; it has: d");
}

#define add(path, function) g_test_add_func ("/plugin/" path, function)
#define add_in_folder(path, function)                                       \
  g_test_add ("/plugin/" path, Folder, NULL, set_up, function, tear_down)

static void
add_refusals (void)
{
  add_in_folder ("each-broken-one-ends-in-its-own-sentence",
                 test_each_broken_one_ends_in_its_own_sentence);
  add ("a-hanging-one-is-given-up", test_a_hanging_one_is_given_up);
  add ("no-process-stays-behind", test_no_process_stays_behind);
  add_in_folder ("what-is-no-library-is-told",
                 test_what_is_no_library_is_told);
  add_in_folder ("a-damaged-library-takes-nothing-down",
                 test_a_damaged_library_takes_nothing_down);
  add_in_folder ("a-file-that-its-group-may-write-is-refused",
                 test_a_file_that_its_group_may_write_is_refused);
  add_in_folder ("a-folder-that-all-may-write-is-refused",
                 test_a_folder_that_all_may_write_is_refused);
  add_in_folder ("a-foreign-owner-is-refused",
                 test_a_foreign_owner_is_refused);
  add_in_folder ("a-link-into-an-unsafe-folder-is-refused",
                 test_a_link_into_an_unsafe_folder_is_refused);
}

static void
add_loading (void)
{
  add ("an-older-plugin-keeps-to-what-it-knows",
       test_an_older_plugin_keeps_to_what_it_knows);
  add ("a-newer-plugin-is-cut-to-what-we-know",
       test_a_newer_plugin_is_cut_to_what_we_know);
  add ("a-newer-plugin-gets-its-own-offer-back",
       test_a_newer_plugin_gets_its_own_offer_back);
  add ("absent-callbacks-become-stubs", test_absent_callbacks_become_stubs);
  add_in_folder ("the-same-name-gives-the-same-object",
                 test_the_same_name_gives_the_same_object);
  add ("a-broken-one-is-not-loaded", test_a_broken_one_is_not_loaded);
  add_in_folder ("an-unknown-name-names-the-nearest",
                 test_an_unknown_name_names_the_nearest);
  add_in_folder ("a-path-that-is-nothing-is-told",
                 test_a_path_that_is_nothing_is_told);
  add_in_folder ("a-path-without-so-is-no-plugin",
                 test_a_path_without_so_is_no_plugin);
  add ("an-offer-is-found-by-its-names",
       test_an_offer_is_found_by_its_names);
  add ("an-unknown-schema-lists-the-known",
       test_an_unknown_schema_lists_the_known);
  add ("an-unknown-dataset-lists-the-known",
       test_an_unknown_dataset_lists_the_known);
}

static void
add_finding (void)
{
  add_in_folder ("the-first-folder-wins", test_the_first_folder_wins);
  add_in_folder ("a-folder-does-not-shadow-itself",
                 test_a_folder_does_not_shadow_itself);
  add_in_folder ("the-option-comes-before-the-environment",
                 test_the_option_comes_before_the_environment);
  add_in_folder ("hidden-and-other-files-are-ignored",
                 test_hidden_and_other_files_are_ignored);
  add_in_folder ("a-changed-file-is-looked-at-again",
                 test_a_changed_file_is_looked_at_again);
  add_in_folder ("a-known-file-is-not-run-again",
                 test_a_known_file_is_not_run_again);
  add_in_folder ("a-damaged-cache-is-as-good-as-none",
                 test_a_damaged_cache_is_as_good_as_none);
  add_in_folder ("a-changed-cache-entry-is-not-shown",
                 test_a_changed_cache_entry_is_not_shown);
  add_in_folder ("the-cache-is-never-trusted-for-loading",
                 test_the_cache_is_never_trusted_for_loading);
}

int
main (int argc, char **argv)
{
  g_autofree char *home = NULL;
  int status;

  if (argc > 2 && strcmp (argv[1], "__examine") == 0)
    return plugin_examine_main ((const char *const *) argv + 2);
  home = g_dir_make_tmp ("mdcore-home-XXXXXX", NULL);
  g_setenv ("HOME", home, TRUE);
  g_setenv ("XDG_CACHE_HOME", home, TRUE);
  g_unsetenv ("MDCORE_PLUGIN_PATH");
  g_test_init (&argc, &argv, NULL);
  add_refusals ();
  add_loading ();
  add_finding ();
  status = g_test_run ();
  remove_all (home);
  return status;
}
