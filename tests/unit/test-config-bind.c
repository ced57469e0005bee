/* SPDX-License-Identifier: Apache-2.0 */
#include "config-fixture.h"

enum { ID, SECRET, URL, RETRIES, FAST, SHARE, EVERY, PLAN, FILES, N_KEYS };

static const struct md_key keys[N_KEYS] = {
  { .name = "key_id", .type = MD_STRING, .flags = MD_KEY_REQUIRED,
    .env = "ACME_ID|ACME_KEY", .doc = "key id" },
  { .name = "secret", .type = MD_STRING, .flags = MD_KEY_SECRET,
    .doc = "secret" },
  { .name = "base_url", .type = MD_STRING, .flags = MD_KEY_ORIGIN,
    .dflt = "https://api.acme.example/v2", .doc = "address" },
  { .name = "retries", .type = MD_INT, .doc = "number" },
  { .name = "fast", .type = MD_BOOL, .doc = "switch" },
  { .name = "share", .type = MD_DOUBLE, .doc = "number" },
  { .name = "every", .type = MD_DURATION, .dflt = "90s", .doc = "time" },
  { .name = "plan", .type = MD_CHOICE, .choices = "free|paid", .dflt = "free",
    .doc = "plan" },
  { .name = "files", .type = MD_STRING, .flags = MD_KEY_PATH, .doc = "folder" },
};

static BoundKeys *
bind_lines (const char *lines)
{
  g_autofree char *text = g_strconcat (JOB_HEAD "[provider]\n", lines, NULL);
  g_autoptr (Job) job = fixture_load (text);
  g_autoptr (GError) error = NULL;
  BoundKeys *bound = job_bind_keys (job, keys, N_KEYS, &error);

  g_assert_no_error (error);
  return bound;
}

