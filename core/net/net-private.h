/* SPDX-License-Identifier: Apache-2.0
 *
 * net-private.h - the Net object, for the files of this room.
 */
#pragma once

#include "record.h"
#include "replay.h"
#include "transfer.h"

struct Net {
  gint refs;
  NetMode mode;
  char *user_agent, *ca_file;
  gint64 connect_timeout, stall_timeout;
  gsize buffer_limit;

  Recorder *recorder;      /* NET_RECORD                                    */
  Replay *replay;          /* NET_REPLAY                                    */

  CURLM *multi;            /* the thread's, but for curl_multi_wakeup       */
  pthread_t thread;
  gboolean has_thread;
  GPtrArray *active;       /* of Transfer; the thread's                     */
  gint64 next_check;       /* of stalls; the thread's                       */

  pthread_mutex_t lock;    /* guards what follows                           */
  GQueue posts;
  GPtrArray *idle;         /* CURL handles for the next requests            */
  gboolean stopping;
  NetCounts counts;
};

Net *net_ref (Net *net);
void net_unref (Net *net);
/* Adds to the counts.                                                      */
void net_count (Net *net, const NetCounts *more);

/* A clean handle; given back when its transfer is freed.  [any]            */
CURL *net_take_easy (Net *net);
void net_return_easy (Net *net, CURL *easy);

typedef enum { POST_START, POST_RESUME, POST_DROP } PostKind;
/* Tells the network thread what to do with a transfer.  [any]              */
void net_post (Net *net, Transfer *transfer, PostKind kind);

/* thread.c */
gboolean net_thread_start (Net *net, GError **error);
void net_thread_stop (Net *net);
