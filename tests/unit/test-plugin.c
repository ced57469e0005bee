/* SPDX-License-Identifier: Apache-2.0
 *
 * test-plugin.c - how plugins are examined, adopted and refused.
 */
#include "plugin-folder.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

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
  { "offer-window", "a window that is no number" },
  { "offer-span", "negative settle_ns" },
  { "offer-prompt", "more than its settle_ns" },
  { "limit-negative", "no finite number" },
  { "ifaces-unknown", "com.example.other/1" },
  { "ifaces-twice", "twice" },
  { "symbols-alone", "has no mdcore.provider/1" },
  { "crash", "crashed while it was loaded" },
  { "exit", "ended the program (exit status 0)" },
  { "print", "prints to standard output" },
};

static void
test_each_broken_one_ends_in_its_own_sentence (Folder *folder,
                                               gconstpointer data)
{
  g_autoptr (GPtrArray) infos = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *file = g_strconcat (bad[i].name, ".so", NULL);

    g_free (folder_put_plugin (folder, bad[i].name, file));
  }
  g_free (folder_put_plugin (folder, "good", "good.so"));
  infos = plugin_scan (folder->dir);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_says (infos_find (infos, bad[i].name)->error, bad[i].sentence);
  g_assert_cmpstr (infos_find (infos, "good")->error, ==, NULL);
}

static void
test_a_hanging_one_is_given_up (void)
{
  g_autofree char *path = plugin_corpus ("hang");
  gint64 start = g_get_monotonic_time ();
  g_autofree char *error = plugin_error (path);

  assert_says (error, "it hangs");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 15 * G_USEC_PER_SEC);
}

static gpointer
wait_for_end (gpointer end)
{
  g_async_queue_pop (end);
  return NULL;
}

/* Then nothing may be forked, and the program is started anew.             */
static void
test_a_program_with_threads_examines_too (void)
{
  g_autofree char *good = plugin_corpus ("good");
  g_autofree char *crash = plugin_corpus ("crash");
  g_autofree char *good_error = NULL, *crash_error = NULL;
  GAsyncQueue *end = g_async_queue_new ();
  GThread *thread = g_thread_new ("other", wait_for_end, end);

  good_error = plugin_error (good);
  crash_error = plugin_error (crash);
  g_async_queue_push (end, end);
  g_thread_join (thread);
  g_async_queue_unref (end);
  g_assert_cmpstr (good_error, ==, NULL);
  assert_says (crash_error, "crashed");
}

static void
test_no_process_stays_behind (void)
{
  g_autofree char *path = plugin_corpus ("crash"), *error = plugin_error (path);

  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
  g_assert_cmpint (errno, ==, ECHILD);
}

static void
test_what_is_no_library_is_told (Folder *folder, gconstpointer data)
{
  g_autofree char *path = folder_path (folder, "text.so"), *error = NULL;

  folder_put (path, "hello", 5, 0755);
  error = plugin_error (path);
  assert_says (error, "cannot be loaded");
}

static void
test_a_damaged_library_takes_nothing_down (Folder *folder,
                                           gconstpointer data)
{
  g_autofree char *from = plugin_corpus ("good"), *bytes = NULL;
  g_autoptr (GPtrArray) infos = NULL;
  gsize len;

  g_assert_true (g_file_get_contents (from, &bytes, &len, NULL));
  /* Cut anywhere before its data end: most of them are not even loaded.    */
  for (gsize i = 0; i < 12; i++) {
    g_autofree char *name = g_strdup_printf ("cut%zu.so", i);
    g_autofree char *flip = g_strdup_printf ("flip%zu.so", i);
    g_autofree char *cut_path = folder_path (folder, name);
    g_autofree char *flip_path = folder_path (folder, flip);

    folder_put (cut_path, bytes, len * i / 24, 0755);
    /* The ELF header and the program headers.                              */
    bytes[i * 23] ^= 0x41;
    folder_put (flip_path, bytes, len, 0755);
    bytes[i * 23] ^= 0x41;
  }
  infos = plugin_scan (folder->dir);
  g_assert_cmpint (infos_under (infos, folder->dir), ==, 24);
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
  g_autofree char *path = plugin_corpus (name);
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
    .offer = plugin_offer_at (plugin, 1)
  };
  struct md_request shown = plugin_request (plugin, &request);

  g_assert_cmpstr (shown.offer->schema, ==, "ohlcv-1h");
  g_assert_cmpint (plugin->provider.fetch (NULL, NULL, &shown, NULL), ==,
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
  g_autofree char *path = folder_put_plugin (folder, "good", "good.so");
  g_autofree char *twisted = g_strconcat (folder->dir, "/./good.so", NULL);
  const Plugin *plugin = plugin_load ("good", folder->dir, NULL);

  g_assert_nonnull (plugin);
  g_assert_true (plugin == plugin_load (path, NULL, NULL));
  g_assert_true (plugin == plugin_load (twisted, NULL, NULL));
}

static void
test_a_broken_one_is_not_loaded (void)
{
  g_autofree char *path = plugin_corpus ("crash");
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_load (path, NULL, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_PLUGIN);
  assert_says (error->message, "plugin \"crash\" (/");
  assert_says (error->message, "crashed");
}

static void
test_an_unknown_name_names_the_nearest (Folder *folder, gconstpointer data)
{
  g_autofree char *path = folder_put_plugin (folder, "good", "good.so");
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_load ("godo", folder->dir, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  assert_says (error->message, "did you mean \"good\"?");
  assert_says (error->message, folder->dir);
}

static void
test_a_path_that_is_nothing_is_told (Folder *folder, gconstpointer data)
{
  g_autofree char *path = folder_path (folder, "nothing.so");
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_load (path, NULL, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  assert_says (error->message, path);
}

static void
test_a_path_without_so_is_no_plugin (Folder *folder, gconstpointer data)
{
  g_autofree char *path = folder_put_plugin (folder, "good", "good.txt");
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_load (path, NULL, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  assert_says (error->message, "NAME.so");
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
  assert_says (error->message, "did you mean trades");
  assert_says (error->message, "ohlcv-1m, trades");
}

static void
test_an_unknown_dataset_lists_the_known (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (plugin_offer (load_bad ("good"), "x", "trades", &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  assert_says (error->message, "no dataset \"x\"; it has: d");
}

static void
add_refusals (void)
{
  add_in_folder ("each-broken-one-ends-in-its-own-sentence",
                 test_each_broken_one_ends_in_its_own_sentence);
  add ("a-hanging-one-is-given-up", test_a_hanging_one_is_given_up);
  add ("a-program-with-threads-examines-too",
       test_a_program_with_threads_examines_too);
  add ("no-process-stays-behind", test_no_process_stays_behind);
  add_in_folder ("what-is-no-library-is-told",
                 test_what_is_no_library_is_told);
  add_in_folder ("a-damaged-library-takes-nothing-down",
                 test_a_damaged_library_takes_nothing_down);
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
add_tests (void)
{
  add_refusals ();
  add_loading ();
}

int
main (int argc, char **argv)
{
  return plugin_test_main (argc, argv, add_tests);
}
