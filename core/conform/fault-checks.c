/* SPDX-License-Identifier: Apache-2.0
 *
 * fault-checks.c - each fault at each answer of a recorded run.
 */
#include "private.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define CALLS_MAX 25 /* answers that are spoilt, spread over the run */

static gboolean
is_right (const Fault *fault, int klass)
{
  for (const int *one = fault->classes; *one != 0; one++) {
    if (*one == klass)
      return TRUE;
  }
  return FALSE;
}

/* NULL or why not.  (transfer full)                                        */
static char *
judge_fault (const Trial *good, const Trial *trial, const Fault *fault)
{
  const struct md_error *err = &trial->err;

  if (trial->klass == MD_OK && fault->may_reject && trial->rejected > 0)
    return NULL;
  if (trial->klass == MD_OK)
    return g_strdup ("it is taken for a good answer");
  if (!is_right (fault, trial->klass))
    return g_strdup_printf ("the class is \"%s\", not \"%s\" (%s)",
                            error_class_name (trial->klass),
                            error_class_name (fault->classes[0]),
                            err->message);
  if (trial->klass == MD_ERR_LIMITED && err->retry_after_ns <= 0)
    return g_strdup ("the vendor's Retry-After is lost");
  if (good->fault == NULL && trial->fault != NULL)
    return g_strdup (trial->fault);
  return compare_covered (good, trial);
}

static char *
try_fault (const Subject *subject, const Trial *good, const Fault *fault,
           guint call, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *why = NULL;
  Trial trial;

  check_at ("%s as answer %u", fault->title, call + 1);
  if (!fault_write (subject->input->recording, call, fault, path, &error))
    return error != NULL ? g_strdup (error->message) : NULL;
  trial_run (&trial, subject, &(TrialInput) { .recording = path });
  why = judge_fault (good, &trial, fault);
  trial_clear (&trial);
  return why != NULL ? g_strdup_printf ("%s as answer %u: %s", fault->title,
                                        call + 1, why) : NULL;
}

/* All that is wrong, so that one run shows it.                             */
static ConformVerdict
try_all (const Subject *subject, const Trial *good, guint calls,
         const char *path, char **ret_why)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (const Fault *fault = faults; fault->name != NULL; fault++) {
    for (guint i = 0; i < calls; i += calls / CALLS_MAX + 1) {
      g_autofree char *why = try_fault (subject, good, fault, i, path);

      if (why == NULL)
        continue;
      g_string_append_printf (all, "%s%s", all->len > 0 ? "; " : "", why);
      break;
    }
  }
  if (all->len == 0)
    return CONFORM_PASS;
  *ret_why = g_string_free (g_steal_pointer (&all), FALSE);
  return CONFORM_FAIL;
}

static ConformVerdict
with_copy (const Subject *subject, const Trial *good, char **ret_why)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  gint calls = fault_count (subject->input->recording, &error);
  int fd = calls >= 0
    ? g_file_open_tmp ("mdcore-conform-XXXXXX", &path, &error) : -1;
  ConformVerdict verdict;

  if (fd < 0)
    return check_failed (ret_why, "%s", error->message);
  close (fd);
  verdict = try_all (subject, good, (guint) calls, path, ret_why);
  g_unlink (path);
  return verdict;
}

ConformVerdict
check_faults (const Subject *subject, char **ret_why)
{
  const TrialInput input = { .recording = subject->input->recording };
  ConformVerdict verdict;
  Trial good;

  if (input.recording == NULL)
    return check_skipped (ret_why, "it needs a recording: --recording FILE");
  check_at ("the recorded run");
  trial_run (&good, subject, &input);
  if (good.klass != MD_OK)
    verdict = check_failed (ret_why, "the recorded run fails: %s",
                            good.err.message);
  else
    verdict = with_copy (subject, &good, ret_why);
  trial_clear (&good);
  return verdict;
}
