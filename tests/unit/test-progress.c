/* SPDX-License-Identifier: Apache-2.0 */
#include "data/clock.h"
#include "observe/progress.h"
#include "observe/log.h"
#include "stderr-fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static char *
render (double fraction, guint64 rows, const char *waiting, guint width)
{
  const ProgressState state = { .fraction = fraction, .done = 3, .total = 10,
                                .rows = rows, .waiting = waiting };

  return progress_render ("us", &state, 60 * MD_SECOND, 1500, width);
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" lacks \"%s\"", text, part);
}

static void
test_the_line_tells_share_rate_time_left_and_reason (void)
{
  g_autofree char *line = render (0.25, 1234567, "rate limit, 12 s", 200);

  g_assert_cmpstr (line, ==, "us  [#####...............] 25 %  3/10 chunks  "
                   "1.2 M rows  1.5 k rows/s  ETA 3 min 00 s  waiting: rate "
                   "limit, 12 s");
}

static void
test_unfinished_work_never_claims_all (void)
{
  g_autofree char *line = render (0.9999, 1, NULL, 200);
  g_autofree char *done = render (1, 1, NULL, 200);

  assert_has (line, "99 %");
  assert_has (done, "100 %");
  g_assert_null (strstr (done, "ETA"));
}

static void
test_an_unknown_share_shows_no_bar (void)
{
  g_autofree char *line = render (-1, 1, NULL, 200);

  g_assert_null (strchr (line, '['));
  g_assert_null (strstr (line, "ETA"));
}

