/* SPDX-License-Identifier: Apache-2.0
 *
 * body.c - whole bodies and the ring of pulled ones.
 */
#include "body.h"

#include <string.h>

#define FIRST_SIZE   (16 * 1024)
/* What a server announces is believed only so far: memory is committed as
 * bytes come.                                                              */
#define MOST_BELIEVED (16 * 1024 * 1024)

void
body_init_whole (Body *body, gsize limit)
{
  *body = (Body) { .limit = limit };
}

void
body_init_ring (Body *body, gsize size)
{
  *body = (Body) { .is_ring = TRUE, .size = size, .data = g_malloc (size) };
}

void
body_clear (Body *body)
{
  g_clear_pointer (&body->data, g_free);
}

static void
resize (Body *body, gsize size)
{
  body->size = size;
  body->data = g_realloc (body->data, size + 1);
}

void
body_expect (Body *body, gint64 announced)
{
  if (!body->is_ring && announced > 0)
    resize (body, MIN ((gsize) announced,
                       MIN (body->limit, (gsize) MOST_BELIEVED)));
}

static BodyVerdict
put_whole (Body *body, const guint8 *data, gsize len)
{
  if (len > body->limit - body->fill)
    return BODY_TOO_LARGE;
  if (body->fill + len > body->size) {
    gsize doubled = MAX (body->size, FIRST_SIZE / 2) * 2;

    resize (body, MIN (MAX (doubled, body->fill + len), body->limit));
  }
  memcpy (body->data + body->fill, data, len);
  body->fill += len;
  body->total += len;
  return BODY_TAKEN;
}

static BodyVerdict
put_ring (Body *body, const guint8 *data, gsize len)
{
  gsize tail = (body->head + body->fill) % body->size;
  gsize first = MIN (len, body->size - tail);

  if (len > body->size - body->fill)
    return BODY_FULL;
  memcpy (body->data + tail, data, first);
  memcpy (body->data, data + first, len - first);
  body->fill += len;
  body->total += len;
  return BODY_TAKEN;
}

BodyVerdict
body_put (Body *body, const guint8 *data, gsize len)
{
  return body->is_ring ? put_ring (body, data, len)
                       : put_whole (body, data, len);
}

GBytes *
body_take (Body *body)
{
  if (body->data == NULL)
    body->data = g_malloc (1);
  body->data[body->fill] = '\0';
  return g_bytes_new_take (g_steal_pointer (&body->data), body->fill);
}

/* Lends a quarter at most, so that the network fills the rest meanwhile.   */
gsize
body_lend (Body *body, const guint8 **ret_data)
{
  body->head = (body->head + body->lent) % body->size;
  body->fill -= body->lent;
  body->lent = MIN (MIN (body->fill, body->size - body->head),
                    MAX (body->size / 4, 1));
  *ret_data = body->data + body->head;
  return body->lent;
}

gboolean
body_has_room (const Body *body)
{
  return body->size - body->fill >= body->size / 2;
}
