/* SPDX-License-Identifier: Apache-2.0
 *
 * net-seen.h - a server that answers everything and tells what it was asked.
 */
#pragma once

#include "net-fixture.h"

/* What the server saw last.                                                */
typedef struct {
  char *method, *target, *head, *body;
} Seen;

static inline void
seen_clear (Seen *seen)
{
  g_free (seen->method);
  g_free (seen->target);
  g_free (seen->head);
  g_free (seen->body);
  *seen = (Seen) { 0 };
}

static inline void
on_echo (ServerConn *conn, const ServerRequest *request, gpointer data)
{
  Seen *seen = data;

  seen_clear (seen);
  *seen = (Seen) { g_strdup (request->method), g_strdup (request->target),
                   g_strdup (request->head), g_strdup (request->body) };
  if (strcmp (request->method, "HEAD") == 0)
    server_send (conn, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", -1);
  else
    server_reply (conn, 200, "X-One: first\r\nx-one: second\r\nX-Empty:\r\n",
                  "the body", -1);
}

static inline char *
seen_header (const Seen *seen, const char *name)
{
  ServerRequest request = { .head = seen->head };

  return server_header (&request, name);
}

#define assert_header(seen, name, value)                                  \
  G_STMT_START {                                                          \
    g_autofree char *found = seen_header (seen, name);                    \
    g_assert_cmpstr (found, ==, value);                                   \
  } G_STMT_END
