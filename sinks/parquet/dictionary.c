/* SPDX-License-Identifier: Apache-2.0
 *
 * dictionary.c - distinct values of a column chunk.
 */
#include "dictionary.h"

#include <stdlib.h>

void
pq_dictionary_clear (struct pq_dictionary *dictionary)
{
  free (dictionary->words);
  free (dictionary->lengths);
  free (dictionary->slots);
  pq_bytes_clear (&dictionary->heap);
  *dictionary = (struct pq_dictionary) { 0 };
}

void
pq_dictionary_reset (struct pq_dictionary *dictionary)
{
  dictionary->n = 0;
  dictionary->heap.len = 0;
  if (dictionary->slots != NULL)
    memset (dictionary->slots, 0,
            dictionary->n_slots * sizeof *dictionary->slots);
}

static size_t
hash_word (uint64_t word)
{
  /* The high half of the product depends on every bit of the word.         */
  word *= UINT64_C (0x9e3779b97f4a7c15);
  return (size_t) (word >> 32 ^ word >> 15);
}

static size_t
hash_text (const char *text, size_t len)
{
  uint64_t hash = len * UINT64_C (0x9e3779b97f4a7c15);

  for (; len >= 8; text += 8, len -= 8) {
    uint64_t word;

    memcpy (&word, text, 8);
    hash = (hash ^ word) * UINT64_C (0xff51afd7ed558ccd);
    hash ^= hash >> 32;
  }
  for (; len > 0; text++, len--)
    hash = (hash ^ (unsigned char) *text) * UINT64_C (0x100000001b3);
  return hash_word (hash);
}

static size_t
hash_entry (const struct pq_dictionary *dictionary, size_t i)
{
  size_t len;
  const char *text;

  if (dictionary->lengths == NULL)
    return hash_word (dictionary->words[i]);
  text = pq_dictionary_get_text (dictionary, (uint32_t) i, &len);
  return hash_text (text, len);
}

static bool
resize (void **array, size_t n, size_t size)
{
  void *grown = realloc (*array, n * size);

  if (grown != NULL)
    *array = grown;
  return grown != NULL;
}

/* Twice the room, and a hash table four times as large as the room.        */
static bool
grow (struct pq_dictionary *dictionary, bool texts)
{
  size_t room = dictionary->room == 0 ? 256 : dictionary->room * 2;
  size_t n_slots = room * 4;

  if (!resize ((void **) &dictionary->words, room, sizeof (uint64_t))
      || (texts && !resize ((void **) &dictionary->lengths, room,
                            sizeof (uint32_t)))
      || !resize ((void **) &dictionary->slots, n_slots, sizeof (uint32_t))) {
    dictionary->failed = true;
    return false;
  }
  dictionary->room = room;
  dictionary->n_slots = n_slots;
  memset (dictionary->slots, 0, n_slots * sizeof *dictionary->slots);
  for (size_t i = 0; i < dictionary->n; i++) {
    size_t slot = hash_entry (dictionary, i) & (n_slots - 1);

    while (dictionary->slots[slot] != 0)
      slot = (slot + 1) & (n_slots - 1);
    dictionary->slots[slot] = (uint32_t) i + 1;
  }
  return true;
}

static bool
add_word (struct pq_dictionary *dictionary, uint64_t word, uint32_t *ret_index)
{
  size_t mask, slot;

  if (dictionary->n == dictionary->room && !grow (dictionary, false))
    return false;
  mask = dictionary->n_slots - 1;
  for (slot = hash_word (word) & mask; dictionary->slots[slot] != 0;
       slot = (slot + 1) & mask) {
    uint32_t i = dictionary->slots[slot] - 1;

    if (dictionary->words[i] == word) {
      *ret_index = i;
      return true;
    }
  }
  if (dictionary->n == PQ_DICTIONARY_LIMIT)
    return false;
  dictionary->words[dictionary->n] = word;
  *ret_index = (uint32_t) dictionary->n;
  dictionary->slots[slot] = (uint32_t) ++dictionary->n;
  return true;
}

bool
pq_dictionary_words (struct pq_dictionary *dictionary, const uint64_t *words,
                     size_t n, uint32_t *indexes)
{
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && words[i] == words[i - 1])
      indexes[i] = indexes[i - 1];
    else if (!add_word (dictionary, words[i], &indexes[i]))
      return false;
  }
  return true;
}

bool
pq_dictionary_text (struct pq_dictionary *dictionary, const char *text,
                    size_t len, uint32_t *ret_index)
{
  size_t mask, slot;

  if (dictionary->n == dictionary->room && !grow (dictionary, true))
    return false;
  mask = dictionary->n_slots - 1;
  for (slot = hash_text (text, len) & mask; dictionary->slots[slot] != 0;
       slot = (slot + 1) & mask) {
    uint32_t i = dictionary->slots[slot] - 1;

    if (dictionary->lengths[i] == len
        && (len == 0
            || memcmp (dictionary->heap.data + dictionary->words[i], text, len)
               == 0)) {
      *ret_index = i;
      return true;
    }
  }
  if (dictionary->n == PQ_DICTIONARY_LIMIT
      || len > PQ_DICTIONARY_BYTES - dictionary->heap.len)
    return false;
  dictionary->words[dictionary->n] = dictionary->heap.len;
  dictionary->lengths[dictionary->n] = (uint32_t) len;
  pq_bytes_put (&dictionary->heap, text, len);
  *ret_index = (uint32_t) dictionary->n;
  dictionary->slots[slot] = (uint32_t) ++dictionary->n;
  return !dictionary->heap.failed;
}
