/* SPDX-License-Identifier: Apache-2.0
 *
 * names.c - the few texts that stand in millions of rows, interned once a
 * call: venues, sides, actions, flags.
 */
#include "databento.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the vendor's letters mean; a letter that is not here is new, and
 * stands for itself.                                                        */
static const struct {
  enum char_kind kind;
  char letter;
  const char *text; /* NULL: no value                                        */
} letters[] = {
  { CHAR_AGGRESSOR, 'A', "sell" }, { CHAR_AGGRESSOR, 'B', "buy" },
  { CHAR_AGGRESSOR, 'N', NULL },
  { CHAR_SIDE, 'A', "ask" }, { CHAR_SIDE, 'B', "bid" },
  { CHAR_SIDE, 'N', NULL },
  { CHAR_ACTION, 'A', "add" }, { CHAR_ACTION, 'M', "modify" },
  { CHAR_ACTION, 'C', "cancel" }, { CHAR_ACTION, 'R', "clear" },
  { CHAR_ACTION, 'T', "trade" }, { CHAR_ACTION, 'F', "fill" },
  { CHAR_ACTION, 'N', "none" },
  { CHAR_FLAG, 'Y', "yes" }, { CHAR_FLAG, 'N', "no" },
  { CHAR_FLAG, '~', NULL },
  { CHAR_RESTRICTED, 'Y', "restricted" }, { CHAR_RESTRICTED, 'N', "no" },
  { CHAR_RESTRICTED, '~', NULL },
  { CHAR_UPDATE, 'A', "add" }, { CHAR_UPDATE, 'M', "modify" },
  { CHAR_UPDATE, 'D', "delete" }, { CHAR_PLAIN, ' ', NULL },
};

#define N_PUBLISHERS 65536u

int
names_init (struct names *names, const struct md_host *host,
            struct md_call *call, struct md_error *err)
{
  memset (names, 0, sizeof *names);
  names->host = host;
  names->call = call;
  names->venues = malloc (N_PUBLISHERS * sizeof names->venues[0]);
  if (names->venues == NULL)
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  for (size_t i = 0; i < N_PUBLISHERS; i++)
    names->venues[i] = NAME_UNASKED;
  for (size_t kind = 0; kind < N_CHAR_KINDS; kind++) {
    for (size_t c = 0; c < 256; c++)
      names->chars[kind][c] = NAME_UNASKED;
  }
  return MD_OK;
}

void
names_free (struct names *names)
{
  free (names->venues);
  names->venues = NULL;
}

uint32_t
names_text (struct names *names, const char *text, size_t len)
{
  uint32_t id = MD_ABSENT_NAME;

  if (names->error.klass == MD_OK) {
    struct md_error err = { .struct_size = sizeof err };
    int klass = names->host->intern (names->call, text, len, &id, &err);

    if (klass != MD_OK) {
      names->error = err;
      names->error.klass = klass;
      id = MD_ABSENT_NAME;
    }
  }
  return id;
}

uint32_t
names_venue_slow (struct names *names, unsigned publisher)
{
  const char *venue = publisher_venue (publisher);
  char number[8];

  if (venue == NULL) {
    snprintf (number, sizeof number, "%u", publisher);
    venue = number;
  }
  names->venues[publisher] = publisher == 0
    ? MD_ABSENT_NAME : names_text (names, venue, strlen (venue));
  return names->venues[publisher];
}

static uint32_t
letter_name (struct names *names, enum char_kind kind, unsigned char c)
{
  char text[8] = { (char) c, '\0' };

  for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
    if (letters[i].kind == kind && (unsigned char) letters[i].letter == c)
      return letters[i].text != NULL
        ? names_text (names, letters[i].text, strlen (letters[i].text))
        : MD_ABSENT_NAME;
  }
  if (c == 0)
    return MD_ABSENT_NAME;
  if (c <= ' ' || c >= 0x7f)
    snprintf (text, sizeof text, "0x%02x", c);
  return names_text (names, text, strlen (text));
}

uint32_t
names_char_slow (struct names *names, enum char_kind kind, unsigned char c)
{
  names->chars[kind][c] = letter_name (names, kind, c);
  return names->chars[kind][c];
}
