/* SPDX-License-Identifier: Apache-2.0
 *
 * config-checks.c - settings that are missing, wrong or strange, and where
 * secrets go.
 */
#include "private.h"

#include <string.h>

/* NULL when the settings are taken, else why not.  (transfer full)         */
static char *
bind_error (const Subject *subject, GPtrArray *sets)
{
  /* The job's file would say what is to be missing.                        */
  ConformInput input = *subject->input;
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = NULL;
  BoundKeys *keys = NULL;

  input.job = NULL;
  job = subject_job (&input, subject->plugin, sets, &error);
  if (job != NULL)
    keys = job_bind_keys (job, subject->plugin->desc.keys,
                          subject->plugin->desc.n_keys, &error);
  if (keys == NULL)
    return g_strdup (error->message);
  bound_keys_free (keys);
  return NULL;
}

/* Settings of all required keys, but `other` instead of `key`'s own; NULL:
 * none at all.  (transfer full)                                            */
static GPtrArray *
settings (const Subject *subject, const struct md_key *key, const char *other)
{
  GPtrArray *sets = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < subject->plugin->desc.n_keys; i++) {
    const struct md_key *one = plugin_key_at (subject->plugin, i);
    g_autofree char *value
      = one == key ? g_strdup (other) : subject_sample (one);

    if (value != NULL && (one == key || one->flags & MD_KEY_REQUIRED))
      subject_set (sets, one, value);
  }
  return sets;
}

static void
forget_environment (const struct md_key *key)
{
  g_auto (GStrv) names = g_strsplit (key->env != NULL ? key->env : "", "|",
                                     -1);

  for (char **name = names; *name != NULL; name++)
    g_unsetenv (*name);
}

/* `value` NULL: missing.  TRUE when it is refused by the key's name.       */
static gboolean
is_refused (const Subject *subject, const struct md_key *key,
            const char *value, char **ret_why)
{
  g_autoptr (GPtrArray) sets = settings (subject, key, value);
  g_autofree char *why = bind_error (subject, sets);
  const char *what = value != NULL ? value : "missing";

  if (why == NULL)
    check_failed (ret_why, "the key \"%s\" is %s and nothing is said",
                  key->name, what);
  else if (strstr (why, key->name) == NULL)
    check_failed (ret_why, "the key \"%s\" is %s, and the message does not "
                  "name it: %s", key->name, what, why);
  return *ret_why == NULL;
}

static gboolean
names_a_key (const Subject *subject, const char *message)
{
  for (gsize i = 0; i < subject->plugin->desc.n_keys; i++) {
    if (strstr (message, plugin_key_at (subject->plugin, i)->name) != NULL)
      return TRUE;
  }
  return FALSE;
}

/* What is not required may be missing; who minds says which key it is.     */
static ConformVerdict
open_with_required (const Subject *subject, char **ret_why)
{
  Trial trial;
  void *session;

  check_at ("`open` with the required keys alone");
  trial_begin (&trial, subject, &(TrialInput) { 0 });
  session = trial_open (&trial);
  if (session != NULL)
    subject->plugin->provider.close (session);
  else if (!names_a_key (subject, trial.err.message))
    check_failed (ret_why, "`open` with the required keys alone fails, and "
                  "the message names no key: %s", trial.err.message);
  trial_clear (&trial);
  return *ret_why == NULL ? CONFORM_PASS : CONFORM_FAIL;
}

ConformVerdict
check_keys (const Subject *subject, char **ret_why)
{
  for (gsize i = 0; i < subject->plugin->desc.n_keys; i++)
    forget_environment (plugin_key_at (subject->plugin, i));
  for (gsize i = 0; i < subject->plugin->desc.n_keys; i++) {
    const struct md_key *key = plugin_key_at (subject->plugin, i);

    check_at ("the key \"%s\"", key->name);
    if ((key->flags & MD_KEY_REQUIRED) != 0 && key->dflt == NULL
        && !is_refused (subject, key, NULL, ret_why))
      return CONFORM_FAIL;
    if (key->type != MD_STRING
        && !is_refused (subject, key, "no-such-value", ret_why))
      return CONFORM_FAIL;
  }
  return open_with_required (subject, ret_why);
}

/* ---- strange values ---------------------------------------------------- */

/* TRUE when it opens, or refuses with a sentence and a class that stops the
 * job.                                                                     */
static gboolean
opens_or_refuses (const Subject *subject, gsize i, const char *value,
                  char **ret_why)
{
  union md_value *slot = &subject->keys->values[i];
  const union md_value kept = *slot;
  const char *name = plugin_key_at (subject->plugin, i)->name;
  Trial trial;
  void *session;

  check_at ("`open` with the key \"%s\" set to \"%.40s\"", name, value);
  slot->s = value;
  trial_begin (&trial, subject, &(TrialInput) { 0 });
  session = trial_open (&trial);
  if (session != NULL)
    subject->plugin->provider.close (session);
  else if (trial.klass != MD_ERR_CONFIG && trial.klass != MD_ERR_AUTH
           && trial.klass != MD_ERR_REQUEST)
    check_failed (ret_why, "`open` with a strange \"%s\" fails as \"%s\" "
                  "instead of \"config\": %s", name,
                  error_class_name (trial.klass), trial.err.message);
  else if (trial.fault != NULL)
    check_failed (ret_why, "`open` with a strange \"%s\": %s", name,
                  trial.fault);
  trial_clear (&trial);
  *slot = kept;
  return *ret_why == NULL;
}

ConformVerdict
check_odd_values (const Subject *subject, char **ret_why)
{
  g_autofree char *longest = g_strnfill (100000, 'x');
  const char *const odd[] = { "", "/", "%s%n%s", "\xc3\xa9\n\"", longest };

  for (gsize i = 0; i < subject->plugin->desc.n_keys; i++) {
    if (plugin_key_at (subject->plugin, i)->type != MD_STRING)
      continue;
    for (gsize k = 0; k < G_N_ELEMENTS (odd); k++) {
      if (!opens_or_refuses (subject, i, odd[k], ret_why))
        return CONFORM_FAIL;
    }
  }
  return CONFORM_PASS;
}

/* ---- secrets ----------------------------------------------------------- */

ConformVerdict
check_secrets (const Subject *subject, char **ret_why)
{
  const TrialInput input = { .recording = subject->input->recording };
  Trial trial;

  if (subject->keys->secrets == NULL || subject->keys->secrets[0] == NULL)
    return check_skipped (ret_why, "no secret is set");
  check_at ("a fetch with secrets");
  trial_run (&trial, subject, &input);
  if (trial.leak != NULL)
    check_failed (ret_why, "a secret stands in %s; give md_auth the name of "
                  "its key", trial.leak);
  trial_clear (&trial);
  return *ret_why != NULL ? CONFORM_FAIL : CONFORM_PASS;
}
