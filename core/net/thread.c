/* SPDX-License-Identifier: Apache-2.0
 *
 * thread.c - the network thread: one curl_multi for all transfers.
 */
#include "net-private.h"

#include "cause.h"

#include <signal.h>
#include <string.h>

#define LONGEST_POLL_MS 500
#define IDLE_POLL_MS    30000
#define MOST_IDLE       32 /* handles kept for later requests               */
#define MOST_CONNECTIONS 64 /* kept open                                    */

typedef struct {
  Transfer *transfer;
  PostKind kind;
} Post;

/* ---- any thread --------------------------------------------------------- */

/* What comes too late to be performed.                                     */
static void
refuse_post (const Post *post)
{
  struct md_error err;

  if (post->kind == POST_START) {
    md_fail (&err, MD_ERR_CANCELLED, "cancelled: the program is ending");
    transfer_fail (post->transfer, &err);
    transfer_finish (post->transfer);
  }
  transfer_unref (post->transfer);
}

void
net_post (Net *net, Transfer *transfer, PostKind kind)
{
  Post *post = g_new (Post, 1);

  *post = (Post) { transfer_ref (transfer), kind };
  pthread_mutex_lock (&net->lock);
  if (net->has_thread)
    g_queue_push_tail (&net->posts, g_steal_pointer (&post));
  pthread_mutex_unlock (&net->lock);
  if (post == NULL) {
    curl_multi_wakeup (net->multi);
    return;
  }
  /* The thread has ended: so has every transfer that it knew.              */
  refuse_post (post);
  g_free (post);
}

CURL *
net_take_easy (Net *net)
{
  CURL *easy = NULL;

  pthread_mutex_lock (&net->lock);
  if (net->idle->len > 0)
    easy = g_ptr_array_steal_index_fast (net->idle, net->idle->len - 1);
  pthread_mutex_unlock (&net->lock);
  return easy != NULL ? easy : curl_easy_init ();
}

void
net_return_easy (Net *net, CURL *easy)
{
  curl_easy_reset (easy);
  pthread_mutex_lock (&net->lock);
  if (net->idle->len < MOST_IDLE)
    g_ptr_array_add (net->idle, g_steal_pointer (&easy));
  pthread_mutex_unlock (&net->lock);
  if (easy != NULL)
    curl_easy_cleanup (easy);
}

/* ---- the thread ---------------------------------------------------------- */

static void
count_transfer (Net *net, const Transfer *transfer)
{
  long connects = 0, head = 0;
  curl_off_t up = 0;
  NetCounts more = { .requests = 1 };

  curl_easy_getinfo (transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
  curl_easy_getinfo (transfer->easy, CURLINFO_REQUEST_SIZE, &head);
  curl_easy_getinfo (transfer->easy, CURLINFO_SIZE_UPLOAD_T, &up);
  more.connections = (guint64) connects;
  more.bytes_out = (guint64) head + (guint64) up;
  more.bytes_in = transfer->header_bytes + transfer->body.total;
  more.failures = transfer->error.klass != MD_OK;
  net_count (net, &more);
}

/* Counts first: whoever waits may ask for the counts at once.              */
static void
end_transfer (Net *net, Transfer *transfer, CURLcode code)
{
  /* libcurl calls it a success when the server closes between two headers. */
  if (code == CURLE_OK && !transfer->answered)
    code = CURLE_RECV_ERROR;
  if (code != CURLE_OK && transfer->error.klass == MD_OK) {
    struct md_error err;

    cause_of (transfer, code, &err);
    transfer_fail (transfer, &err);
  }
  count_transfer (net, transfer);
  curl_multi_remove_handle (net->multi, transfer->easy);
  transfer_finish (transfer);
  g_ptr_array_remove_fast (net->active, transfer);
}

static void
end_with (Net *net, Transfer *transfer, int klass, const char *why)
{
  struct md_error err;

  md_fail (&err, klass, "%s", why);
  transfer_fail (transfer, &err);
  end_transfer (net, transfer, CURLE_OK);
}

static void
start_transfer (Net *net, Transfer *transfer)
{
  transfer_install (transfer);
  transfer->active_at = clock_monotonic ();
  g_ptr_array_add (net->active, transfer_ref (transfer));
  if (curl_multi_add_handle (net->multi, transfer->easy) != CURLM_OK)
    end_with (net, transfer, MD_ERR_INTERNAL, "libcurl takes no request");
}

static void
resume_transfer (Net *net, Transfer *transfer)
{
  CURLcode code;

  transfer->active_at = clock_monotonic ();
  code = curl_easy_pause (transfer->easy, CURLPAUSE_CONT);
  if (code != CURLE_OK)
    end_transfer (net, transfer, code);
}

static void
obey (Net *net, const Post *post)
{
  gboolean is_active
    = g_ptr_array_find (net->active, post->transfer, NULL);

  switch (post->kind) {
  case POST_START:
    start_transfer (net, post->transfer);
    break;
  case POST_RESUME:
    if (is_active)
      resume_transfer (net, post->transfer);
    break;
  case POST_DROP:
    if (is_active)
      end_with (net, post->transfer, MD_ERR_CANCELLED, "cancelled");
    break;
  }
}

static gboolean
take_posts (Net *net)
{
  GQueue posts;
  gboolean stopping;

  pthread_mutex_lock (&net->lock);
  posts = net->posts;
  g_queue_init (&net->posts);
  stopping = net->stopping;
  pthread_mutex_unlock (&net->lock);
  while (!g_queue_is_empty (&posts)) {
    g_autofree Post *post = g_queue_pop_head (&posts);

    obey (net, post);
    transfer_unref (post->transfer);
  }
  return !stopping;
}

static void
take_results (Net *net)
{
  CURLMsg *message;
  int left;

  while ((message = curl_multi_info_read (net->multi, &left)) != NULL) {
    Transfer *transfer;
    CURLcode code = message->data.result;

    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE,
                       (char **) &transfer);
    end_transfer (net, transfer, code);
  }
}

