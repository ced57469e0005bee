/* SPDX-License-Identifier: Apache-2.0 */
#include "config-fixture.h"

/* Line 6 of a file that is sound up to there.                              */
static const struct {
  const char *line, *fault;
} wrong_lines[] = {
  { "wrokers = 4", "us.ini:6: unknown key \"wrokers\" in [job] (did you mean "
                   "\"workers\"?)" },
  { "max-run-time = 5m", "us.ini:6: unknown key \"max-run-time\" in [job] (did "
                         "you mean \"max_run_time\"?)" },
  { "tickers = A", "us.ini:6: unknown key \"tickers\" in [job]" },
  { "path = x", "us.ini:6: unknown key \"path\" in [job] (it belongs to "
                "[store])" },
  { "workers = 4 # two a core", "us.ini:6: text after the value of \"workers\"" },
  { "workers = 4 ; two a core", "us.ini:6: text after the value of \"workers\"" },
  { "workers = 4\t# tab", "us.ini:6: text after the value of \"workers\"" },
  { "workers 4", "us.ini:6: neither a [group], nor" },
  { "; workers = 4", "us.ini:6: comments start with \"#\"" },
  { "workers = \"4\"", "us.ini:6: quotes would be part" },
  { "schema = trades", "us.ini:6: \"schema\" stands on line 3 already" },
  { "[job]", "us.ini:6: [job] stands on line 1 already" },
  { "[stroe]", "us.ini:6: unknown group [stroe] (did you mean \"store\"?)" },
  { "[sinks:lake]", "us.ini:6: unknown group [sinks:lake] (did you mean "
                    "\"sink\"?)" },
  { "[sink]", "us.ini:6: [sink] needs a name" },
  { "[sink:a b]", "us.ini:6: [sink:a b]: names are letters" },
  { "[provider:acme]", "us.ini:6: [provider:acme] stands in the system's" },
  { "[store] # here", "us.ini:6: text after [store]" },
  { "[store", "us.ini:6: \"[store\" lacks its \"]\"" },
  { "= 4", "us.ini:6: \"\" is no name of a key" },
  { "work ers = 4", "us.ini:6: \"work ers\" is no name of a key" },
  { "name = a\\qb", "us.ini:6: \"name\": a backslash starts" },
  { "name = \xff", "us.ini:6: not valid UTF-8" },
};

static void
test_a_wrong_line_is_named_with_its_number (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrong_lines); i++) {
    g_test_message ("%s", wrong_lines[i].line);
    g_autofree char *text = g_strconcat (JOB_HEAD, wrong_lines[i].line, "\n",
                                         NULL);
    g_autofree char *faults = fixture_faults (text);

    assert_has (faults, wrong_lines[i].fault);
    /* It is the only one.                                                  */
    g_assert_null (strchr (faults, '\n'));
  }
}

static void
test_an_unlikely_name_gets_no_suggestion (void)
{
  g_autofree char *faults = fixture_faults (JOB_HEAD "tickers = A\n");

  g_assert_null (strstr (faults, "did you mean"));
}

static void
test_all_faults_are_told_in_the_order_of_lines (void)
{
  g_autofree char *faults = fixture_faults (
    "[job]\nprovider = acme\nwrokers = 4\nschema = trades\nsymbols = A\n"
    "start = yesterday\n[stroe]\npath = x\n[retry]\nbase = 1\n");
  g_auto (GStrv) lines = g_strsplit (faults, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  assert_has (lines[0], "us.ini:3: unknown key \"wrokers\"");
  assert_has (lines[1], "us.ini:6: [job] start: \"yesterday\" is no time");
  assert_has (lines[2], "us.ini:7: unknown group [stroe]");
  assert_has (lines[3], "us.ini:10: [retry] base: \"1\" is no duration");
}

static void
test_keys_of_an_unknown_group_are_not_faults_of_their_own (void)
{
  g_autofree char *faults = fixture_faults (JOB_HEAD "[stroe]\na = 1\nb = 2\n");

  g_assert_null (strchr (faults, '\n'));
}

static void
test_a_key_before_the_first_group_is_a_fault (void)
{
  g_autofree char *faults = fixture_faults ("workers = 4\n" JOB_HEAD);

  assert_has (faults, "us.ini:1: \"workers\" stands before the first [group]");
}

static void
test_hashes_and_semicolons_inside_a_word_belong_to_it (void)
{
  g_autoptr (Job) job = fixture_load (JOB_HEAD "name = a#b;c\n");

  g_assert_cmpstr (job->name, ==, "a#b;c");
}

static void
test_escapes_are_those_of_key_files (void)
{
  g_autoptr (Job) job = fixture_load (JOB_HEAD "name = a\\s#b\\\\c\n");

  g_assert_cmpstr (job->name, ==, "a #b\\c");
}

static void
test_blanks_around_key_and_value_are_not_theirs (void)
{
  g_autoptr (Job) job = fixture_load (JOB_HEAD "  name\t=\t a b  \t\n");

  g_assert_cmpstr (job->name, ==, "a b");
}

static void
test_windows_files_read_the_same (void)
{
  g_autoptr (Job) job = fixture_load (
    "\xef\xbb\xbf[job]\r\nprovider = acme\r\n\r\n# one\r\nschema = trades\r\n"
    "symbols = A\r\nstart = 2024-01-01\r\n");

  g_assert_cmpstr (job->provider, ==, "acme");
  g_assert_cmpstr (job->schemas[0], ==, "trades");
}

static void
test_a_nul_byte_is_a_fault (void)
{
  static const char text[] = "[job]\nprovider = ac\0me\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = NULL;

  g_assert_true (g_file_set_contents ("us.ini", text, sizeof text - 1, NULL));
  job = job_load ("us.ini", NULL, &error);
  g_assert_null (job);
  assert_has (error->message, "us.ini:2: a NUL byte");
}

static void
test_a_line_without_a_key_is_not_repeated_in_the_message (void)
{
  g_autofree char *faults = fixture_faults (JOB_HEAD "PKABCDEF0123456789\n");

  g_assert_null (strstr (faults, "PKABCDEF0123456789"));
}

static void
test_a_file_that_is_none_is_told_in_one_line (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) missing = job_load ("nothing.ini", NULL, &error);
  g_autoptr (Job) folder = NULL;

  g_assert_null (missing);
  assert_has (error->message, "nothing.ini: No such file");
  g_clear_error (&error);
  folder = job_load (".", NULL, &error);
  g_assert_null (folder);
  assert_has (error->message, "is a folder");
}

