/* SPDX-License-Identifier: Apache-2.0
 *
 * net-fixture.h - what the transport tests have in common.
 */
#pragma once

#include "net-server.h"
#include "net/net.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The clock of a test is its patience: faults must end well before.        */
#define STALL (400 * MD_SECOND / 1000)

static inline Net *
net_live (void)
{
  NetOptions options = { .connect_timeout = 2 * MD_SECOND,
                         .stall_timeout = STALL };
  GError *error = NULL;
  Net *net = net_new (&options, &error);

  g_assert_no_error (error);
  return net;
}

/* The caller's proxies have no part in a test; a closed socket is an error
 * and not a death, as in the program.                                      */
static inline void
fixture_init (int *argc, char ***argv)
{
  static const char *const names[] = { "http_proxy", "https_proxy",
                                       "HTTPS_PROXY", "all_proxy",
                                       "ALL_PROXY", "no_proxy", "NO_PROXY" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    unsetenv (names[i]);
  signal (SIGPIPE, SIG_IGN);
  g_test_init (argc, argv, NULL);
}

/* Sends a GET that must be answered.                                       */
static inline NetReply *
must_get (Net *net, const char *url)
{
  NetRequest request = { .url = url };
  struct md_error err = { 0 };
  NetReply *reply = net_send (net, &request, &err);

  if (reply == NULL)
    g_error ("%s", err.message);
  return reply;
}

/* Sends a request that must fail, with that class and text.                */
static inline void
must_fail (Net *net, const NetRequest *request, int klass, const char *text)
{
  struct md_error err = { 0 };
  g_autoptr (NetReply) reply = net_send (net, request, &err);

  g_assert_null (reply);
  if (err.klass != klass || strstr (err.message, text) == NULL)
    g_error ("expected class %d and \"%s\", got %d: %s", klass, text, err.klass,
             err.message);
}

/* Reads a pulled member to its end; the class that it ended with.          */
static inline int
read_all (NetReply *reply, GByteArray *into, struct md_error *err)
{
  g_autofree guint8 *buf = g_malloc (300000);
  gsize n;
  int klass;

  while ((klass = net_reply_read (reply, buf, 300000, &n, err)) == MD_OK
         && n > 0)
    g_byte_array_append (into, buf, (guint) n);
  return klass;
}

/* A folder of the test's own.  (transfer full)                             */
static inline char *
make_folder (void)
{
  GError *error = NULL;
  char *path = g_dir_make_tmp ("mdcore-net-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

static inline void
remove_folder (char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *full = g_build_filename (path, name, NULL);

    if (g_file_test (full, G_FILE_TEST_IS_DIR))
      remove_folder (g_strdup (full));
    else
      remove (full);
  }
  if (dir != NULL)
    g_dir_close (dir);
  remove (path);
  g_free (path);
}
