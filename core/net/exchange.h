/* SPDX-License-Identifier: Apache-2.0
 *
 * exchange.h - one recorded request with its answer, and its text form.
 *
 *     mdcore exchanges 1
 *
 *     GET https://data.example.com/v2/bars?symbols=AAPL
 *     > Accept: application/json
 *     < 200
 *     < Content-Type: application/json
 *     | {"bars": [
 *     | ]}
 *
 *     POST https://data.example.com/token
 *     >| grant=code
 *     ! network the connection was reset
 *
 * A body stands in lines that are joined by line feeds: "| text", "|r text"
 * for one that ends in a carriage return; or in base64 behind "64 "; or in a
 * file of its own next to this one, "@ NAME".  ">|", ">|r" and ">64" are the
 * same for the request.  "! class sentence" ends an exchange that failed, after
 * what had come of the body.  Lines that begin with # are comments.
 */
#pragma once

#include "headers.h"
#include "redact.h"

#define EXCHANGE_MAGIC "mdcore exchanges 1"

typedef struct {
  char *method, *url;
  GPtrArray *request_headers;
  GBytes *request_body;   /* never NULL                                     */
  int status;             /* 0: failed before there was an answer           */
  GPtrArray *headers;
  GBytes *body;           /* never NULL; empty when it is in a file         */
  char *side_file;        /* a plain name, or NULL                          */
  struct md_error failure; /* klass 0 = none                                */
  guint line;             /* where it begins                                */
} Exchange;

Exchange *exchange_new (const char *method, const char *url);
void exchange_free (Exchange *exchange);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Exchange, exchange_free)

/* The request alone, without its secrets; `url` in normal form.             */
Exchange *exchange_from_request (const NetRequest *request, const char *url,
                                 const Redactor *redactor);
/* Unless its name says that it holds a credential, or belongs to the way and
 * not to the answer.                                                       */
void exchange_keep_header (GPtrArray *headers, const Redactor *redactor,
                           const char *name, const char *value);

/* "GET /v2/bars?symbols=AAPL": what people read.  (transfer full)          */
char *exchange_title (const Exchange *exchange);
/* What a request must have in common with it: method, path, parameters in
 * any order, range, body.  Not scheme and host: a test has its own.
 * (transfer full)                                                          */
char *exchange_key (const Exchange *exchange);

void exchange_print (const Exchange *exchange, GString *out);
/* Array of Exchange; CORE_ERROR_DATA naming the line.                      */
GPtrArray *exchange_parse (const char *text, gsize len, GError **error);
/* Whether a body can stand in lines.                                       */
gboolean exchange_is_text (const guint8 *data, gsize len);
