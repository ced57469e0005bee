/* SPDX-License-Identifier: Apache-2.0 */
#include "config-fixture.h"

#define USER_FILE "home/mdcore/mdcore.ini"

static const ConfigValue *
setting (const Job *job, const char *group, const char *key)
{
  for (guint i = 0; i < job->settings->len; i++) {
    const ConfigValue *value = g_ptr_array_index (job->settings, i);

    if (strcmp (value->group, group) == 0 && strcmp (value->key, key) == 0)
      return value;
  }
  return NULL;
}

/* Each layer beats the ones before it.                                     */
static void
test_later_layers_beat_earlier_ones (void)
{
  static const char *const set[] = { "job.workers=7", NULL };
  static const char job_text[] = "[job]\ninclude = inc.ini\nprovider = acme\n"
                                 "schema = trades\nsymbols = A\n"
                                 "start = 2024-01-01\n";
  g_autofree char *with_workers = g_strconcat (job_text, "workers = 5\n", NULL);
  Job *job = fixture_load (JOB_HEAD);

  g_assert_cmpuint (job->workers, ==, 4);
  job_free (job);
  fixture_write ("system.ini", "[job]\nworkers = 1\n");
  job = fixture_load (JOB_HEAD);
  g_assert_cmpuint (job->workers, ==, 1);
  job_free (job);
  fixture_write (USER_FILE, "[job]\nworkers = 2\n");
  job = fixture_load (JOB_HEAD);
  g_assert_cmpuint (job->workers, ==, 2);
  job_free (job);
  fixture_write ("inc.ini", "[job]\nworkers = 3\n");
  job = fixture_load (job_text);
  g_assert_cmpuint (job->workers, ==, 3);
  job_free (job);
  job = fixture_load (with_workers);
  g_assert_cmpuint (job->workers, ==, 5);
  job_free (job);
  g_setenv ("MDCORE_JOB__WORKERS", "6", TRUE);
  job = fixture_load (with_workers);
  g_assert_cmpuint (job->workers, ==, 6);
  job_free (job);
  job = fixture_load_with (with_workers, set);
  g_assert_cmpuint (job->workers, ==, 7);
  job_free (job);
  g_unsetenv ("MDCORE_JOB__WORKERS");
  fixture_reset ();
}

static void
test_the_origin_of_each_value_is_known (void)
{
  static const char *const set[] = { "retry.base=2s", NULL };
  g_autoptr (Job) job = NULL;

  g_setenv ("MDCORE_BREAKER__THRESHOLD", "9", TRUE);
  job = fixture_load_with (JOB_HEAD "workers = 5\n", set);
  g_assert_cmpstr (setting (job, "job", "workers")->origin, ==, "us.ini:6");
  g_assert_cmpstr (setting (job, "retry", "base")->origin, ==, "--set");
  g_assert_cmpstr (setting (job, "retry", "cap")->origin, ==, "built-in");
  g_assert_cmpstr (setting (job, "breaker", "threshold")->origin, ==,
                   "environment MDCORE_BREAKER__THRESHOLD");
  g_unsetenv ("MDCORE_BREAKER__THRESHOLD");
}

static void
test_the_later_include_is_the_stronger_one (void)
{
  g_autoptr (Job) job = NULL;

  fixture_write ("a.ini", "[job]\nworkers = 2\nrevise = 1d\n");
  fixture_write ("b.ini", "[job]\nworkers = 3\n");
  job = fixture_load (JOB_HEAD "include = a.ini, b.ini\n");
  g_assert_cmpuint (job->workers, ==, 3);
  g_assert_cmpint (job->revise, ==, MD_DAY);
}

