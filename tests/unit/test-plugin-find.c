/* SPDX-License-Identifier: Apache-2.0
 *
 * test-plugin-find.c - where plugins are looked for, which are trusted, and
 * what is remembered about them.
 */
#include "plugin-folder.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- search path ------------------------------------------------------ */

static void
test_the_first_folder_wins (Folder *folder, gconstpointer data)
{
  g_autofree char *one = folder_path (folder, "one");
  g_autofree char *two = folder_path (folder, "two");
  const Folder first = { one }, second = { two };
  g_autofree char *both = g_strconcat (one, ":", two, NULL);
  g_autofree char *winner = NULL, *loser = NULL;
  g_autoptr (GPtrArray) infos = NULL;

  g_mkdir (one, 0755);
  g_mkdir (two, 0755);
  winner = folder_put_plugin (&first, "name-mismatch", "good.so");
  loser = folder_put_plugin (&second, "good", "good.so");
  infos = plugin_scan (both);
  g_assert_cmpint (infos_under (infos, folder->dir), ==, 2);
  g_assert_cmpstr (infos_find (infos, "good")->path, ==, winner);
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
  g_autofree char *path = folder_put_plugin (folder, "good", "good.so");
  g_autofree char *link = folder_path (folder, "again");
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
  g_autofree char *one = folder_path (folder, "one");
  g_autofree char *two = folder_path (folder, "two");
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
  g_autofree char *hidden = folder_put_plugin (folder, "good", ".good.so");
  g_autofree char *other = folder_put_plugin (folder, "good", "good.so.bak");
  g_autoptr (GPtrArray) infos = plugin_scan (folder->dir);

  g_assert_cmpint (infos_under (infos, folder->dir), ==, 0);
}

/* ---- trust ------------------------------------------------------------ */

static void
test_a_file_that_its_group_may_write_is_refused (Folder *folder,
                                                 gconstpointer data)
{
  g_autofree char *path = folder_put_plugin (folder, "good", "good.so");
  g_autofree char *error = NULL;

  g_chmod (path, 0775);
  error = plugin_error (path);
  assert_says (error, "may be written by its group");
  assert_says (error, "chmod go-w");
  g_assert_null (plugin_load (path, NULL, NULL));
}

static void
test_a_folder_that_all_may_write_is_refused (Folder *folder,
                                             gconstpointer data)
{
  g_autofree char *path = folder_put_plugin (folder, "good", "good.so");
  g_autofree char *error = NULL;

  g_chmod (folder->dir, 01777);
  error = plugin_error (path);
  assert_says (error, "the folder");
  assert_says (error, "everybody");
  g_assert_null (plugin_load (path, NULL, NULL));
}

static void
test_a_foreign_owner_is_refused (Folder *folder, gconstpointer data)
{
  g_autofree char *path = folder_put_plugin (folder, "good", "good.so");
  g_autofree char *error = NULL;

  if (chown (path, 12345, 12345) != 0) {
    g_test_skip ("only root can give files away");
    return;
  }
  error = plugin_error (path);
  assert_says (error, "uid 12345");
  assert_says (error, "chown");
}

static void
test_a_link_into_an_unsafe_folder_is_refused (Folder *folder,
                                              gconstpointer data)
{
  g_autofree char *open_dir = folder_path (folder, "open");
  const Folder open = { open_dir };
  g_autofree char *real = NULL, *link = folder_path (folder, "good.so");
  g_autofree char *error = NULL;

  g_mkdir (open_dir, 0755);
  real = folder_put_plugin (&open, "good", "good.so");
  g_assert_cmpint (symlink (real, link), ==, 0);
  g_chmod (open_dir, 0777);
  error = plugin_error (link);
  assert_says (error, open_dir);
  assert_says (error, "everybody");
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
  g_autofree char *path = folder_put_plugin (folder, "good", "good.so");
  g_autoptr (GPtrArray) before = plugin_scan (folder->dir);
  g_autoptr (GPtrArray) after = NULL;

  g_free (folder_put_plugin (folder, "offers-none", "good.so"));
  after = plugin_scan (folder->dir);
  g_assert_null (infos_find (before, "good")->error);
  g_assert_nonnull (infos_find (after, "good")->error);
}

/* The same file in name, size and time, with other contents.               */
static void
swap_unseen (const char *path)
{
  struct stat st;
  struct timespec times[2];
  int fd = open (path, O_WRONLY);

  g_assert_cmpint (fstat (fd, &st), ==, 0);
  g_assert_cmpint (pwrite (fd, "broken", 6, 0), ==, 6);
  times[0] = st.st_atim;
  times[1] = st.st_mtim;
  g_assert_cmpint (futimens (fd, times), ==, 0);
  close (fd);
}

static void
test_a_known_file_is_not_run_again (Folder *folder, gconstpointer data)
{
  g_autofree char *path = folder_put_plugin (folder, "good", "good.so");
  g_autoptr (GPtrArray) first = plugin_scan (folder->dir);
  g_autoptr (GPtrArray) second = NULL;

  swap_unseen (path);
  second = plugin_scan (folder->dir);
  g_assert_cmpstr (infos_find (second, "good")->json, ==,
                   infos_find (first, "good")->json);
}

static void
test_a_damaged_cache_is_as_good_as_none (Folder *folder, gconstpointer data)
{
  static const char *const texts[] = {
    "", "{", "[]", "{\"plugins\": 7}", "\xff\xfe",
    "{\"program\": \"x\", \"plugins\": {\"/\": 3}}"
  };
  g_autofree char *path = folder_put_plugin (folder, "good", "good.so");
  g_autofree char *cache = cache_file ();

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GPtrArray) infos = NULL;

    folder_put (cache, texts[i], strlen (texts[i]), 0600);
    infos = plugin_scan (folder->dir);
    g_assert_nonnull (infos_find (infos, "good")->json);
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
  g_autofree char *path = folder_put_plugin (folder, "good", "good.so");
  g_autoptr (GPtrArray) before = plugin_scan (folder->dir);
  g_autofree char *cache = cache_file (), *text = NULL;
  g_autoptr (GPtrArray) after = NULL;

  g_assert_true (g_file_get_contents (cache, &text, NULL, NULL));
  replace_all (text, "For tests only", "For money only");
  folder_put (cache, text, strlen (text), 0600);
  after = plugin_scan (folder->dir);
  assert_says (infos_find (after, "good")->json, "For tests only");
}

static void
test_the_cache_is_never_trusted_for_loading (Folder *folder,
                                             gconstpointer data)
{
  g_autofree char *good = folder_put_plugin (folder, "good", "good.so");
  g_autofree char *evil = folder_put_plugin (folder, "crash", "evil.so");
  g_autofree char *cache = cache_file (), *text = NULL;
  g_autoptr (GPtrArray) infos = plugin_scan (folder->dir);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (cache, &text, NULL, NULL));
  replace_all (text, "good.so", "evil.so");
  folder_put (cache, text, strlen (text), 0600);
  g_assert_null (plugin_load ("evil", folder->dir, &error));
  assert_says (error->message, "crashed");
}

static void
add_trust (void)
{
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

static void
add_tests (void)
{
  add_trust ();
  add_finding ();
}

int
main (int argc, char **argv)
{
  return plugin_test_main (argc, argv, add_tests);
}
