/* SPDX-License-Identifier: Apache-2.0
 *
 * source.c - what all sources share, and the source over bytes in memory.
 */
#include "source.h"

#include <string.h>

#define LARGEST_BLOCK (1u << 30) /* zlib counts in 32 bits                  */

static int
read_block (Source *source, const guint8 **ret_data, gsize *ret_len,
            struct md_error *err)
{
  if (source->block == NULL)
    source->block = g_malloc (SOURCE_BLOCK);
  *ret_data = source->block;
  return source->ops->read (source, source->block, SOURCE_BLOCK, ret_len, err);
}

/* Remembers how a call to the implementation ended.                        */
static int
settle (Source *source, int klass, gsize len, struct md_error *err)
{
  if (klass != MD_OK)
    source->failed = *err;
  else if (len == 0)
    source->ended = TRUE;
  return klass;
}

/* FALSE when there is nothing left to ask the implementation for.          */
static gboolean
goes_on (const Source *source, int *ret_klass, struct md_error *err)
{
  *ret_klass = MD_OK;
  if (source->failed.klass != MD_OK) {
    *err = source->failed;
    *ret_klass = source->failed.klass;
    return FALSE;
  }
  return !source->ended;
}

static int
fetch (Source *source, const guint8 **ret_data, gsize *ret_len,
       struct md_error *err)
{
  int klass;

  *ret_data = NULL;
  *ret_len = 0;
  if (!goes_on (source, &klass, err))
    return klass;
  klass = source->ops->next != NULL
            ? source->ops->next (source, ret_data, ret_len, err)
            : read_block (source, ret_data, ret_len, err);
  return settle (source, klass, *ret_len, err);
}

int
source_next (Source *source, const guint8 **ret_data, gsize *ret_len,
             struct md_error *err)
{
  if (source->head_len > 0) {
    *ret_data = source->head;
    *ret_len = source->head_len;
    source->head_len = 0;
    return MD_OK;
  }
  if (source->held_len > 0) {
    *ret_data = source->held;
    *ret_len = source->held_len;
    source->held_len = 0;
    return MD_OK;
  }
  return fetch (source, ret_data, ret_len, err);
}

static gsize
copy_some (const guint8 **from, gsize *from_len, void *buf, gsize size)
{
  gsize n = MIN (*from_len, size);

  memcpy (buf, *from, n);
  *from += n;
  *from_len -= n;
  return n;
}

int
source_read (Source *source, void *buf, gsize size, gsize *ret_len,
             struct md_error *err)
{
  int klass;

  *ret_len = 0;
  if (source->head_len == 0 && source->held_len == 0) {
    if (source->ops->read != NULL) {
      if (!goes_on (source, &klass, err))
        return klass;
      klass = source->ops->read (source, buf, size, ret_len, err);
      return settle (source, klass, *ret_len, err);
    }
    klass = fetch (source, &source->held, &source->held_len, err);
    if (klass != MD_OK)
      return klass;
  }
  if (source->head_len > 0) {
    const guint8 *head = source->head;

    *ret_len = copy_some (&head, &source->head_len, buf, size);
    memmove (source->head, head, source->head_len);
  } else if (source->held_len > 0) {
    *ret_len = copy_some (&source->held, &source->held_len, buf, size);
  }
  return MD_OK;
}

int
source_peek (Source *source, gsize want, guint8 *buf, gsize *ret_len,
             struct md_error *err)
{
  g_assert (want <= SOURCE_PEEK);
  while (source->head_len + source->held_len < want && !source->ended) {
    int klass;

    if (source->held_len > 0)
      memcpy (source->head + source->head_len, source->held,
              source->held_len);
    source->head_len += source->held_len;
    source->held_len = 0;
    klass = fetch (source, &source->held, &source->held_len, err);
    if (klass != MD_OK)
      return klass;
  }
  memcpy (buf, source->head, source->head_len);
  *ret_len = MIN (want, source->head_len + source->held_len);
  if (*ret_len > source->head_len)
    memcpy (buf + source->head_len, source->held,
            *ret_len - source->head_len);
  return MD_OK;
}

int
source_drain (Source *source, struct md_error *err)
{
  const guint8 *data;
  gsize len;
  int klass;

  do
    klass = source_next (source, &data, &len, err);
  while (klass == MD_OK && len > 0);
  return klass;
}

void
source_free (Source *source)
{
  if (source == NULL)
    return;
  g_free (source->block);
  source->ops->free (source);
}

/* ---- memory ------------------------------------------------------------ */

typedef struct {
  Source base;
  GBytes *bytes;
  gsize given;
  struct md_error end;
} Memory;

static int
memory_next (Source *source, const guint8 **ret_data, gsize *ret_len,
             struct md_error *err)
{
  Memory *memory = (Memory *) source;

  gsize len;
  const guint8 *data = g_bytes_get_data (memory->bytes, &len);

  *ret_data = data + memory->given;
  *ret_len = MIN (len - memory->given, LARGEST_BLOCK);
  memory->given += *ret_len;
  if (*ret_len > 0 || memory->end.klass == MD_OK)
    return MD_OK;
  *err = memory->end;
  return memory->end.klass;
}

static void
memory_free (Source *source)
{
  g_bytes_unref (((Memory *) source)->bytes);
  g_free (source);
}

Source *
source_from_bytes (GBytes *bytes, const struct md_error *end)
{
  static const SourceOps ops = { .next = memory_next, .free = memory_free };
  Memory *memory = g_new0 (Memory, 1);

  memory->base.ops = &ops;
  memory->base.cut_class = MD_ERR_NETWORK;
  memory->bytes = g_bytes_ref (bytes);
  if (end != NULL)
    memory->end = *end;
  return &memory->base;
}