static void
test_counts_have_a_unit (void)
{
  static const struct {
    guint64 rows;
    const char *text;
  } cases[] = { { 0, "  0 rows" },           { 999, "  999 rows" },
                { 1000, "  1.0 k rows" },    { 999499, "  999 k rows" },
                { 999999, "  1.0 M rows" },  { 31000000, "  31 M rows" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *line = render (0.5, cases[i].rows, NULL, 200);

    assert_has (line, cases[i].text);
  }
}

/* A line that wraps cannot be taken back.                                  */
static void
test_a_narrow_terminal_cuts_the_line (void)
{
  g_autofree char *line = render (0.25, 1234567, NULL, 20);

  g_assert_cmpuint (strlen (line), ==, 20);
}

static void
test_without_a_terminal_a_log_line_comes_every_30_seconds (void)
{
  Captured captured = capture_begin ();
  Progress *progress = progress_new ("us", FALSE);
  g_autofree char *out = NULL;
  g_auto (GStrv) lines = NULL;

  for (int i = 0; i < 95; i++) {
    const ProgressState state = { .fraction = i / 100.0, .rows = i * 10 };

    clock_advance (MD_SECOND);
    progress_update (progress, &state);
  }
  progress_free (progress);
  out = capture_end (captured);
  lines = g_strsplit (out, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  assert_has (lines[0], "info progress: us  29 %  290 rows  10 rows/s");
  g_assert_null (strchr (out, '\r'));
}

static void
test_quiet_shows_nothing (void)
{
  Captured captured = capture_begin ();
  Progress *progress = progress_new ("us", TRUE);
  const ProgressState state = { .fraction = 0.5 };
  g_autofree char *out = NULL;

  clock_advance (60 * MD_SECOND);
  progress_update (progress, &state);
  progress_free (progress);
  out = capture_end (captured);
  g_assert_cmpstr (out, ==, "");
}

/* A terminal hands over what was written bit by bit: up to this mark.      */
#define END_MARK "<end of what was written>"

static char *
read_to_mark (int terminal)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char *mark;

  while ((mark = strstr (text->str, END_MARK)) == NULL) {
    char buf[4096];
    gssize n = read (terminal, buf, sizeof buf);

    g_assert_cmpint (n, >, 0);
    g_string_append_len (text, buf, n);
  }
  return g_strndup (text->str, (gsize) (mark - text->str));
}

/* What a terminal gets while `work` runs.  (transfer full)                 */
static char *
on_terminal (void (*work) (void))
{
  int terminal = posix_openpt (O_RDWR | O_NOCTTY), saved, slave;
  char *text;

  if (terminal < 0 || grantpt (terminal) != 0 || unlockpt (terminal) != 0)
    return NULL;
  slave = open (ptsname (terminal), O_RDWR | O_NOCTTY);
  if (slave < 0) {
    close (terminal);
    return NULL;
  }
  saved = dup (STDERR_FILENO);
  dup2 (slave, STDERR_FILENO);
  g_setenv ("TERM", "xterm", TRUE);
  work ();
  dup2 (saved, STDERR_FILENO);
  close (saved);
  g_assert_cmpint (write (slave, END_MARK, strlen (END_MARK)), >, 0);
  text = read_to_mark (terminal);
  close (slave);
  close (terminal);
  return text;
}

static void
log_a_warning (void)
{
  log_event (MD_LOG_WARNING, "a", "careful");
}

static void
update_twice_and_log (void)
{
  Progress *progress = progress_new ("us", FALSE);
  ProgressState state = { .fraction = 0.5, .rows = 10 };

  progress_update (progress, &state);
  state.fraction = 0.51;
  progress_update (progress, &state);
  log_event (MD_LOG_INFO, "a", "in between");
  clock_advance (MD_SECOND);
  progress_update (progress, &state);
  progress_free (progress);
  log_event (MD_LOG_INFO, "a", "afterwards");
}

static void
test_on_a_terminal_one_line_rewrites_itself (void)
{
  g_autofree char *out = on_terminal (update_twice_and_log);
  const char *log_line, *end;

  if (out == NULL) {
    g_test_skip ("no pseudo terminal to be had");
    return;
  }
  assert_has (out, "\r\033[Kus  [##########..........] 50 %");
  /* 100 ms have not passed: the second one is not shown yet.               */
  log_line = strstr (out, "in between");
  g_assert_nonnull (log_line);
  end = strstr (out, "51 %");
  g_assert_nonnull (end);
  g_assert_true (end > log_line);
  /* The log line stands on a line of its own, the progress below it again. */
  assert_has (out, "10 rows\r\033[K2023");
  assert_has (out, "in between\r\nus  [");
  assert_has (end, "\r\033[K2023");
}

static void
test_no_color_is_respected (void)
{
  g_autofree char *coloured = on_terminal (log_a_warning), *plain = NULL;

  if (coloured == NULL) {
    g_test_skip ("no pseudo terminal to be had");
    return;
  }
  assert_has (coloured, "\033[33mwarning\033[0m");
  g_setenv ("NO_COLOR", "1", TRUE);
  plain = on_terminal (log_a_warning);
  g_unsetenv ("NO_COLOR");
  assert_has (plain, " warning a: careful");
  g_assert_null (strchr (plain, '\033'));
}

#define ADD(name, test) g_test_add_func ("/progress/" name, test)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  clock_set_manual (1700000000 * MD_SECOND);
  ADD ("the-line-tells-share-rate-time-left-and-reason",
       test_the_line_tells_share_rate_time_left_and_reason);
  ADD ("unfinished-work-never-claims-all",
       test_unfinished_work_never_claims_all);
  ADD ("an-unknown-share-shows-no-bar", test_an_unknown_share_shows_no_bar);
  ADD ("counts-have-a-unit", test_counts_have_a_unit);
  ADD ("a-narrow-terminal-cuts-the-line",
       test_a_narrow_terminal_cuts_the_line);
  ADD ("without-a-terminal-a-log-line-comes-every-30-seconds",
       test_without_a_terminal_a_log_line_comes_every_30_seconds);
  ADD ("quiet-shows-nothing", test_quiet_shows_nothing);
  ADD ("on-a-terminal-one-line-rewrites-itself",
       test_on_a_terminal_one_line_rewrites_itself);
  ADD ("no-color-is-respected", test_no_color_is_respected);
  return g_test_run ();
}
