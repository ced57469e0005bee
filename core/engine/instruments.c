/* SPDX-License-Identifier: Apache-2.0
 *
 * instruments.c - a list of what a provider has.  Nothing of it is stored: a
 * list says what there is today, not what there was.
 */
#include "instruments.h"

#include "call.h"
#include "retry.h"

#include "data/table.h"

#include <string.h>

void
instruments_free (Instruments *list)
{
  columns_free (list->rows);
  g_array_unref (list->symbols);
  g_ptr_array_unref (list->names);
  g_free (list->reasons);
  g_free (list);
}

static Instruments *
instruments_new (void)
{
  Instruments *list = g_new0 (Instruments, 1);

  list->rows = columns_new (table_builtin (MD_INSTRUMENT));
  list->symbols = g_array_new (FALSE, FALSE, sizeof (guint32));
  list->names = g_ptr_array_new_with_free_func (g_free);
  return list;
}

const char *
instruments_symbol (const Instruments *list, gsize row)
{
  return list->names->pdata[g_array_index (list->symbols, guint32, row)];
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const gsize *x = a, *y = b;
  int order = strcmp (instruments_symbol (data, *x),
                      instruments_symbol (data, *y));

  return order != 0 ? order : (*x > *y) - (*x < *y);
}

GArray *
instruments_by_symbol (const Instruments *list)
{
  GArray *order = g_array_sized_new (FALSE, FALSE, sizeof (gsize),
                                     (guint) list->rows->n);

  for (gsize i = 0; i < list->rows->n; i++)
    g_array_append_val (order, i);
  g_array_sort_with_data (order, compare, (gpointer) list);
  return order;
}

/* ---- rows ------------------------------------------------------------ */

static int
take_rows (struct md_call *call, const void *rows, gsize n, gsize stride,
           gpointer data, struct md_error *err)
{
  Instruments *list = data;

  for (gsize i = 0; i < n; i++) {
    const struct md_head *head
      = (const void *) ((const char *) rows + i * stride);

    if (head->symbol >= call->names->len)
      return md_fail (err, MD_ERR_INTERNAL,
                      "%s listed an instrument without a symbol",
                      call->env->plugin->desc.name);
    g_array_append_val (list->symbols, head->symbol);
  }
  columns_append_rows (list->rows, rows, n, stride,
                       (const char *const *) call->names->pdata,
                       call->names->len);
  return MD_OK;
}

/* Names and what could not be read outlive the call.                       */
static void
take_rest (struct md_call *call, Instruments *list)
{
  for (guint i = 0; i < call->names->len; i++)
    g_ptr_array_add (list->names, g_strdup (call->names->pdata[i]));
  list->unread = call->dead->len;
  if (call->dead->len > 0)
    list->reasons
      = g_strdup (((DeadLetter *) call->dead->pdata[0])->reasons);
}

/* ---- the question ---------------------------------------------------- */

static int
ask_once (CallEnv *env, void *session, const char *dataset,
          const char *pattern, Instruments *list, struct md_error *err)
{
  static const struct md_offer offer = { .schema = "instruments",
                                         .record = MD_INSTRUMENT };
  const struct md_request request = { .struct_size = sizeof request,
                                      .offer = &offer,
                                      .schema = offer.schema,
                                      .selector = MD_SELECT_ALL };
  struct md_call *call = call_new (env, &request, list->rows->table, NULL,
                                   list);
  int klass;

  call->on_rows = take_rows;
  md_error_init (err);
  klass = env->plugin->symbols.list (session, call, dataset, pattern, err);
  take_rest (call, list);
  gate_leave (env->gate);
  call_free (call);
  return klass;
}

/* The whole list or none: half of one would look like delistings.          */
static Instruments *
ask (CallEnv *env, void *session, const char *dataset, const char *pattern,
     struct md_error *err)
{
  guint64 prng = (guint64) clock_monotonic () | 1;

  for (guint attempt = 1;; attempt++) {
    g_autoptr (Instruments) list = instruments_new ();
    int klass = ask_once (env, session, dataset, pattern, list, err);
    gint64 delay;

    if (klass == MD_OK)
      return g_steal_pointer (&list);
    delay = retry_delay (&env->job->retry, attempt, err->retry_after_ns,
                         &prng);
    if (!retry_allowed (&env->job->retry, klass, attempt, delay,
                        env->deadline)
        || !clock_wait_until (clock_monotonic () + delay, env->cancel))
      return NULL;
  }
}

Instruments *
engine_list (const EngineInput *input, const char *dataset,
             const char *pattern, GError **error)
{
  const Plugin *plugin = input->plugin;
  Instruments *list = NULL;
  struct md_error err;
  CallEnv env;
  void *session;

  if (!plugin->has_symbols) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s cannot list its symbols", plugin->desc.name);
    return NULL;
  }
  call_env_init (&env, input, input->cancel);
  session = call_open_session (&env, &err);
  if (session != NULL) {
    list = ask (&env, session, dataset, pattern, &err);
    plugin->provider.close (session);
  }
  if (list == NULL)
    error_from_md (error, &err);
  call_env_clear (&env);
  return list;
}