static gboolean
is_paused (Transfer *transfer)
{
  gboolean paused;

  pthread_mutex_lock (&transfer->lock);
  paused = transfer->paused;
  pthread_mutex_unlock (&transfer->lock);
  return paused;
}

static void
end_stalled (Net *net, Transfer *transfer)
{
  g_autofree char *why
    = g_strdup_printf ("no byte came for %.3g s (%" G_GUINT64_FORMAT
                       " bytes of the body had come)",
                       (double) net->stall_timeout / MD_SECOND,
                       transfer->body.total);

  end_with (net, transfer, MD_ERR_NETWORK, why);
}

static void
check_stalls (Net *net)
{
  gint64 now = clock_monotonic ();

  if (now < net->next_check)
    return;
  net->next_check = now + net->stall_timeout / 8;
  for (guint i = net->active->len; i > 0; i--) {
    Transfer *transfer = g_ptr_array_index (net->active, i - 1);

    if (now - transfer->active_at > net->stall_timeout
        && !is_paused (transfer))
      end_stalled (net, transfer);
  }
}

static void
pass_news (Net *net)
{
  for (guint i = 0; i < net->active->len; i++) {
    Transfer *transfer = g_ptr_array_index (net->active, i);

    if (transfer->has_news)
      transfer_notify (transfer);
  }
}

static int
poll_ms (const Net *net)
{
  gint64 ms = net->stall_timeout / 8 / (MD_SECOND / 1000);

  return net->active->len == 0 ? IDLE_POLL_MS
                               : (int) CLAMP (ms, 1, LONGEST_POLL_MS);
}

static void *
run (void *data)
{
  Net *net = data;
  int running;

  while (take_posts (net)) {
    curl_multi_perform (net->multi, &running);
    take_results (net);
    pass_news (net);
    check_stalls (net);
    curl_multi_poll (net->multi, NULL, 0, poll_ms (net), NULL);
  }
  while (net->active->len > 0)
    end_with (net, g_ptr_array_index (net->active, 0), MD_ERR_CANCELLED,
              "cancelled: the program is ending");
  return NULL;
}

/* ---- its life ------------------------------------------------------------ */

/* Signals go to the program's own threads; a closed connection is an error
 * code and no SIGPIPE.                                                     */
static int
start_quiet_thread (Net *net)
{
  sigset_t all, before;
  int status;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  status = pthread_create (&net->thread, NULL, run, net);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return status;
}

gboolean
net_thread_start (Net *net, GError **error)
{
  int status;

  net->multi = curl_multi_init ();
  net->active
    = g_ptr_array_new_with_free_func ((GDestroyNotify) transfer_unref);
  curl_multi_setopt (net->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt (net->multi, CURLMOPT_MAXCONNECTS, (long) MOST_CONNECTIONS);
  net->has_thread = TRUE;
  status = start_quiet_thread (net);
  if (status == 0)
    return TRUE;
  net->has_thread = FALSE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_IO,
               "the network thread could not be started: %s",
               g_strerror (status));
  return FALSE;
}

/* What is posted after the thread has looked for the last time is answered
 * here.                                                                    */
static void
end_leftovers (Net *net)
{
  GQueue posts;

  pthread_mutex_lock (&net->lock);
  net->has_thread = FALSE;
  posts = net->posts;
  g_queue_init (&net->posts);
  pthread_mutex_unlock (&net->lock);
  while (!g_queue_is_empty (&posts)) {
    g_autofree Post *post = g_queue_pop_head (&posts);

    refuse_post (post);
  }
}

void
net_thread_stop (Net *net)
{
  if (!net->has_thread)
    return;
  pthread_mutex_lock (&net->lock);
  net->stopping = TRUE;
  pthread_mutex_unlock (&net->lock);
  curl_multi_wakeup (net->multi);
  pthread_join (net->thread, NULL);
  end_leftovers (net);
}