static void
test_an_include_is_relative_to_the_file_that_names_it (void)
{
  g_autoptr (Job) job = NULL;
  g_autoptr (GError) error = NULL;

  fixture_write ("jobs/one.ini", JOB_HEAD "include = base.ini\n");
  fixture_write ("jobs/base.ini", "[job]\nworkers = 8\n");
  job = job_load ("jobs/one.ini", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (job->workers, ==, 8);
}

static void
test_only_a_job_file_includes (void)
{
  g_autofree char *nested = NULL, *system = NULL;

  fixture_write ("a.ini", "[job]\ninclude = b.ini\n");
  fixture_write ("b.ini", "[job]\nworkers = 3\n");
  nested = fixture_faults (JOB_HEAD "include = a.ini\n");
  assert_has (nested, "a.ini:2: only a job file can include others");
  fixture_write ("system.ini", "[job]\ninclude = b.ini\n");
  system = fixture_faults (JOB_HEAD);
  assert_has (system, "system.ini:2: only a job file can include others");
  fixture_reset ();
}

static void
test_a_missing_include_is_named_with_its_line (void)
{
  g_autofree char *faults = fixture_faults (JOB_HEAD "include = none.ini\n");

  assert_has (faults, "us.ini:6: ");
  assert_has (faults, "none.ini: No such file");
}

static void
test_an_empty_value_is_as_if_not_written (void)
{
  g_autoptr (Job) job = NULL;

  fixture_write (USER_FILE, "[job]\nworkers = 2\nrevise = 3d\n");
  job = fixture_load (JOB_HEAD "workers =\n");
  g_assert_cmpuint (job->workers, ==, 4);
  g_assert_cmpint (job->revise, ==, 3 * MD_DAY);
  fixture_reset ();
}

static void
test_paths_are_relative_to_the_file_that_names_them (void)
{
  g_autofree char *in_home = g_build_filename (fixture_dir,
                                               "home/mdcore/data", NULL);
  g_autofree char *here = g_build_filename (fixture_dir, "jobs/data", NULL);
  g_autoptr (GError) error = NULL;
  Job *job;

  fixture_write (USER_FILE, "[store]\npath = data\n");
  job = fixture_load (JOB_HEAD);
  g_assert_cmpstr (job->store_path, ==, in_home);
  job_free (job);
  fixture_write ("jobs/one.ini", JOB_HEAD "[store]\npath = data\n");
  job = job_load ("jobs/one.ini", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (job->store_path, ==, here);
  job_free (job);
  fixture_reset ();
}

static void
test_the_store_of_the_command_line_wins (void)
{
  JobOverrides overrides = { .store = "mine" };
  g_autofree char *mine = g_build_filename (fixture_dir, "mine", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = NULL;

  fixture_write ("us.ini", JOB_HEAD "[store]\npath = theirs\n");
  job = job_load ("us.ini", &overrides, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (job->store_path, ==, mine);
}

static void
test_without_a_path_the_store_is_the_default_one (void)
{
  g_autofree char *here = g_build_filename (fixture_dir, "mdcore-store", NULL);
  Job *job = fixture_load (JOB_HEAD);

  g_assert_cmpstr (job->store_path, ==, here);
  job_free (job);
  g_setenv ("MDCORE_STORE", "/somewhere", TRUE);
  job = fixture_load (JOB_HEAD);
  g_assert_cmpstr (job->store_path, ==, "/somewhere");
  job_free (job);
  g_unsetenv ("MDCORE_STORE");
}

static void
test_names_in_the_environment_and_in_set_are_checked_too (void)
{
  static const char *const bad[] = { "job.wrokers=4", "jbo.workers=4",
                                     "workers=4", "job.workers", NULL };
  g_autofree char *faults = NULL;

  g_setenv ("MDCORE_JOB__WROKERS", "4", TRUE);
  faults = fixture_faults_with (JOB_HEAD, bad);
  g_unsetenv ("MDCORE_JOB__WROKERS");
  assert_has (faults, "environment MDCORE_JOB__WROKERS: unknown key "
                      "\"wrokers\" in [job] (did you mean \"workers\"?)");
  assert_has (faults, "--set: unknown key \"wrokers\" in [job] (did you mean");
  assert_has (faults, "--set: unknown group [jbo] (did you mean \"job\"?)");
  assert_has (faults, "--set: \"workers\": write GROUP.KEY=VALUE");
  assert_has (faults, "--set: \"job.workers\": write GROUP.KEY=VALUE");
}

static void
test_a_set_value_may_hold_equals_signs_and_dots (void)
{
  static const char *const set[] = { "job.name=a=b.c", NULL };
  g_autoptr (Job) job = fixture_load_with (JOB_HEAD, set);

  g_assert_cmpstr (job->name, ==, "a=b.c");
}

static void
test_environment_names_reach_sinks_and_buckets (void)
{
  g_autoptr (Job) job = NULL;
  const SinkConfig *sink;
  const RateLimit *rate;

  g_setenv ("MDCORE_SINK_MY_LAKE__PATH", "/lake", TRUE);
  g_setenv ("MDCORE_RATE_LIMIT__BUCKET_TICKS", "3/s", TRUE);
  job = fixture_load (JOB_HEAD "sinks = my-lake\n[sink:my-lake]\ntype = csv\n");
  g_unsetenv ("MDCORE_SINK_MY_LAKE__PATH");
  g_unsetenv ("MDCORE_RATE_LIMIT__BUCKET_TICKS");
  sink = g_ptr_array_index (job->sinks, 0);
  g_assert_cmpstr (g_hash_table_lookup (sink->settings, "path"), ==, "/lake");
  rate = g_hash_table_lookup (job->buckets, "ticks");
  g_assert_nonnull (rate);
  g_assert_cmpfloat (rate->per_second, ==, 3);
}

static void
test_every_kind_of_value_reaches_its_member (void)
{
  g_autoptr (Job) job = fixture_load (
    "[job]\nprovider = acme\ndataset = a/raw, b\nschema = trades,ohlcv-1m\n"
    "symbols = A\nsymbol_kind = parent\nstart = 2024-01-01T12:00:00Z\n"
    "end = 2024-02-01\nmemory_limit = 64 MiB\n"
    "on_unknown = warn\nmax_run_time = 1h30m\nsinks = lake\n"
    "[store]\nraw = keep\nrows = off\n[sink:lake]\ntype = acme\n"
    "[retry]\nmax_retries = 0\n"
    "[rate_limit]\nrate = 200/min\nburst = 10\nbucket.ticks = 10/s burst 4\n"
    "[quality]\nmin_score = 0.9\nmax_volume = 1e9\n"
    "[notify]\nexec = logger done\n");
  const RateLimit *ticks = g_hash_table_lookup (job->buckets, "ticks");

  g_assert_cmpstr (job->name, ==, "us");
  g_assert_cmpstr (job->datasets[1], ==, "b");
  g_assert_cmpstr (job->schemas[1], ==, "ohlcv-1m");
  g_assert_cmpuint (job->selector, ==, MD_SELECT_PARENT);
  g_assert_cmpint (job->start, ==, 1704110400 * MD_SECOND);
  g_assert_cmpint (job->end, ==, 1706745600 * MD_SECOND);
  g_assert_cmpuint (job->memory_limit, ==, 64 << 20);
  g_assert_true (job->unknown_is_warning);
  g_assert_cmpint (job->max_run_time, ==, 90 * MD_MINUTE);
  g_assert_true (job->keep_raw);
  g_assert_true (job->rows_off);
  g_assert_cmpuint (job->retry.max_retries, ==, 0);
  g_assert_cmpfloat (job->rate.per_second, ==, 200.0 / 60);
  g_assert_cmpfloat (job->rate.burst, ==, 10);
  g_assert_cmpfloat (ticks->per_second, ==, 10);
  g_assert_cmpfloat (ticks->burst, ==, 4);
  g_assert_cmpfloat (job->quality.min_score, ==, 0.9);
  g_assert_cmpfloat (job->quality.max_volume, ==, 1e9);
  g_assert_true (job->quality.min_volume != job->quality.min_volume);
  g_assert_cmpstr (job->notify_exec, ==, "logger done");
}

/* With rows = off it is refused, so it is tested alone.                     */
static void
test_provisional_bars_can_be_asked_for (void)
{
  g_autoptr (Job) job = fixture_load (JOB_HEAD "provisional = yes\n");

  g_assert_true (job->provisional);
}

static void
test_without_keys_the_documented_defaults_hold (void)
{
  g_autoptr (Job) job = fixture_load (JOB_HEAD);

  g_assert_cmpuint (g_strv_length (job->datasets), ==, 0);
  g_assert_cmpuint (job->selector, ==, MD_SELECT_SYMBOL);
  g_assert_cmpint (job->end, ==, MD_ABSENT);
  g_assert_cmpint (job->revise, ==, 0);
  g_assert_cmpint (job->suspect_for, ==, 7 * MD_DAY);
  g_assert_cmpuint (job->memory_limit, ==, 256 << 20);
  g_assert_cmpuint (job->retry.max_retries, ==, 5);
  g_assert_cmpint (job->retry.base, ==, MD_SECOND);
  g_assert_cmpint (job->retry.cap, ==, MD_MINUTE);
  g_assert_cmpfloat (job->rate.per_second, ==, 0);
  g_assert_cmpfloat (job->quality.max_shrink, ==, 0.01);
  g_assert_false (job->unknown_is_warning);
  g_assert_false (job->keep_raw);
}

/* Line 6 again.                                                            */
static const struct {
  const char *lines, *fault;
} wrong_values[] = {
  { "workers = many", "us.ini:6: [job] workers: \"many\" is no whole number" },
  { "workers = 0", "us.ini:6: [job] workers: must be between 1 and 256" },
  { "workers = 99999999999999999999", "is no whole number" },
  { "workers = 4x", "is no whole number" },
  { "revise = 3", "us.ini:6: [job] revise: \"3\" is no duration" },
  { "provisional = maybe", "us.ini:6: [job] provisional: \"maybe\" is no" },
  { "on_unknown = wran", "(did you mean \"warn\"?)" },
  { "memory_limit = 1M", "must be at least 16777216" },
  { "memory_limit = 5 parsec", "is no size" },
  { "memory_limit = 99999999999T", "is no size" },
  { "end = 2023-01-01", "us.ini:6: [job] end: must be after start" },
  { "end = tomorrow", "us.ini:6: [job] end: \"tomorrow\" is no time" },
  { "[rate_limit]\nrate = 5", "us.ini:7: [rate_limit] rate: \"5\" is no rate" },
  { "[rate_limit]\nrate = 0/s", "is no rate" },
  { "[rate_limit]\nrate = 5/fortnight", "is no rate" },
  { "[rate_limit]\nbucket.x = fast", "us.ini:7: [rate_limit] bucket.x: " },
  { "[quality]\nmin_score = 2", "must be between 0 and 1" },
  { "[quality]\nmin_score = nan", "is no number" },
  { "[retry]\nbase = 2m", "[retry] cap: must not be less than base" },
  { "sinks = lake", "us.ini:6: [job] sinks: there is no [sink:lake]" },
  { "[sink:lake]\ntype = csv", "us.ini:7: [job] sinks does not name \"lake\"" },
};

static void
test_a_wrong_value_is_named_with_its_line (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrong_values); i++) {
    g_autofree char *text = g_strconcat (JOB_HEAD, wrong_values[i].lines, "\n",
                                         NULL);
    g_autofree char *faults = fixture_faults (text);

    assert_has (faults, wrong_values[i].fault);
    g_assert_null (strchr (faults, '\n'));
  }
}

static void
test_start_does_not_move_with_the_runs (void)
{
  g_autofree char *faults = fixture_faults (
    "[job]\nprovider = acme\nschema = trades\nsymbols = A\nstart = now\n");

  assert_has (faults, "us.ini:5: [job] start: \"now\" is no time");
}

static void
test_what_is_missing_is_told_at_once (void)
{
  g_autofree char *faults = fixture_faults ("[job]\nworkers = 2\n");

  assert_has (faults, "us.ini: [job] provider is missing");
  assert_has (faults, "us.ini: [job] schema is missing");
  assert_has (faults, "us.ini: [job] symbols is missing");
  assert_has (faults, "us.ini: [job] start is missing");
}

static void
test_a_job_needs_no_file (void)
{
  static const char *const symbols[] = { "A", "B", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = NULL;

  fixture_write (USER_FILE, "[job]\nworkers = 2\nstart = 2020-01-01\n");
  job = job_for_backfill ("acme", symbols, "trades", "2024-01-01", NULL, NULL,
                          &error);
  g_assert_no_error (error);
  g_assert_cmpstr (job->name, ==, "backfill");
  g_assert_null (job->file);
  g_assert_cmpstr (job->symbols[1], ==, "B");
  g_assert_cmpint (job->start, ==, 1704067200 * MD_SECOND);
  g_assert_cmpint (job->end, ==, MD_ABSENT);
  g_assert_cmpuint (job->workers, ==, 2);
  fixture_reset ();
}

#define ADD(name, test) g_test_add_func ("/config-layers/" name, test)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_begin ();
  ADD ("provisional-bars-can-be-asked-for",
       test_provisional_bars_can_be_asked_for);
  ADD ("later-layers-beat-earlier-ones", test_later_layers_beat_earlier_ones);
  ADD ("the-origin-of-each-value-is-known",
       test_the_origin_of_each_value_is_known);
  ADD ("the-later-include-is-the-stronger-one",
       test_the_later_include_is_the_stronger_one);
  ADD ("an-include-is-relative-to-the-file-that-names-it",
       test_an_include_is_relative_to_the_file_that_names_it);
  ADD ("only-a-job-file-includes", test_only_a_job_file_includes);
  ADD ("a-missing-include-is-named-with-its-line",
       test_a_missing_include_is_named_with_its_line);
  ADD ("an-empty-value-is-as-if-not-written",
       test_an_empty_value_is_as_if_not_written);
  ADD ("paths-are-relative-to-the-file-that-names-them",
       test_paths_are_relative_to_the_file_that_names_them);
  ADD ("the-store-of-the-command-line-wins",
       test_the_store_of_the_command_line_wins);
  ADD ("without-a-path-the-store-is-the-default-one",
       test_without_a_path_the_store_is_the_default_one);
  ADD ("names-in-the-environment-and-in-set-are-checked-too",
       test_names_in_the_environment_and_in_set_are_checked_too);
  ADD ("a-set-value-may-hold-equals-signs-and-dots",
       test_a_set_value_may_hold_equals_signs_and_dots);
  ADD ("environment-names-reach-sinks-and-buckets",
       test_environment_names_reach_sinks_and_buckets);
  ADD ("every-kind-of-value-reaches-its-member",
       test_every_kind_of_value_reaches_its_member);
  ADD ("without-keys-the-documented-defaults-hold",
       test_without_keys_the_documented_defaults_hold);
  ADD ("a-wrong-value-is-named-with-its-line",
       test_a_wrong_value_is_named_with_its_line);
  ADD ("start-does-not-move-with-the-runs",
       test_start_does_not_move_with_the_runs);
  ADD ("what-is-missing-is-told-at-once", test_what_is_missing_is_told_at_once);
  ADD ("a-job-needs-no-file", test_a_job_needs_no_file);
  status = g_test_run ();
  fixture_end ();
  return status;
}
