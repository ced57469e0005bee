/* SPDX-License-Identifier: Apache-2.0
 *
 * transfer.c - the life of a transfer and those who wait for it.
 */
#include "transfer.h"

#include "net-private.h"

/* How late a cancel or a deadline may be noticed.                          */
#define WAIT_SLICE (50 * G_TIME_SPAN_MILLISECOND * 1000)

Transfer *
transfer_new (Net *net, CURL *easy, gboolean pull, gsize limit)
{
  Transfer *transfer = g_new0 (Transfer, 1);
  pthread_condattr_t attr;

  transfer->refs = 1;
  transfer->net = net_ref (net);
  transfer->easy = easy;
  transfer->pull = pull;
  transfer->headers = headers_new ();
  pthread_mutex_init (&transfer->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&transfer->changed, &attr);
  pthread_condattr_destroy (&attr);
  if (pull)
    body_init_ring (&transfer->body, limit);
  else
    body_init_whole (&transfer->body, limit);
  return transfer;
}

Transfer *
transfer_ref (Transfer *transfer)
{
  __atomic_add_fetch (&transfer->refs, 1, __ATOMIC_SEQ_CST);
  return transfer;
}

void
transfer_unref (Transfer *transfer)
{
  if (transfer == NULL
      || __atomic_sub_fetch (&transfer->refs, 1, __ATOMIC_SEQ_CST) > 0)
    return;
  if (transfer->easy != NULL)
    net_return_easy (transfer->net, transfer->easy);
  curl_slist_free_all (transfer->lines);
  body_clear (&transfer->body);
  g_clear_pointer (&transfer->headers, g_ptr_array_unref);
  pthread_cond_destroy (&transfer->changed);
  pthread_mutex_destroy (&transfer->lock);
  net_unref (transfer->net);
  g_free (transfer);
}

gboolean
transfer_is_redirect (const Transfer *transfer)
{
  switch (transfer->status) {
  case 301:
  case 302:
  case 303:
  case 307:
  case 308:
    return headers_get (transfer->headers, "Location") != NULL;
  default:
    return FALSE;
  }
}

/* ---- waiting ------------------------------------------------------------ */

int
transfer_may_wait (const Cancel *cancel, gint64 deadline, struct md_error *err)
{
  if (cancel_requested (cancel))
    return md_fail (err, MD_ERR_CANCELLED, "cancelled");
  if (deadline != 0 && clock_monotonic () >= deadline)
    return md_fail (err, MD_ERR_NETWORK,
                    "the time that the job allows for it is over");
  return MD_OK;
}

/* Called and left with the lock held.                                      */
static int
wait_a_little (Transfer *transfer, const Cancel *cancel, gint64 deadline,
               struct md_error *err)
{
  struct timespec until;
  int klass = transfer_may_wait (cancel, deadline, err);

  if (klass != MD_OK)
    return klass;
  if (cancel == NULL && deadline == 0) {
    pthread_cond_wait (&transfer->changed, &transfer->lock);
    return MD_OK;
  }
  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_nsec += WAIT_SLICE;
  until.tv_sec += until.tv_nsec / MD_SECOND;
  until.tv_nsec %= MD_SECOND;
  pthread_cond_timedwait (&transfer->changed, &transfer->lock, &until);
  return MD_OK;
}

static void
abandon (Transfer *transfer)
{
  pthread_mutex_lock (&transfer->lock);
  transfer->abandoned = TRUE;
  pthread_mutex_unlock (&transfer->lock);
  net_post (transfer->net, transfer, POST_DROP);
}

static gboolean
is_ready (const Transfer *transfer)
{
  return transfer->finished
         || (transfer->answered && transfer->pull && !transfer->discard);
}

int
transfer_wait (Transfer *transfer, const Cancel *cancel, gint64 deadline,
               struct md_error *err)
{
  int klass = MD_OK;

  pthread_mutex_lock (&transfer->lock);
  while (klass == MD_OK && !is_ready (transfer))
    klass = wait_a_little (transfer, cancel, deadline, err);
  if (klass == MD_OK && transfer->finished && transfer->error.klass != MD_OK
      && !(transfer->pull && transfer->answered && !transfer->discard)) {
    *err = transfer->error;
    klass = err->klass;
  }
  pthread_mutex_unlock (&transfer->lock);
  if (klass != MD_OK)
    abandon (transfer);
  return klass;
}

/* ---- the pulled body ---------------------------------------------------- */

typedef struct {
  Source base;
  Transfer *transfer;
  const Cancel *cancel;
  gint64 deadline;
} Pulled;

/* Called with the lock held.  The bytes that came before a failure are
 * handed out first.                                                        */
static int
lend_or_wait (Pulled *self, const guint8 **ret_data, gsize *ret_len,
              gboolean *ret_resume, struct md_error *err)
{
  Transfer *transfer = self->transfer;
  int klass = MD_OK;

  for (;;) {
    *ret_len = body_lend (&transfer->body, ret_data);
    *ret_resume = transfer->paused && body_has_room (&transfer->body);
    if (*ret_resume)
      transfer->paused = FALSE;
    if (*ret_len > 0 || *ret_resume)
      return MD_OK;
    if (transfer->finished) {
      *err = transfer->error;
      return transfer->error.klass;
    }
    klass = wait_a_little (transfer, self->cancel, self->deadline, err);
    if (klass != MD_OK)
      return klass;
  }
}

static int
pulled_next (Source *source, const guint8 **ret_data, gsize *ret_len,
             struct md_error *err)
{
  Pulled *self = (Pulled *) source;
  gboolean resume;
  int klass;

  do {
    pthread_mutex_lock (&self->transfer->lock);
    klass = lend_or_wait (self, ret_data, ret_len, &resume, err);
    pthread_mutex_unlock (&self->transfer->lock);
    if (klass == MD_OK && resume)
      net_post (self->transfer->net, self->transfer, POST_RESUME);
  } while (klass == MD_OK && resume && *ret_len == 0);
  return klass;
}

static void
pulled_free (Source *source)
{
  Pulled *self = (Pulled *) source;

  abandon (self->transfer);
  transfer_unref (self->transfer);
  g_free (self);
}

Source *
transfer_source (Transfer *transfer, const Cancel *cancel, gint64 deadline)
{
  static const SourceOps ops = { .next = pulled_next, .free = pulled_free };
  Pulled *self = g_new0 (Pulled, 1);

  self->base.ops = &ops;
  self->base.cut_class = MD_ERR_NETWORK;
  self->transfer = transfer;
  self->cancel = cancel;
  self->deadline = deadline;
  return &self->base;
}

/* ---- the end ------------------------------------------------------------ */

void
transfer_notify (Transfer *transfer)
{
  transfer->has_news = FALSE;
  pthread_mutex_lock (&transfer->lock);
  pthread_cond_broadcast (&transfer->changed);
  pthread_mutex_unlock (&transfer->lock);
}

/* The first cause counts: what follows from it says less.                  */
void
transfer_fail (Transfer *transfer, const struct md_error *err)
{
  if (transfer->error.klass == MD_OK)
    transfer->error = *err;
}

void
transfer_finish (Transfer *transfer)
{
  pthread_mutex_lock (&transfer->lock);
  transfer->finished = TRUE;
  pthread_cond_broadcast (&transfer->changed);
  pthread_mutex_unlock (&transfer->lock);
}
