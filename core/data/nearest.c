/* SPDX-License-Identifier: Apache-2.0
 *
 * nearest.c - "did you mean": the nearest known name to a mistyped one.
 */
#include "nearest.h"

#include <string.h>

#define LONGEST_NAME 64

/* Case, '-' and '_' are what people mix up most: no distance at all.      */
static char
fold (char c)
{
  return c == '-' ? '_' : g_ascii_tolower (c);
}

/* Optimal string alignment: insert, delete, replace, swap neighbours.     */
static gsize
edit_distance (const char *a, const char *b)
{
  gsize rows[3][LONGEST_NAME + 1], n = strlen (b);
  gsize *before = rows[0], *last = rows[1], *row = rows[2];

  for (gsize j = 0; j <= n; j++)
    last[j] = j;
  for (gsize i = 1; a[i - 1] != '\0'; i++) {
    gsize *spare = before;

    row[0] = i;
    for (gsize j = 1; j <= n; j++) {
      gboolean same = fold (a[i - 1]) == fold (b[j - 1]);

      row[j] = MIN (MIN (last[j], row[j - 1]) + 1, last[j - 1] + !same);
      if (i > 1 && j > 1 && fold (a[i - 1]) == fold (b[j - 2])
          && fold (a[i - 2]) == fold (b[j - 1]))
        row[j] = MIN (row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
    row = spare;
  }
  return last[n];
}

/* Half a word that differs is another word, not a typo.                   */
static gsize
tolerance (const char *typo)
{
  gsize len = strlen (typo);

  return len <= 2 ? 0 : len <= 4 ? 1 : len <= 7 ? 2 : 3;
}

static const char *
only_with_prefix (const char *prefix, const char *const *names)
{
  const char *found = NULL;

  if (strlen (prefix) < 3)
    return NULL;
  for (; *names != NULL; names++) {
    if (g_ascii_strncasecmp (*names, prefix, strlen (prefix)) != 0)
      continue;
    if (found != NULL)
      return NULL;
    found = *names;
  }
  return found;
}

const char *
nearest_name (const char *typo, const char *const *names)
{
  const char *nearest = NULL;
  gsize best = tolerance (typo) + 1;

  if (strlen (typo) > LONGEST_NAME)
    return NULL;
  for (gsize i = 0; names[i] != NULL; i++) {
    gsize distance = strlen (names[i]) <= LONGEST_NAME
                       ? edit_distance (typo, names[i]) : best;

    if (distance < best) {
      best = distance;
      nearest = names[i];
    }
  }
  return nearest != NULL ? nearest : only_with_prefix (typo, names);
}
