/* SPDX-License-Identifier: Apache-2.0
 *
 * reply-private.h - the reply under way, for the files that make it.
 */
#pragma once

#include "content.h"
#include "net-private.h"
#include "tap.h"

struct NetReply {
  Net *net;
  char *label;          /* "GET https://..." for messages                   */
  gboolean pull, raw;
  guint tap_flags;
  guint64 max_body;
  const Cancel *cancel;
  gint64 deadline;

  int status;
  GPtrArray *headers;
  gboolean close_delimited, has_no_body;
  Tap *tap;             /* over the transfer; NULL for a folder             */
  Folder *folder;
  Content *content;     /* over one of them                                 */
  GBytes *body;
  gsize body_read;      /* of it, by net_reply_read                         */
  gboolean body_named;  /* by net_reply_next_member                         */
  guint64 produced;     /* bytes of content so far                          */
  struct md_error failed;
};

/* The answer as it comes from the network, a recording or a file.          */
typedef struct {
  Source *source;       /* one of these, or the reply's folder              */
  GBytes *bytes;
  Recording *recording; /* of it, or NULL                                   */
} Answer;

/* Sets status and headers of the reply, and the answer.                    */
int ask (NetReply *reply, const NetRequest *request, Answer *ret_answer,
         struct md_error *err);
void answer_clear (Answer *answer);
