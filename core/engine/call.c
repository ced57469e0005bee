/* SPDX-License-Identifier: Apache-2.0
 *
 * call.c - a call's life, and the small services: log, time, cancel.
 */
#include "call.h"

#include "data/interval.h"
#include "data/spans.h"
#include "observe/log.h"

#include <string.h>

void
call_env_waiting (CallEnv *env, const char *why)
{
  __atomic_store_n (&env->waiting, why, __ATOMIC_RELAXED);
}

static void
free_columns (gpointer columns)
{
  if (columns != NULL)
    columns_free (columns);
}

/* Each selector keeps its own coverage and mappings.                       */
static void
init_selectors (struct md_call *call)
{
  const struct md_request *request = call->request;

  call->n_selectors = request->n_symbols > 0 ? request->n_symbols : 1;
  call->spans = g_new0 (GArray *, call->n_selectors);
  call->mappings = g_new0 (GPtrArray *, call->n_selectors);
  call->had_rows = g_new0 (guint8, call->n_selectors);
  for (guint i = 0; i < call->n_selectors; i++) {
    call->spans[i] = spans_new ();
    call->mappings[i]
      = g_ptr_array_new_with_free_func ((GDestroyNotify) mapping_free);
  }
  for (guint i = 0; i < request->n_symbols; i++) {
    char *name = g_strdup (request->symbols[i]);

    g_ptr_array_add (call->names, name);
    g_hash_table_insert (call->ids, name, GUINT_TO_POINTER (i));
  }
}

struct md_call *
call_new (CallEnv *env, const struct md_request *request,
          const struct md_table *table, CoveredFn on_covered, gpointer data)
{
  struct md_call *call = g_new0 (struct md_call, 1);

  call->env = env;
  call->request = request;
  call->table = table;
  call->on_covered = on_covered;
  call->data = data;
  call->ids = g_hash_table_new (g_str_hash, g_str_equal);
  call->names = g_ptr_array_new_with_free_func (g_free);
  call->builders = g_ptr_array_new_with_free_func (free_columns);
  call->scratch = g_byte_array_new ();
  call->dead
    = g_ptr_array_new_with_free_func ((GDestroyNotify) dead_letter_free);
  call->raw
    = g_ptr_array_new_with_free_func ((GDestroyNotify) raw_answer_free);
  call->hashes = g_string_new (NULL);
  call->conns
    = g_ptr_array_new_with_free_func ((GDestroyNotify) call_conn_free);
  if (request != NULL)
    init_selectors (call);
  return call;
}

void
call_free (struct md_call *call)
{
  if (call == NULL)
    return;
  for (guint i = 0; i < call->n_selectors; i++) {
    g_array_unref (call->spans[i]);
    g_ptr_array_unref (call->mappings[i]);
  }
  g_free (call->spans);
  g_free (call->mappings);
  g_free (call->had_rows);
  g_clear_pointer (&call->reply, net_reply_free);
  g_free (call->recalled);
  g_ptr_array_unref (call->builders);
  g_hash_table_unref (call->ids);
  g_ptr_array_unref (call->names);
  g_byte_array_unref (call->scratch);
  g_ptr_array_unref (call->dead);
  g_ptr_array_unref (call->raw);
  g_ptr_array_unref (call->conns);
  g_string_free (call->hashes, TRUE);
  g_free (call);
}

void *
call_open_session (CallEnv *env, struct md_error *err)
{
  struct md_call *call = call_new (env, NULL, NULL, NULL, NULL);
  void *session;

  md_error_init (err);
  session = env->plugin->provider.open (call, &call_host, env->keys->values,
                                        err);
  if (session == NULL && err->klass == MD_OK)
    md_fail (err, MD_ERR_INTERNAL, "out of memory");
  call_free (call);
  return session;
}

GArray *
call_missing (const struct md_call *call, guint symbol)
{
  g_autoptr (GArray) want = spans_new ();

  spans_add (want, call->request->from, call->request->to);
  return spans_subtract (want, call->spans[symbol]);
}

void
call_log (struct md_call *call, int level, const char *message)
{
  g_autofree char *clean
    = net_redact (message, (const char *const *) call->env->keys->secrets);

  log_event (level, "plugin.message", "%s: %s", call->env->plugin->desc.name,
             clean);
}

md_time
call_now (struct md_call *call)
{
  return clock_now ();
}

bool
call_cancelled (struct md_call *call)
{
  return cancel_requested (call->env->cancel);
}

void
call_bar (struct md_call *call, const struct md_interval *interval, md_time t,
          md_time *ret_from, md_time *ret_to)
{
  *ret_from = interval_floor (interval, t);
  *ret_to = interval_next (interval, t);
}

static int
no_subscribed (struct md_call *call, uint32_t symbol, struct md_error *err)
{
  return md_fail (err, MD_ERR_UNSUPPORTED,
                  "`subscribed` belongs to streams, not to fetch");
}

static int
no_gap (struct md_call *call, uint32_t symbol, md_time from, md_time to,
        const char *why, struct md_error *err)
{
  return md_fail (err, MD_ERR_UNSUPPORTED,
                  "`gap` belongs to streams, not to fetch");
}

static int
call_fact (struct md_call *call, const char *name, const char *value,
           struct md_error *err)
{
  if (call->listener == NULL || call->listener->fact == NULL)
    return md_fail (err, MD_ERR_UNSUPPORTED, "nobody asked for facts");
  call->listener->fact (name, value, call->listener->data);
  return MD_OK;
}

static int
call_condition (struct md_call *call, md_time from, md_time to,
                const char *condition, md_time changed, struct md_error *err)
{
  const Condition one = { .from = from,
                          .to = to,
                          .changed = changed,
                          .text = (char *) condition };

  if (call->listener == NULL || call->listener->condition == NULL)
    return md_fail (err, MD_ERR_UNSUPPORTED, "nobody asked for conditions");
  if (from >= to)
    return md_fail (err, MD_ERR_PROTOCOL, "a condition of no time at all");
  call->listener->condition (&one, call->listener->data);
  return MD_OK;
}

const struct md_host call_host = {
  .struct_size = sizeof (struct md_host),
  .abi_major = MD_ABI_MAJOR,
  .abi_minor = MD_ABI_MINOR,
  .log = call_log,
  .now = call_now,
  .cancelled = call_cancelled,
  .http = call_http,
  .read = call_read,
  .next_member = call_next_member,
  .header = call_header,
  .classify = call_classify,
  .connect = call_connect,
  .recv = call_recv,
  .send = call_send,
  .intern = call_intern,
  .emit = call_emit,
  .covered = call_covered,
  .mapping = call_mapping,
  .reject = call_reject,
  .subscribed = no_subscribed,
  .gap = no_gap,
  .permit = call_permit,
  .bar = call_bar,
  .wait = call_wait,
  .remember = call_remember,
  .recall = call_recall,
  .download = call_download,
  .discard = call_discard,
  .fact = call_fact,
  .condition = call_condition,
};
