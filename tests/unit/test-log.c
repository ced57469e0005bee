/* SPDX-License-Identifier: Apache-2.0 */
#include "data/clock.h"
#include "data/redact.h"
#include "observe/log.h"
#include "stderr-fixture.h"

#include <jansson.h>
#include <string.h>

static void
restore (void)
{
  log_setup (LOG_TEXT, MD_LOG_INFO);
  log_set_context (NULL);
}

static const char *
text_of (const json_t *line, const char *name)
{
  return json_string_value (json_object_get (line, name));
}

static void
test_text_has_time_level_event_and_message (void)
{
  Captured captured = capture_begin ();
  g_autofree char *out = NULL;

  log_event (MD_LOG_WARNING, "chunk.retry", "attempt %d", 2);
  out = capture_end (captured);
  g_assert_cmpstr (out, ==,
                   "2023-11-14T22:13:20Z warning chunk.retry: attempt 2\n");
}

static void
test_less_than_the_level_is_silent (void)
{
  Captured captured = capture_begin ();
  g_autofree char *out = NULL;

  log_event (MD_LOG_DEBUG, "a", "not this");
  log_setup (LOG_TEXT, LOG_ERROR);
  log_event (MD_LOG_WARNING, "b", "nor this");
  log_event (LOG_ERROR, "c", "but this");
  restore ();
  out = capture_end (captured);
  g_assert_cmpstr (out, ==, "2023-11-14T22:13:20Z error c: but this\n");
}

static void
test_an_event_is_one_line_without_control_characters (void)
{
  Captured captured = capture_begin ();
  g_autofree char *out = NULL;

  log_event (MD_LOG_INFO, "a", "one\ntwo\033[2Jthree");
  out = capture_end (captured);
  g_assert_nonnull (strstr (out, "a: one\\x0atwo\\x1b[2Jthree\n"));
}

static void
test_json_carries_the_context_of_its_thread (void)
{
  const LogContext context = { .run = "r", .job = "j", .provider = "p",
                               .chunk = "3/17", .attempt = 2 };
  Captured captured = capture_begin ();
  g_autofree char *out = NULL;
  json_t *line;

  log_setup (LOG_JSON, MD_LOG_INFO);
  log_set_context (&context);
  log_event (MD_LOG_INFO, "chunk.retry", "a \"quoted\"\nword");
  restore ();
  out = capture_end (captured);
  line = json_loads (out, 0, NULL);
  g_assert_nonnull (line);
  g_assert_cmpstr (text_of (line, "ts"), ==, "2023-11-14T22:13:20Z");
  g_assert_cmpstr (text_of (line, "level"), ==, "info");
  g_assert_cmpstr (text_of (line, "event"), ==, "chunk.retry");
  g_assert_cmpstr (text_of (line, "run"), ==, "r");
  g_assert_cmpstr (text_of (line, "job"), ==, "j");
  g_assert_cmpstr (text_of (line, "provider"), ==, "p");
  g_assert_cmpstr (text_of (line, "chunk"), ==, "3/17");
  g_assert_cmpint (json_integer_value (json_object_get (line, "attempt")), ==,
                   2);
  g_assert_cmpstr (text_of (line, "message"), ==, "a \"quoted\"\nword");
  json_decref (line);
}

static void
test_json_leaves_out_what_is_not_known (void)
{
  const LogContext context = { .job = "j" };
  Captured captured = capture_begin ();
  g_autofree char *out = NULL;
  json_t *line;

  log_setup (LOG_JSON, MD_LOG_INFO);
  log_set_context (&context);
  log_event (MD_LOG_INFO, "a", "b");
  restore ();
  out = capture_end (captured);
  line = json_loads (out, 0, NULL);
  g_assert_null (json_object_get (line, "run"));
  g_assert_null (json_object_get (line, "attempt"));
  json_decref (line);
}

static void
test_json_survives_bytes_that_are_no_text (void)
{
  Captured captured = capture_begin ();
  g_autofree char *out = NULL;
  json_t *line;

  log_setup (LOG_JSON, MD_LOG_INFO);
  log_event (MD_LOG_INFO, "a", "x\xff\xfey");
  restore ();
  out = capture_end (captured);
  line = json_loads (out, 0, NULL);
  g_assert_nonnull (line);
  json_decref (line);
}

static gpointer
log_in_thread (gpointer data)
{
  const LogContext context = { .job = data };

  log_set_context (&context);
  for (int i = 0; i < 200; i++)
    log_event (MD_LOG_INFO, "t", "%s", (const char *) data);
  return NULL;
}

