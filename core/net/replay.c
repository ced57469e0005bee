/* SPDX-License-Identifier: Apache-2.0
 *
 * replay.c - finds the recorded answer to a request.
 */
#include "replay.h"

#include "file.h"

#include <pthread.h>
#include <string.h>

#define MOST_NAMED 5 /* in the list of what was not used                    */

struct Replay {
  char *path;
  GPtrArray *exchanges;
  GHashTable *queues;   /* key -> GQueue of Exchange not used yet           */
  pthread_mutex_t lock; /* of the queues                                    */
};

static void
queue_up (Replay *replay)
{
  for (guint i = 0; i < replay->exchanges->len; i++) {
    Exchange *exchange = g_ptr_array_index (replay->exchanges, i);
    g_autofree char *key = exchange_key (exchange);
    GQueue *queue = g_hash_table_lookup (replay->queues, key);

    if (queue == NULL) {
      queue = g_queue_new ();
      g_hash_table_insert (replay->queues, g_steal_pointer (&key), queue);
    }
    g_queue_push_tail (queue, exchange);
  }
}

Replay *
replay_new (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) exchanges = NULL;
  g_autoptr (GError) local = NULL;
  Replay *replay;
  gsize len;

  if (!g_file_get_contents (path, &text, &len, &local)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_IO, "%s", local->message);
    return NULL;
  }
  exchanges = exchange_parse (text, len, error);
  if (exchanges == NULL) {
    g_prefix_error (error, "%s: ", path);
    return NULL;
  }
  replay = g_new0 (Replay, 1);
  replay->path = g_strdup (path);
  replay->exchanges = g_steal_pointer (&exchanges);
  replay->queues = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) g_queue_free);
  pthread_mutex_init (&replay->lock, NULL);
  queue_up (replay);
  return replay;
}

void
replay_free (Replay *replay)
{
  if (replay == NULL)
    return;
  g_hash_table_unref (replay->queues);
  g_ptr_array_unref (replay->exchanges);
  pthread_mutex_destroy (&replay->lock);
  g_free (replay->path);
  g_free (replay);
}

/* ---- answering ------------------------------------------------------------ */

/* A request of the same path: most likely what was meant.                  */
static const Exchange *
nearest (const Replay *replay, const char *title)
{
  gsize path = strcspn (title, "?");

  for (guint i = 0; i < replay->exchanges->len; i++) {
    const Exchange *exchange = g_ptr_array_index (replay->exchanges, i);
    g_autofree char *other = exchange_title (exchange);

    if (strcspn (other, "?") == path && strncmp (other, title, path) == 0)
      return exchange;
  }
  return NULL;
}

static void
explain_miss (const Replay *replay, const Exchange *asked, gboolean used_up,
              struct md_error *err)
{
  g_autofree char *title = exchange_title (asked);
  const Exchange *other = used_up ? NULL : nearest (replay, title);
  g_autofree char *near = other != NULL ? exchange_title (other) : NULL;

  if (used_up)
    md_fail (err, MD_ERR_REQUEST, "every answer to it in %s has been given "
             "already; record again", replay->path);
  else if (near != NULL)
    md_fail (err, MD_ERR_REQUEST, "%s holds no answer to it; line %u answers "
             "%.160s", replay->path, other->line, near);
  else
    md_fail (err, MD_ERR_REQUEST, "%s holds no answer to it, nor to another "
             "request of its path", replay->path);
}

const Exchange *
replay_take (Replay *replay, const NetRequest *request, const char *url,
             struct md_error *err)
{
  g_autoptr (Redactor) redactor = redactor_for_request (request);
  g_autoptr (Exchange) asked = exchange_from_request (request, url, redactor);
  g_autofree char *key = exchange_key (asked);
  const Exchange *found = NULL;
  GQueue *queue;

  pthread_mutex_lock (&replay->lock);
  queue = g_hash_table_lookup (replay->queues, key);
  if (queue != NULL)
    found = g_queue_pop_head (queue);
  pthread_mutex_unlock (&replay->lock);
  if (found == NULL)
    explain_miss (replay, asked, queue != NULL, err);
  else if (found->status == 0)
    *err = found->failure;
  return found;
}

/* ---- bodies ---------------------------------------------------------------- */

/* The bytes of a file, and then the failure that cut them short.           */
typedef struct {
  Source base;
  Source *upstream;
  struct md_error end;
} Failing;

static int
failing_next (Source *source, const guint8 **ret_data, gsize *ret_len,
              struct md_error *err)
{
  Failing *self = (Failing *) source;
  int klass = source_next (self->upstream, ret_data, ret_len, err);

  if (klass != MD_OK || *ret_len > 0)
    return klass;
  *err = self->end;
  return err->klass;
}

static void
failing_free (Source *source)
{
  source_free (((Failing *) source)->upstream);
  g_free (source);
}

static Source *
failing_new (Source *upstream, const struct md_error *end)
{
  static const SourceOps ops = { .next = failing_next, .free = failing_free };
  Failing *self = g_new0 (Failing, 1);

  self->base.ops = &ops;
  self->base.cut_class = upstream->cut_class;
  self->upstream = upstream;
  self->end = *end;
  return &self->base;
}

int
replay_body (const Replay *replay, const Exchange *exchange,
             Source **ret_source, struct md_error *err)
{
  g_autofree char *dir = NULL, *path = NULL;
  Source *file;
  int klass;

  if (exchange->side_file == NULL) {
    *ret_source = source_from_bytes (exchange->body, &exchange->failure);
    return MD_OK;
  }
  dir = g_path_get_dirname (replay->path);
  path = g_build_filename (dir, exchange->side_file, NULL);
  klass = file_open_path (path, &file, err);
  if (klass != MD_OK)
    return klass;
  *ret_source = exchange->failure.klass != MD_OK
                  ? failing_new (file, &exchange->failure) : file;
  return MD_OK;
}

/* ---- the end --------------------------------------------------------------- */

static int
by_line (gconstpointer a, gconstpointer b)
{
  const Exchange *left = *(Exchange *const *) a;
  const Exchange *right = *(Exchange *const *) b;

  return left->line < right->line ? -1 : left->line > right->line;
}

static GPtrArray *
unused_exchanges (Replay *replay)
{
  GPtrArray *unused = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer queue;

  pthread_mutex_lock (&replay->lock);
  g_hash_table_iter_init (&iter, replay->queues);
  while (g_hash_table_iter_next (&iter, NULL, &queue)) {
    for (GList *l = ((GQueue *) queue)->head; l != NULL; l = l->next)
      g_ptr_array_add (unused, l->data);
  }
  pthread_mutex_unlock (&replay->lock);
  g_ptr_array_sort (unused, by_line);
  return unused;
}

gboolean
replay_finished (Replay *replay, char **ret_unused)
{
  g_autoptr (GPtrArray) unused = unused_exchanges (replay);
  g_autoptr (GString) text = g_string_new (NULL);

  if (unused->len == 0)
    return TRUE;
  for (guint i = 0; i < MIN (unused->len, MOST_NAMED); i++) {
    const Exchange *exchange = g_ptr_array_index (unused, i);
    g_autofree char *title = exchange_title (exchange);

    g_string_append_printf (text, "%sline %u: %s", i == 0 ? "" : "; ",
                            exchange->line, title);
  }
  if (unused->len > MOST_NAMED)
    g_string_append_printf (text, "; and %u more", unused->len - MOST_NAMED);
  if (ret_unused != NULL)
    *ret_unused = g_string_free (g_steal_pointer (&text), FALSE);
  return FALSE;
}