static char *
refused (const char *lines)
{
  g_autofree char *text = g_strconcat (JOB_HEAD "[provider]\n", lines, NULL);
  g_autoptr (Job) job = fixture_load (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (BoundKeys) none = job_bind_keys (job, keys, N_KEYS, &error);

  g_assert_null (none);
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  return g_strdup (error->message);
}

static void
test_every_type_reaches_its_value (void)
{
  g_autoptr (BoundKeys) bound = bind_lines (
    "key_id = me\nretries = -3\nfast = yes\nshare = 0.25\nevery = 1h30m\n"
    "plan = paid\n");

  g_assert_cmpstr (bound->values[ID].s, ==, "me");
  g_assert_cmpint (bound->values[RETRIES].i, ==, -3);
  g_assert_true (bound->values[FAST].b);
  g_assert_cmpfloat (bound->values[SHARE].d, ==, 0.25);
  g_assert_cmpint (bound->values[EVERY].i, ==, 90 * MD_MINUTE);
  g_assert_cmpstr (bound->values[PLAN].s, ==, "paid");
}

static void
test_unset_keys_are_absent_or_their_default (void)
{
  g_autoptr (BoundKeys) bound = bind_lines ("key_id = me\n");

  g_assert_null (bound->values[SECRET].s);
  g_assert_cmpint (bound->values[RETRIES].i, ==, MD_ABSENT);
  g_assert_false (bound->values[FAST].b);
  g_assert_true (bound->values[SHARE].d != bound->values[SHARE].d);
  g_assert_cmpint (bound->values[EVERY].i, ==, 90 * MD_SECOND);
  g_assert_cmpstr (bound->values[PLAN].s, ==, "free");
  g_assert_null (bound_keys_get (bound, "retries"));
  g_assert_cmpstr (bound_keys_origin (bound, "plan"), ==, "built-in");
}

static void
test_a_missing_key_names_its_variables_and_the_file (void)
{
  g_autofree char *faults = refused ("");

  g_assert_cmpstr (faults, ==, "us.ini: acme needs \"key_id\" (key id): set "
                   "ACME_ID or ACME_KEY, or write key_id = ... in [provider]");
}

static void
test_the_usual_variable_counts_when_nothing_else_does (void)
{
  BoundKeys *bound;

  g_setenv ("ACME_KEY", "second", TRUE);
  bound = bind_lines ("");
  g_assert_cmpstr (bound->values[ID].s, ==, "second");
  g_assert_cmpstr (bound_keys_origin (bound, "key_id"), ==,
                   "environment ACME_KEY");
  bound_keys_free (bound);
  g_setenv ("ACME_ID", "first", TRUE);
  bound = bind_lines ("");
  g_assert_cmpstr (bound->values[ID].s, ==, "first");
  bound_keys_free (bound);
  bound = bind_lines ("key_id = written\n");
  g_assert_cmpstr (bound->values[ID].s, ==, "written");
  g_assert_cmpstr (bound_keys_origin (bound, "key_id"), ==, "us.ini:7");
  bound_keys_free (bound);
  g_unsetenv ("ACME_ID");
  g_unsetenv ("ACME_KEY");
}

static void
test_defaults_of_a_provider_stand_in_the_users_file (void)
{
  g_autoptr (BoundKeys) bound = NULL;

  fixture_write ("home/mdcore/mdcore.ini",
                 "[provider:other]\nkey_id = theirs\n"
                 "[provider:acme]\nkey_id = mine\nplan = paid\n");
  bound = bind_lines ("plan = free\n");
  g_assert_cmpstr (bound->values[ID].s, ==, "mine");
  g_assert_cmpstr (bound->values[PLAN].s, ==, "free");
  fixture_reset ();
}

static void
test_a_plain_provider_group_in_the_users_file_is_refused (void)
{
  g_autofree char *faults = NULL;

  fixture_write ("home/mdcore/mdcore.ini", "[provider]\nkey_id = mine\n");
  faults = fixture_faults (JOB_HEAD);
  assert_has (faults, "mdcore.ini:1: [provider] would apply to every provider");
  fixture_reset ();
}

static void
test_all_wrong_keys_are_told_at_once (void)
{
  g_autofree char *faults = refused ("key_idd = me\nretries = few\n"
                                     "plan = piad\nevery = soon\n");

  assert_has (faults, "us.ini:7: unknown key \"key_idd\" in [provider] of acme "
                      "(did you mean \"key_id\"?)");
  assert_has (faults, "us.ini:8: [provider] retries: \"few\" is no whole");
  assert_has (faults, "us.ini:9: [provider] plan: \"piad\" is none of free, "
                      "paid (did you mean \"paid\"?)");
  assert_has (faults, "us.ini:10: [provider] every: \"soon\" is no duration");
  assert_has (faults, "us.ini: acme needs \"key_id\"");
}

static const struct {
  const char *url, *origin;
} origins[] = {
  { "https://api.acme.example", "https://api.acme.example:443" },
  { "https://API.Acme.example:8443/a?b", "https://api.acme.example:8443" },
  { "http://127.0.0.1:9000/x", "http://127.0.0.1:9000" },
  { "http://[::1]/x", "http://[::1]:80" },
  { "wss://stream.acme.example", "wss://stream.acme.example:443" },
  { "tcp://live.acme.example:13000", "tcp://live.acme.example:13000" },
};

static void
test_origins_have_their_port (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (origins); i++) {
    g_autofree char *lines = g_strdup_printf ("key_id = a\nbase_url = %s\n",
                                              origins[i].url);
    g_autoptr (BoundKeys) bound = bind_lines (lines);

    g_assert_cmpuint (g_strv_length (bound->origins), ==, 1);
    g_assert_cmpstr (bound->origins[0], ==, origins[i].origin);
    g_assert_cmpstr (bound->values[URL].s, ==, origins[i].url);
  }
}

static void
test_what_is_no_origin_is_refused (void)
{
  static const char *const bad[] = { "api.acme.example", "https://",
                                     "ftp://x.example", "tcp://x.example",
                                     "https://me:pw@x.example" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *lines = g_strdup_printf ("key_id = a\nbase_url = %s\n",
                                              bad[i]);
    g_autofree char *faults = refused (lines);

    assert_has (faults, "us.ini:8: [provider] base_url: ");
    g_assert_null (strstr (faults, "me:pw"));
  }
}

static void
test_paths_are_absolute_from_the_file_that_names_them (void)
{
  g_autofree char *expected = g_build_filename (fixture_dir, "home/mdcore/in",
                                                NULL);
  g_autoptr (BoundKeys) bound = NULL, tilde = NULL, url = NULL;

  fixture_write ("home/mdcore/mdcore.ini", "[provider:acme]\nfiles = in\n");
  bound = bind_lines ("key_id = a\n");
  fixture_reset ();
  g_assert_cmpstr (bound->values[FILES].s, ==, expected);
  g_assert_cmpuint (g_strv_length (bound->paths), ==, 1);
  g_assert_cmpstr (bound->paths[0], ==, expected);
  tilde = bind_lines ("key_id = a\nfiles = ~/in\n");
  g_assert_true (g_str_has_prefix (tilde->values[FILES].s,
                                   g_get_home_dir ()));
  url = bind_lines ("key_id = a\nfiles = file:///data/in\n");
  g_assert_cmpstr (url->values[FILES].s, ==, "/data/in");
}

