/* SPDX-License-Identifier: Apache-2.0
 *
 * config-fixture.h - job files in a folder of their own, and nothing of the
 * caller's environment.
 */
#pragma once

#include "config/job.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What every job needs; tests append to it.                                */
#define JOB_HEAD                                                              \
  "[job]\nprovider = acme\nschema = ohlcv-1m\nsymbols = A\n"                  \
  "start = 2024-01-01\n"

static char *fixture_dir;

static inline void
fixture_begin (void)
{
  g_auto (GStrv) names = g_listenv ();
  g_autofree char *config = NULL;

  for (char **name = names; *name != NULL; name++) {
    if (g_str_has_prefix (*name, "MDCORE_")
        && !g_str_has_prefix (*name, "MDCORE_TEST_"))
      g_unsetenv (*name);
  }
  fixture_dir = g_dir_make_tmp ("mdcore-config-XXXXXX", NULL);
  g_assert_nonnull (fixture_dir);
  g_assert_cmpint (chdir (fixture_dir), ==, 0);
  config = g_build_filename (fixture_dir, "home", NULL);
  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_setenv ("MDCORE_SYSTEM_CONFIG", "system.ini", TRUE);
}

static inline void
fixture_write (const char *name, const char *text)
{
  g_autofree char *dir = g_path_get_dirname (name);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (dir, 0755);
  g_file_set_contents (name, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (name, 0644), ==, 0);
}

static inline void
fixture_end (void)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", fixture_dir);

  g_assert_cmpint (chdir ("/"), ==, 0);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (fixture_dir);
}

/* Files of one test do not reach the next.                                 */
static inline void
fixture_reset (void)
{
  static const char *const names[] = { "us.ini", "system.ini",
                                       "home/mdcore/mdcore.ini" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_unlink (names[i]);
}

static inline Job *
fixture_load_with (const char *text, const char *const *sets)
{
  JobOverrides overrides = { .sets = sets };
  g_autoptr (GError) error = NULL;
  Job *job;

  fixture_write ("us.ini", text);
  job = job_load ("us.ini", &overrides, &error);
  g_assert_no_error (error);
  g_assert_nonnull (job);
  return job;
}

static inline Job *
fixture_load (const char *text)
{
  return fixture_load_with (text, NULL);
}

/* All faults of a text that must have some.  (transfer full)               */
static inline char *
fixture_faults_with (const char *text, const char *const *sets)
{
  JobOverrides overrides = { .sets = sets };
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = NULL;

  fixture_write ("us.ini", text);
  job = job_load ("us.ini", &overrides, &error);
  g_assert_null (job);
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  return g_strdup (error->message);
}

static inline char *
fixture_faults (const char *text)
{
  return fixture_faults_with (text, NULL);
}

static inline void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" lacks \"%s\"", text, part);
}
