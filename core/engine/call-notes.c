/* SPDX-License-Identifier: Apache-2.0
 *
 * call-notes.c - what a provider that orders at the vendor and fetches later
 * needs: waiting in between, and notes that outlive a crash.
 *
 * A note is a document of the store, "note/PROVIDER/NAME", so a backup has it
 * and it is on disk when `remember` returns.
 */
#include "call.h"

#include "data/crash.h"

int
call_wait (struct md_call *call, int64_t ns, struct md_error *err)
{
  CallEnv *env = call->env;
  gint64 started = clock_monotonic (), until;
  gboolean reached;

  if (__builtin_add_overflow (started, MAX (ns, 0), &until)
      || (env->deadline != 0 && until > env->deadline))
    return call_stopped (env, "the vendor", err);
  call_env_waiting (env, "the vendor");
  reached = clock_wait_until (until, env->cancel);
  call_env_waiting (env, NULL);
  __atomic_add_fetch (&env->waited_ns,
                      (guint64) (clock_monotonic () - started),
                      __ATOMIC_RELAXED);
  return reached ? MD_OK : call_stopped (env, "the vendor", err);
}

static char *
note_name (const struct md_call *call, const char *name)
{
  return g_strdup_printf ("note/%s/%s", call->env->plugin->desc.name, name);
}

int
call_remember (struct md_call *call, const char *name, const char *text,
               struct md_error *err)
{
  g_autofree char *doc = note_name (call, name);
  g_autoptr (GError) error = NULL;

  if (call->env->store == NULL)
    return md_fail (err, MD_ERR_UNSUPPORTED,
                    "there is no store to keep the note \"%s\" in", name);
  crash_point ("note:before-write");
  /* A store has no way to drop a document; an empty one counts as none.     */
  if (!store_put_doc (call->env->store, doc, text != NULL ? text : "", &error))
    return md_fail (err, MD_ERR_INTERNAL, "the note \"%s\" cannot be kept: %s",
                    name, error->message);
  crash_point ("note:after-write");
  return MD_OK;
}

int
call_recall (struct md_call *call, const char *name, const char **ret_text,
             struct md_error *err)
{
  g_autofree char *doc = note_name (call, name);
  g_autoptr (GError) error = NULL;

  *ret_text = NULL;
  if (call->env->store == NULL)
    return MD_OK;
  g_free (call->recalled);
  call->recalled = store_get_doc (call->env->store, doc, &error);
  if (error != NULL)
    return md_fail (err, MD_ERR_INTERNAL, "the note \"%s\" cannot be read: %s",
                    name, error->message);
  if (call->recalled != NULL && *call->recalled != '\0')
    *ret_text = call->recalled;
  return MD_OK;
}
