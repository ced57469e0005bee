/* SPDX-License-Identifier: Apache-2.0
 *
 * net-server.h - an HTTP server on 127.0.0.1 inside the test, one thread a
 * connection, whose handler may misbehave in every way.
 */
#pragma once

#include <glib.h>

typedef struct Server Server;
typedef struct ServerConn ServerConn;

typedef struct {
  const char *method, *target;
  const char *head;       /* all of it, as it came                          */
  const char *body;
  gsize body_len;
  guint number;           /* of the request in its connection, from 1       */
} ServerRequest;

typedef void (*ServerHandler) (ServerConn *conn, const ServerRequest *request,
                               gpointer data);

Server *server_start (ServerHandler handler, gpointer data);
/* PEM files.                                                               */
Server *server_start_tls (ServerHandler handler, gpointer data,
                          const char *cert, const char *key);
void server_stop (Server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_stop)
int server_port (const Server *server);
/* "http://127.0.0.1:PORT" + target.  (transfer full)                       */
char *server_url (const Server *server, const char *target);
guint server_connections (Server *server);
guint server_requests (Server *server);

/* The value of a request's header, or NULL.  (transfer full)               */
char *server_header (const ServerRequest *request, const char *name);
gboolean server_send (ServerConn *conn, const void *data, gssize len);
/* Status line, extra header lines ("A: b\r\n", or NULL), Content-Length and
 * body.                                                                    */
void server_reply (ServerConn *conn, int status, const char *headers,
                   const void *body, gssize len);
void server_close (ServerConn *conn);
void server_reset (ServerConn *conn);
/* Closes a TLS connection without the farewell that proves the end.        */
void server_cut (ServerConn *conn);
/* Until the client goes away or the server stops.                          */
void server_wait (ServerConn *conn);
/* FALSE when the server stops meanwhile.                                   */
gboolean server_sleep (ServerConn *conn, guint ms);
