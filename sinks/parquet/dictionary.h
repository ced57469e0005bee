/* SPDX-License-Identifier: Apache-2.0
 *
 * dictionary.h - distinct values of a column chunk in order of first use.
 */
#ifndef PARQUET_DICTIONARY_H
#define PARQUET_DICTIONARY_H

#include "bytes.h"

#define PQ_DICTIONARY_LIMIT 65536           /* entries                      */
#define PQ_DICTIONARY_BYTES (2u << 20)      /* of texts                     */

/* Either of 64-bit words (integers, doubles by their bits) or of texts.    */
struct pq_dictionary {
  uint64_t *words;       /* by index: the word; a text's offset in `heap`   */
  uint32_t *lengths;     /* texts only                                      */
  uint32_t *slots;       /* hash table of index + 1, 0 = free               */
  size_t    n, room, n_slots; /* n_slots is a power of two, above 2 * n     */
  struct pq_bytes heap;
  bool      failed;      /* no memory                                       */
};

void pq_dictionary_clear (struct pq_dictionary *dictionary);
/* Forgets the entries, keeps the memory.                                   */
void pq_dictionary_reset (struct pq_dictionary *dictionary);
/* False when there would be more entries than the limit, or no memory.     */
bool pq_dictionary_words (struct pq_dictionary *dictionary,
                          const uint64_t *words, size_t n,
                          uint32_t *indexes);
bool pq_dictionary_text (struct pq_dictionary *dictionary, const char *text,
                         size_t len, uint32_t *ret_index);

static inline const char *
pq_dictionary_get_text (const struct pq_dictionary *dictionary, uint32_t i,
                        size_t *ret_len)
{
  *ret_len = dictionary->lengths[i];
  return (const char *) dictionary->heap.data + dictionary->words[i];
}

#endif