static void
test_a_file_of_rubbish_ends_soon (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *faults = NULL;

  for (int i = 0; i < 50000; i++)
    g_string_append_printf (text, "rubbish %d\n", i);
  faults = fixture_faults (text->str);
  assert_has (faults, "more");
  g_assert_cmpuint (strlen (faults), <, 20000);
}

/* Any change of a sound file is refused or read, and never crashes.        */
static void
test_mutations_are_refused_or_read (void)
{
  static const char sound[] = JOB_HEAD
    "workers = 4\n[store]\npath = x\n[sink:lake]\ntype = csv\n"
    "[rate_limit]\nrate = 10/s burst 3\nbucket.a = 5/min\n";
  g_autoptr (GRand) rand = g_rand_new_with_seed (20240101);

  for (int round = 0; round < 3000; round++) {
    char text[sizeof sound];
    g_autoptr (GError) error = NULL;
    g_autoptr (Job) job = NULL;
    JobOverrides none = { 0 };

    memcpy (text, sound, sizeof sound);
    for (int i = g_rand_int_range (rand, 1, 6); i > 0; i--)
      text[g_rand_int_range (rand, 0, sizeof sound - 1)]
        = "\n[]=#; \\\xff\0${a9"[g_rand_int_range (rand, 0, 14)];
    g_assert_true (g_file_set_contents ("us.ini", text, sizeof sound - 1,
                                        NULL));
    job = job_load ("us.ini", &none, &error);
    g_assert_true ((job == NULL) == (error != NULL));
  }
}

#define ADD(name, test) g_test_add_func ("/config-scan/" name, test)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  ADD ("a-wrong-line-is-named-with-its-number",
       test_a_wrong_line_is_named_with_its_number);
  ADD ("an-unlikely-name-gets-no-suggestion",
       test_an_unlikely_name_gets_no_suggestion);
  ADD ("all-faults-are-told-in-the-order-of-lines",
       test_all_faults_are_told_in_the_order_of_lines);
  ADD ("keys-of-an-unknown-group-are-not-faults-of-their-own",
       test_keys_of_an_unknown_group_are_not_faults_of_their_own);
  ADD ("a-key-before-the-first-group-is-a-fault",
       test_a_key_before_the_first_group_is_a_fault);
  ADD ("hashes-and-semicolons-inside-a-word-belong-to-it",
       test_hashes_and_semicolons_inside_a_word_belong_to_it);
  ADD ("escapes-are-those-of-key-files", test_escapes_are_those_of_key_files);
  ADD ("blanks-around-key-and-value-are-not-theirs",
       test_blanks_around_key_and_value_are_not_theirs);
  ADD ("windows-files-read-the-same", test_windows_files_read_the_same);
  ADD ("a-nul-byte-is-a-fault", test_a_nul_byte_is_a_fault);
  ADD ("a-line-without-a-key-is-not-repeated-in-the-message",
       test_a_line_without_a_key_is_not_repeated_in_the_message);
  ADD ("a-file-that-is-none-is-told-in-one-line",
       test_a_file_that_is_none_is_told_in_one_line);
  ADD ("a-file-of-rubbish-ends-soon", test_a_file_of_rubbish_ends_soon);
  ADD ("mutations-are-refused-or-read", test_mutations_are_refused_or_read);
  status = g_test_run ();
  fixture_end ();
  return status;
}