static void
test_a_provider_of_a_path_has_the_name_of_its_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = NULL;
  g_autoptr (BoundKeys) bound = NULL;
  g_autofree char *expected = g_build_filename (fixture_dir, "build/acme.so",
                                                NULL);

  fixture_write ("home/mdcore/mdcore.ini", "[provider:acme]\nkey_id = mine\n");
  job = fixture_load ("[job]\nprovider = ./build/acme.so\nschema = trades\n"
                      "symbols = A\nstart = 2024-01-01\n");
  g_assert_cmpstr (job->provider, ==, expected);
  bound = job_bind_keys (job, keys, N_KEYS, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (bound->values[ID].s, ==, "mine");
  fixture_reset ();
}

static void
test_a_sink_has_keys_of_its_own (void)
{
  static const struct md_key sink_keys[] = {
    { .name = "path", .type = MD_STRING,
      .flags = MD_KEY_REQUIRED | MD_KEY_PATH, .doc = "folder" },
  };
  g_autoptr (Job) job = fixture_load (
    JOB_HEAD "sinks = lake, pond\n[sink:lake]\ntype = csv\npath = out\n"
    "[sink:pond]\ntype = csv\npth = out\n");
  g_autofree char *expected = g_build_filename (fixture_dir, "out", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (BoundKeys) lake
    = job_bind_sink_keys (job, g_ptr_array_index (job->sinks, 0), sink_keys, 1,
                          &error);
  g_autoptr (BoundKeys) pond = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (lake->values[0].s, ==, expected);
  pond = job_bind_sink_keys (job, g_ptr_array_index (job->sinks, 1), sink_keys,
                             1, &error);
  g_assert_null (pond);
  assert_has (error->message, "us.ini:12: unknown key \"pth\" in [sink:pond] "
                              "of csv (did you mean \"path\"?)");
  assert_has (error->message, "us.ini: csv needs \"path\" (folder): write it "
                              "in [sink:pond]");
}

static void
test_a_plugin_without_keys_refuses_any (void)
{
  g_autoptr (Job) job = fixture_load (JOB_HEAD "[provider]\nkey_id = a\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (BoundKeys) none = job_bind_keys (job, NULL, 0, &error);

  g_assert_null (none);
  assert_has (error->message, "us.ini:7: unknown key \"key_id\"");
}

#define ADD(name, test) g_test_add_func ("/config-bind/" name, test)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  ADD ("every-type-reaches-its-value", test_every_type_reaches_its_value);
  ADD ("unset-keys-are-absent-or-their-default",
       test_unset_keys_are_absent_or_their_default);
  ADD ("a-missing-key-names-its-variables-and-the-file",
       test_a_missing_key_names_its_variables_and_the_file);
  ADD ("the-usual-variable-counts-when-nothing-else-does",
       test_the_usual_variable_counts_when_nothing_else_does);
  ADD ("defaults-of-a-provider-stand-in-the-users-file",
       test_defaults_of_a_provider_stand_in_the_users_file);
  ADD ("a-plain-provider-group-in-the-users-file-is-refused",
       test_a_plain_provider_group_in_the_users_file_is_refused);
  ADD ("all-wrong-keys-are-told-at-once",
       test_all_wrong_keys_are_told_at_once);
  ADD ("origins-have-their-port", test_origins_have_their_port);
  ADD ("what-is-no-origin-is-refused", test_what_is_no_origin_is_refused);
  ADD ("paths-are-absolute-from-the-file-that-names-them",
       test_paths_are_absolute_from_the_file_that_names_them);
  ADD ("a-provider-of-a-path-has-the-name-of-its-file",
       test_a_provider_of_a_path_has_the_name_of_its_file);
  ADD ("a-sink-has-keys-of-its-own", test_a_sink_has_keys_of_its_own);
  ADD ("a-plugin-without-keys-refuses-any",
       test_a_plugin_without_keys_refuses_any);
  status = g_test_run ();
  fixture_end ();
  return status;
}
