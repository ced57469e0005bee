/* SPDX-License-Identifier: Apache-2.0
 *
 * net.c - the Net object: options, mode, counts.
 */
#include "net-private.h"

#include "build-config.h"

#define CONNECT_TIMEOUT (15 * MD_SECOND)
#define STALL_TIMEOUT   (60 * MD_SECOND)
#define BUFFER_LIMIT    (1024 * 1024)
#define BUFFER_LEAST    (64 * 1024) /* several times libcurl's pieces       */

static void
take_options (Net *net, const NetOptions *options)
{
  net->mode = options->mode;
  net->user_agent = g_strdup (options->user_agent != NULL
                                ? options->user_agent
                                : "mdcore/" MDCORE_VERSION);
  net->ca_file = g_strdup (options->ca_file);
  net->connect_timeout = options->connect_timeout > 0
                           ? options->connect_timeout : CONNECT_TIMEOUT;
  net->stall_timeout = options->stall_timeout > 0 ? options->stall_timeout
                                                  : STALL_TIMEOUT;
  net->buffer_limit = options->buffer_limit > 0
                        ? MAX (options->buffer_limit, BUFFER_LEAST)
                        : BUFFER_LIMIT;
}

static gboolean
start (Net *net, const char *path, GError **error)
{
  switch (net->mode) {
  case NET_REPLAY:
    net->replay = replay_new (path, error);
    return net->replay != NULL;
  case NET_RECORD:
    net->recorder = recorder_new (path, error);
    return net->recorder != NULL && net_thread_start (net, error);
  default:
    return net_thread_start (net, error);
  }
}

Net *
net_new (const NetOptions *options, GError **error)
{
  g_autoptr (Net) net = g_new0 (Net, 1);

  net->refs = 1;
  g_queue_init (&net->posts);
  net->idle
    = g_ptr_array_new_with_free_func ((GDestroyNotify) curl_easy_cleanup);
  pthread_mutex_init (&net->lock, NULL);
  take_options (net, options);
  if (curl_global_init (CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    g_set_error_literal (error, CORE_ERROR, CORE_ERROR_IO,
                         "libcurl cannot be initialised");
    return NULL;
  }
  return start (net, options->path, error) ? g_steal_pointer (&net) : NULL;
}

Net *
net_ref (Net *net)
{
  __atomic_add_fetch (&net->refs, 1, __ATOMIC_SEQ_CST);
  return net;
}

void
net_unref (Net *net)
{
  if (__atomic_sub_fetch (&net->refs, 1, __ATOMIC_SEQ_CST) > 0)
    return;
  /* Idle handles belong to no multi any more.                              */
  g_ptr_array_unref (net->idle);
  if (net->active != NULL)
    g_ptr_array_unref (net->active);
  if (net->multi != NULL)
    curl_multi_cleanup (net->multi);
  recorder_free (net->recorder);
  replay_free (net->replay);
  pthread_mutex_destroy (&net->lock);
  g_free (net->user_agent);
  g_free (net->ca_file);
  g_free (net);
}

void
net_free (Net *net)
{
  if (net == NULL)
    return;
  net_thread_stop (net);
  net_unref (net);
}

void
net_count (Net *net, const NetCounts *more)
{
  pthread_mutex_lock (&net->lock);
  net->counts.requests += more->requests;
  net->counts.connections += more->connections;
  net->counts.bytes_in += more->bytes_in;
  net->counts.bytes_out += more->bytes_out;
  net->counts.failures += more->failures;
  pthread_mutex_unlock (&net->lock);
}

void
net_counts (Net *net, NetCounts *ret_counts)
{
  pthread_mutex_lock (&net->lock);
  *ret_counts = net->counts;
  pthread_mutex_unlock (&net->lock);
}

gboolean
net_replay_finished (const Net *net, char **ret_unused)
{
  return net->replay == NULL || replay_finished (net->replay, ret_unused);
}
