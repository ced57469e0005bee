/* SPDX-License-Identifier: Apache-2.0
 *
 * hive.c - names of folders that say what is in them.
 */
#include "hive.h"

#include <string.h>

typedef struct {
  char *path;
  size_t at, size, name; /* name: where the last component begins           */
  bool fits;
} Path;

static Path
path_open (char *path, size_t size)
{
  Path p = { path, strlen (path), size, 0, true };

  p.name = p.at;
  return p;
}

static void
put (Path *p, char c)
{
  p->fits = p->fits && p->at + 1 < p->size
            && p->at - p->name < HIVE_NAME_MAX;
  if (!p->fits)
    return;
  p->path[p->at++] = c;
  p->path[p->at] = '\0';
}

static void
put_text (Path *p, const char *text)
{
  for (; *text != '\0'; text++)
    put (p, *text);
}

/* Whatever the locale.                                                     */
static bool
is_plain (char c, bool lower)
{
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
         || c == '_' || (lower && c >= 'a' && c <= 'z');
}

static void
put_value (Path *p, const char *value, bool lower)
{
  static const char hex[] = "0123456789ABCDEF";

  for (const char *c = value; *c != '\0'; c++) {
    bool inner = c > value && c[1] != '\0';

    if (is_plain (*c, lower) || (*c == '.' && inner)) {
      put (p, *c);
    } else {
      put (p, '%');
      put (p, hex[(unsigned char) *c >> 4]);
      put (p, hex[(unsigned char) *c & 15]);
    }
  }
}

static bool
part (char *path, size_t size, const char *key, const char *value, bool lower)
{
  Path p = path_open (path, size);

  put_text (&p, key);
  put (&p, '=');
  put_value (&p, value, lower);
  return p.fits;
}

bool
hive_part (char *path, size_t size, const char *key, const char *value)
{
  return part (path, size, key, value, true);
}

bool
hive_symbol (char *path, size_t size, const char *symbol)
{
  return part (path, size, "symbol", symbol, false);
}

static bool
slash (char *path, size_t size)
{
  Path p = path_open (path, size);

  put (&p, '/');
  return p.fits;
}

bool
hive_series (char *path, size_t size, const struct md_segment *segment)
{
  return slash (path, size)
         && hive_part (path, size, "provider", segment->provider)
         && slash (path, size)
         && hive_part (path, size, "dataset", segment->dataset)
         && slash (path, size)
         && hive_part (path, size, "schema", segment->schema)
         && slash (path, size) && hive_symbol (path, size, segment->symbol);
}
