/* SPDX-License-Identifier: Apache-2.0 */
#include "config-fixture.h"

#define SECRET "s3cr3t-v4lue"

static const struct md_key keys[] = {
  { .name = "key_id", .type = MD_STRING, .env = "ACME_ID|ACME_KEY",
    .doc = "key id" },
  { .name = "secret_key", .type = MD_STRING, .flags = MD_KEY_SECRET,
    .env = "ACME_SECRET", .doc = "secret" },
  { .name = "pin", .type = MD_INT, .flags = MD_KEY_SECRET, .doc = "number" },
};

static BoundKeys *
bind (const Job *job, GError **error)
{
  return job_bind_keys (job, keys, G_N_ELEMENTS (keys), error);
}

/* What [provider] with this line gives for secret_key.  (transfer full)    */
static char *
bound (const char *value)
{
  g_autofree char *text = g_strdup_printf (JOB_HEAD "[provider]\n"
                                           "secret_key = %s\n", value);
  g_autoptr (Job) job = fixture_load (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (BoundKeys) keys_of_job = bind (job, &error);

  g_assert_no_error (error);
  return g_strdup (bound_keys_get (keys_of_job, "secret_key"));
}

static char *
refused_with (const char *value, const char *const *sets)
{
  g_autofree char *text
    = value != NULL ? g_strdup_printf (JOB_HEAD "[provider]\nsecret_key = "
                                       "%s\n", value)
                    : g_strdup (JOB_HEAD);
  g_autoptr (Job) job = fixture_load_with (text, sets);
  g_autoptr (GError) error = NULL;
  g_autoptr (BoundKeys) none = bind (job, &error);

  g_assert_null (none);
  g_assert_error (error, CORE_ERROR, CORE_ERROR_USAGE);
  return g_strdup (error->message);
}

static char *
refused (const char *value)
{
  return refused_with (value, NULL);
}

static void
test_a_variable_is_read (void)
{
  g_autofree char *value = NULL;

  g_setenv ("MY_SECRET", SECRET, TRUE);
  value = bound ("${env:MY_SECRET}");
  g_assert_cmpstr (value, ==, SECRET);
}

static void
test_an_unset_or_empty_variable_is_an_error_with_its_line (void)
{
  g_autofree char *unset = NULL, *empty = NULL;

  g_unsetenv ("MY_OTHER");
  unset = refused ("${env:MY_OTHER}");
  assert_has (unset, "us.ini:7: [provider] secret_key: the environment "
                     "variable MY_OTHER is not set");
  g_setenv ("MY_OTHER", "", TRUE);
  empty = refused ("${env:MY_OTHER}");
  assert_has (empty, "MY_OTHER is empty");
}

static void
test_a_file_is_read_without_its_last_newline (void)
{
  g_autofree char *value = NULL;

  fixture_write ("key.txt", SECRET "\n");
  value = bound ("${file:key.txt}");
  g_assert_cmpstr (value, ==, SECRET);
}

static void
test_a_missing_empty_or_binary_file_is_an_error (void)
{
  g_autofree char *missing = refused ("${file:none.txt}"), *empty = NULL;
  g_autofree char *binary = NULL;

  assert_has (missing, "us.ini:7: [provider] secret_key: ");
  assert_has (missing, "none.txt");
  fixture_write ("empty.txt", "\n");
  empty = refused ("${file:empty.txt}");
  assert_has (empty, "empty.txt is empty");
  g_assert_true (g_file_set_contents ("binary", "a\0b", 3, NULL));
  binary = refused ("${file:binary}");
  assert_has (binary, "binary is no text");
}

static void
test_a_credential_of_systemd_is_read (void)
{
  g_autofree char *without = NULL, *value = NULL, *climb = NULL;
  g_autofree char *missing = NULL;

  g_unsetenv ("CREDENTIALS_DIRECTORY");
  without = refused ("${cred:acme}");
  assert_has (without, "no $CREDENTIALS_DIRECTORY");
  fixture_write ("creds/acme", SECRET);
  g_setenv ("CREDENTIALS_DIRECTORY", "creds", TRUE);
  value = bound ("${cred:acme}");
  g_assert_cmpstr (value, ==, SECRET);
  missing = refused ("${cred:other}");
  assert_has (missing, "creds/other");
  climb = refused ("${cred:../us.ini}");
  assert_has (climb, "is no name of a credential");
}

static void
test_a_reference_may_be_a_part_and_is_not_read_twice (void)
{
  g_autofree char *value = NULL;

  g_setenv ("MY_SECRET", "${env:HOME}", TRUE);
  value = bound ("a-${env:MY_SECRET}-$${b}-$c");
  g_assert_cmpstr (value, ==, "a-${env:HOME}-${b}-$c");
}

static void
test_what_is_no_reference_is_an_error (void)
{
  g_autofree char *unknown = refused ("${vault:x}"), *open = refused ("${env:A");
  g_autofree char *nothing = refused ("${env:}");

  assert_has (unknown, "\"${vault:x}\" is none of ${env:NAME}");
  assert_has (open, "\"${\" lacks its \"}\"");
  assert_has (nothing, "is none of");
}

static void
test_a_literal_secret_in_a_readable_file_is_refused (void)
{
  g_autofree char *faults = refused (SECRET);

  assert_has (faults, "us.ini:7: [provider] secret_key is a secret, and others "
                      "may read us.ini (mode 0644): run `chmod 600 us.ini`, "
                      "or write secret_key = ${env:ACME_SECRET}");
  g_assert_null (strstr (faults, SECRET));
}

static void
test_a_literal_secret_in_a_private_file_is_fine (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = NULL;
  g_autoptr (BoundKeys) keys_of_job = NULL;

  fixture_write ("us.ini", JOB_HEAD "[provider]\nsecret_key = " SECRET "\n");
  g_assert_cmpint (g_chmod ("us.ini", 0600), ==, 0);
  job = job_load ("us.ini", NULL, &error);
  g_assert_no_error (error);
  keys_of_job = bind (job, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (bound_keys_get (keys_of_job, "secret_key"), ==, SECRET);
}

static void
test_a_file_that_only_the_group_reads_is_readable_too (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = NULL;
  g_autoptr (BoundKeys) none = NULL;

  fixture_write ("us.ini", JOB_HEAD "[provider]\nsecret_key = " SECRET "\n");
  g_assert_cmpint (g_chmod ("us.ini", 0640), ==, 0);
  job = job_load ("us.ini", NULL, &error);
  g_assert_no_error (error);
  none = bind (job, &error);
  g_assert_null (none);
  assert_has (error->message, "mode 0640");
}

static void
test_an_escaped_reference_is_a_literal (void)
{
  g_autofree char *faults = refused ("$${env:HOME}");

  assert_has (faults, "is a secret");
}

static void
test_a_literal_secret_in_set_is_refused (void)
{
  static const char *const set[] = { "provider.secret_key=" SECRET, NULL };
  g_autofree char *faults = refused_with (NULL, set);

  assert_has (faults, "--set: [provider] secret_key is a secret, and every "
                      "user of this machine sees command lines");
  g_assert_null (strstr (faults, SECRET));
}

static void
test_a_reference_in_set_is_fine (void)
{
  static const char *const set[] = { "provider.secret_key=${env:MY_SECRET}",
                                     NULL };
  g_autoptr (Job) job = fixture_load_with (JOB_HEAD, set);
  g_autoptr (GError) error = NULL;
  g_autoptr (BoundKeys) keys_of_job = NULL;

  g_setenv ("MY_SECRET", SECRET, TRUE);
  keys_of_job = bind (job, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (bound_keys_get (keys_of_job, "secret_key"), ==, SECRET);
}

static void
test_an_exposed_value_that_is_no_secret_is_fine (void)
{
  g_autoptr (Job) job = fixture_load (JOB_HEAD "[provider]\nkey_id = me\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (BoundKeys) keys_of_job = bind (job, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (bound_keys_get (keys_of_job, "key_id"), ==, "me");
}

static void
test_secrets_are_collected_for_the_log (void)
{
  g_autoptr (Job) job = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BoundKeys) keys_of_job = NULL;

  g_setenv ("ACME_ID", "just-an-id", TRUE);
  g_setenv ("ACME_SECRET", SECRET, TRUE);
  job = fixture_load (JOB_HEAD);
  keys_of_job = bind (job, &error);
  g_unsetenv ("ACME_ID");
  g_unsetenv ("ACME_SECRET");
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (keys_of_job->secrets), ==, 1);
  g_assert_cmpstr (keys_of_job->secrets[0], ==, SECRET);
}

static void
test_a_malformed_secret_is_told_without_its_text (void)
{
  g_autoptr (Job) job = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BoundKeys) none = NULL;

  g_setenv ("MY_SECRET", SECRET, TRUE);
  job = fixture_load (JOB_HEAD "[provider]\npin = ${env:MY_SECRET}\n");
  none = bind (job, &error);
  g_assert_null (none);
  assert_has (error->message, "us.ini:7: [provider] pin: the secret has not");
  g_assert_null (strstr (error->message, SECRET));
}

/* Reading what is held must not need the keys of what is fetched.          */
static void
test_a_job_loads_without_its_secrets (void)
{
  g_autoptr (Job) job = NULL;

  g_unsetenv ("MY_OTHER");
  job = fixture_load (JOB_HEAD "[provider]\nsecret_key = ${env:MY_OTHER}\n");
  g_assert_cmpstr (job->provider, ==, "acme");
}

static void
test_other_values_may_be_references_too (void)
{
  g_autoptr (Job) job = NULL;

  g_setenv ("MY_STORE", "/of/mine", TRUE);
  job = fixture_load (JOB_HEAD "[store]\npath = ${env:MY_STORE}/x\n");
  g_assert_cmpstr (job->store_path, ==, "/of/mine/x");
}

#define ADD(name, test) g_test_add_func ("/config-secrets/" name, test)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  ADD ("a-variable-is-read", test_a_variable_is_read);
  ADD ("an-unset-or-empty-variable-is-an-error-with-its-line",
       test_an_unset_or_empty_variable_is_an_error_with_its_line);
  ADD ("a-file-is-read-without-its-last-newline",
       test_a_file_is_read_without_its_last_newline);
  ADD ("a-missing-empty-or-binary-file-is-an-error",
       test_a_missing_empty_or_binary_file_is_an_error);
  ADD ("a-credential-of-systemd-is-read", test_a_credential_of_systemd_is_read);
  ADD ("a-reference-may-be-a-part-and-is-not-read-twice",
       test_a_reference_may_be_a_part_and_is_not_read_twice);
  ADD ("what-is-no-reference-is-an-error",
       test_what_is_no_reference_is_an_error);
  ADD ("a-literal-secret-in-a-readable-file-is-refused",
       test_a_literal_secret_in_a_readable_file_is_refused);
  ADD ("a-literal-secret-in-a-private-file-is-fine",
       test_a_literal_secret_in_a_private_file_is_fine);
  ADD ("a-file-that-only-the-group-reads-is-readable-too",
       test_a_file_that_only_the_group_reads_is_readable_too);
  ADD ("an-escaped-reference-is-a-literal",
       test_an_escaped_reference_is_a_literal);
  ADD ("a-literal-secret-in-set-is-refused",
       test_a_literal_secret_in_set_is_refused);
  ADD ("a-reference-in-set-is-fine", test_a_reference_in_set_is_fine);
  ADD ("an-exposed-value-that-is-no-secret-is-fine",
       test_an_exposed_value_that_is_no_secret_is_fine);
  ADD ("secrets-are-collected-for-the-log",
       test_secrets_are_collected_for_the_log);
  ADD ("a-malformed-secret-is-told-without-its-text",
       test_a_malformed_secret_is_told_without_its_text);
  ADD ("a-job-loads-without-its-secrets",
       test_a_job_loads_without_its_secrets);
  ADD ("other-values-may-be-references-too",
       test_other_values_may_be_references_too);
  status = g_test_run ();
  fixture_end ();
  return status;
}