static void
test_lines_and_contexts_of_threads_do_not_mix (void)
{
  Captured captured = capture_begin ();
  GThread *a = g_thread_new (NULL, log_in_thread, (gpointer) "aaaa");
  GThread *b = g_thread_new (NULL, log_in_thread, (gpointer) "bbbb");
  g_autofree char *out = NULL;
  g_auto (GStrv) lines = NULL;

  g_thread_join (a);
  g_thread_join (b);
  out = capture_end (captured);
  lines = g_strsplit (out, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 401);
  for (int i = 0; i < 400; i++)
    g_assert_true (g_str_has_suffix (lines[i], "t: aaaa: aaaa")
                   || g_str_has_suffix (lines[i], "t: bbbb: bbbb"));
}

static void
test_secrets_never_leave (void)
{
  static const char *const secrets[] = { "s3cr3t/value+1", "s3cr3t", NULL };
  Captured captured = capture_begin ();
  g_autofree char *out = NULL;

  log_add_secrets (secrets);
  log_event (MD_LOG_INFO, "a", "key s3cr3t/value+1 and s3cr3t");
  log_event (MD_LOG_INFO, "b", "url ?k=s3cr3t%%2Fvalue%%2B1&x=1");
  log_setup (LOG_JSON, MD_LOG_INFO);
  log_event (MD_LOG_INFO, "c", "header s3cr3t/value+1");
  restore ();
  out = capture_end (captured);
  g_assert_null (strstr (out, "s3cr3t"));
  g_assert_null (strstr (out, "value"));
  g_assert_nonnull (strstr (out, "key *** and ***"));
  g_assert_nonnull (strstr (out, "url ?k=***&x=1"));
}

static void
test_encoded_secrets_are_found (void)
{
  g_autoptr (Redactor) redactor = redactor_new ();
  g_autofree char *whole = NULL, *longer = NULL;

  redactor_add (redactor, "Aladdin:open");
  /* base64 of "Aladdin:open" and of "Aladdin:open sesame".                 */
  whole = redactor_apply (redactor, "Basic QWxhZGRpbjpvcGVu");
  longer = redactor_apply (redactor, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  g_assert_cmpstr (whole, ==, "Basic ***");
  g_assert_cmpstr (longer, ==, "Basic ***IHNlc2FtZQ==");
}

static void
test_too_short_a_secret_does_not_blank_the_text (void)
{
  g_autoptr (Redactor) redactor = redactor_new ();
  g_autofree char *text = NULL;

  redactor_add (redactor, "a");
  redactor_add (redactor, "");
  text = redactor_apply (redactor, "a banana");
  g_assert_cmpstr (text, ==, "a banana");
}

static int hidden, shown;

static void
count_hide (void)
{
  hidden++;
}

static void
count_show (void)
{
  shown++;
}

static void
test_a_line_goes_above_the_progress_line (void)
{
  Captured captured = capture_begin ();
  g_autofree char *out = NULL;

  log_set_progress (count_hide, count_show);
  log_event (MD_LOG_INFO, "a", "b");
  log_event (MD_LOG_DEBUG, "a", "silent");
  log_set_progress (NULL, NULL);
  log_event (MD_LOG_INFO, "a", "b");
  out = capture_end (captured);
  g_assert_cmpint (hidden, ==, 1);
  g_assert_cmpint (shown, ==, 1);
}

#define ADD(name, test) g_test_add_func ("/log/" name, test)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  clock_set_manual (1700000000 * MD_SECOND);
  ADD ("text-has-time-level-event-and-message",
       test_text_has_time_level_event_and_message);
  ADD ("less-than-the-level-is-silent", test_less_than_the_level_is_silent);
  ADD ("an-event-is-one-line-without-control-characters",
       test_an_event_is_one_line_without_control_characters);
  ADD ("json-carries-the-context-of-its-thread",
       test_json_carries_the_context_of_its_thread);
  ADD ("json-leaves-out-what-is-not-known",
       test_json_leaves_out_what_is_not_known);
  ADD ("json-survives-bytes-that-are-no-text",
       test_json_survives_bytes_that_are_no_text);
  ADD ("lines-and-contexts-of-threads-do-not-mix",
       test_lines_and_contexts_of_threads_do_not_mix);
  ADD ("secrets-never-leave", test_secrets_never_leave);
  ADD ("encoded-secrets-are-found", test_encoded_secrets_are_found);
  ADD ("too-short-a-secret-does-not-blank-the-text",
       test_too_short_a_secret_does_not_blank_the_text);
  ADD ("a-line-goes-above-the-progress-line",
       test_a_line_goes_above_the_progress_line);
  return g_test_run ();
}
