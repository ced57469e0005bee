/* SPDX-License-Identifier: Apache-2.0
 *
 * headers.c - the headers of one answer or request.
 */
#include "headers.h"

#include <string.h>

static void
header_free (gpointer data)
{
  Header *header = data;

  g_free (header->name);
  g_free (header->value);
  g_free (header);
}

GPtrArray *
headers_new (void)
{
  return g_ptr_array_new_with_free_func (header_free);
}

/* A line that begins with a blank goes on with the value before it
 * (RFC 9112, 5.2).                                                         */
static gboolean
unfold (GPtrArray *headers, const char *line, gsize len)
{
  g_autofree char *more = g_strstrip (g_strndup (line, len));
  Header *last;
  char *joined;

  if (headers->len == 0)
    return FALSE;
  if (more[0] == '\0')
    return TRUE;
  last = g_ptr_array_index (headers, headers->len - 1);
  joined = g_strconcat (last->value, " ", more, NULL);
  g_free (last->value);
  last->value = joined;
  return TRUE;
}

gboolean
headers_add (GPtrArray *headers, const char *line, gsize len)
{
  const char *colon;
  Header *header;

  if (len > 0 && (line[0] == ' ' || line[0] == '\t'))
    return unfold (headers, line, len);
  colon = memchr (line, ':', len);
  if (colon == NULL || colon == line)
    return FALSE;
  header = g_new0 (Header, 1);
  header->name = g_strndup (line, (gsize) (colon - line));
  header->value
    = g_strstrip (g_strndup (colon + 1, len - (gsize) (colon + 1 - line)));
  g_ptr_array_add (headers, header);
  return TRUE;
}

const char *
headers_get (const GPtrArray *headers, const char *name)
{
  for (guint i = 0; headers != NULL && i < headers->len; i++) {
    const Header *header = g_ptr_array_index (headers, i);

    if (g_ascii_strcasecmp (header->name, name) == 0)
      return header->value;
  }
  return NULL;
}

gboolean
headers_are_sound (const char *line)
{
  gsize name = strcspn (line, ":");

  if (name == 0 || line[name] != ':')
    return FALSE;
  for (gsize i = 0; i < name; i++) {
    if (!g_ascii_isalnum (line[i])
        && strchr ("!#$%&'*+-.^_`|~", line[i]) == NULL)
      return FALSE;
  }
  for (const char *p = line + name; *p != '\0'; p++) {
    if ((guchar) *p < 0x20 && *p != '\t')
      return FALSE;
  }
  return TRUE;
}

gboolean
headers_line_is (const char *line, const char *name)
{
  gsize len = strlen (name);

  return g_ascii_strncasecmp (line, name, len) == 0 && line[len] == ':';
}
