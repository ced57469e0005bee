/* SPDX-License-Identifier: Apache-2.0
 *
 * A body that may be packed: each member is read to its end or to its fault,
 * and two ways of reading bring the same bytes.
 */
#include "net/content.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MOST (1 << 20) /* a bomb is stopped by whoever reads                */

/* All members, up to a limit, as one text; the class that it ended with.   */
static int
read_in_pieces (const guint8 *data, gsize size, gsize piece, GByteArray *all)
{
  g_autofree guint8 *exact = g_memdup2 (data, size);
  g_autoptr (GBytes) bytes = g_bytes_new_static (exact, size);
  g_autoptr (Source) source = source_from_bytes (bytes, NULL);
  Content *content = content_new (source, NULL, FALSE);
  g_autofree guint8 *buf = g_malloc (piece);
  struct md_error err;
  const char *name;
  gsize n;
  int klass;

  while ((klass = content_next (content, &name, &err)) == MD_OK
         && name != NULL) {
    g_assert_true (g_utf8_validate (name, -1, NULL));
    while ((klass = content_read (content, buf, piece, &n, &err)) == MD_OK
           && n > 0 && all->len < MOST)
      g_byte_array_append (all, buf, (guint) n);
    if (klass != MD_OK || all->len >= MOST)
      break;
  }
  content_free (content);
  return klass;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) large = g_byte_array_new ();
  g_autoptr (GByteArray) small = g_byte_array_new ();
  int klass = read_in_pieces (data, size, 65536, large);

  if (large->len < MOST) {
    g_assert_cmpint (read_in_pieces (data, size, 61, small), ==, klass);
    if (klass == MD_OK)
      g_assert_cmpmem (large->data, large->len, small->data, small->len);
  }
  return 0;
}
