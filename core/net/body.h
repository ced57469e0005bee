/* SPDX-License-Identifier: Apache-2.0
 *
 * body.h - where the network thread puts the bytes of one answer.
 *
 * Whole: a buffer that grows up to a limit and is handed over at the end.
 * Pulled: a ring that the reader empties; when it is full the transfer
 * pauses, so a slow reader slows the server down and memory stays flat.
 * No locking here: the transfer does it.
 */
#pragma once

#include <glib.h>

typedef struct {
  gboolean is_ring;
  guint8 *data;
  gsize size, limit;   /* whole: limit of the size                          */
  gsize head, fill;    /* ring: first byte held, bytes held                 */
  gsize lent;          /* ring: bytes at head that the reader looks at      */
  guint64 total;       /* bytes ever put                                    */
} Body;

typedef enum { BODY_TAKEN, BODY_FULL, BODY_TOO_LARGE } BodyVerdict;

void body_init_whole (Body *body, gsize limit);
void body_init_ring (Body *body, gsize size);
void body_clear (Body *body);
/* Whole: makes room for an announced length, if it is a sane one.          */
void body_expect (Body *body, gint64 announced);
/* All of the data or none of it.                                           */
BodyVerdict body_put (Body *body, const guint8 *data, gsize len);
/* Whole: the bytes; a NUL stands behind them.  (transfer full)             */
GBytes *body_take (Body *body);
/* Ring: takes back what was lent and lends the next piece; 0 when empty.   */
gsize body_lend (Body *body, const guint8 **ret_data);
/* Ring: whether a paused transfer should go on.                            */
gboolean body_has_room (const Body *body);
