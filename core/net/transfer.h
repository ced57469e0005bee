/* SPDX-License-Identifier: Apache-2.0
 *
 * transfer.h - one request on the wire: shared by the thread that waits for
 * it and the network thread that performs it.
 */
#pragma once

#include "body.h"
#include "headers.h"
#include "net.h"
#include "source.h"

#include <curl/curl.h>
#include <pthread.h>

/* pthread's locks and not GLib's, here and in net.c: ThreadSanitizer knows
 * them, and GLib's are invisible to it.                                    */
typedef struct {
  gint refs;
  Net *net;
  CURL *easy;              /* the network thread's once started             */
  struct curl_slist *lines;
  gboolean pull;
  gboolean has_no_body;    /* HEAD                                          */
  gboolean follows;        /* the body of a redirect is of no interest      */

  pthread_mutex_t lock;    /* guards what follows                           */
  pthread_cond_t changed;
  gboolean answered;       /* status and headers are final                  */
  gboolean finished;       /* nothing more will come                        */
  gboolean paused;
  gboolean abandoned;      /* nobody waits any more                         */
  Body body;
  struct md_error error;   /* the cause in a sentence; klass 0 = none       */

  /* The network thread's until `answered`; then the headers are the waiting
   * thread's, and the others constant.                                     */
  int status;
  GPtrArray *headers;
  gint64 announced;        /* Content-Length, -1 when there is none         */
  gboolean close_delimited, discard;

  /* The network thread's alone.                                            */
  guint64 header_bytes;
  curl_off_t moved;        /* bytes either way at the last progress call    */
  gint64 active_at;        /* when a byte last moved                        */
  gboolean has_news;       /* the waiting thread should look                */
  gboolean in_trailers;
  char reason[CURL_ERROR_SIZE];
} Transfer;

/* `limit`: of a whole body's bytes on the wire, or the size of the ring.   */
Transfer *transfer_new (Net *net, CURL *easy, gboolean pull, gsize limit);
Transfer *transfer_ref (Transfer *transfer);
void transfer_unref (Transfer *transfer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Transfer, transfer_unref)

/* ---- the waiting thread ---- */

/* Until there is an answer: with its whole body, or to be pulled.          */
int transfer_wait (Transfer *transfer, const Cancel *cancel, gint64 deadline,
                   struct md_error *err);
/* The pulled body; takes the reference.                                    */
Source *transfer_source (Transfer *transfer, const Cancel *cancel,
                         gint64 deadline);
/* MD_OK, or why there is no point in waiting on.                           */
int transfer_may_wait (const Cancel *cancel, gint64 deadline,
                       struct md_error *err);
/* 301, 302, 303, 307, 308 with a Location.                                 */
gboolean transfer_is_redirect (const Transfer *transfer);

/* ---- the network thread ---- */

void transfer_install (Transfer *transfer);
void transfer_notify (Transfer *transfer);
void transfer_fail (Transfer *transfer, const struct md_error *err);
void transfer_finish (Transfer *transfer);
