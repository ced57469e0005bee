/* SPDX-License-Identifier: Apache-2.0
 *
 * asked.c - the request's symbols by text, and small texts kept together.
 * A file may map a million symbols of which three were asked for.
 */
#include "databento.h"
#include "symbols.h"

#include <stdlib.h>
#include <string.h>

static int
compare (const char *a, struct md_text b)
{
  int order = strncmp (a, b.ptr, b.len);

  return order != 0 ? order : a[b.len] != '\0';
}

/* Heap sort: qsort has no room for the request in C99.                      */
static void
sift (uint32_t *order, const char *const *symbols, size_t root, size_t n)
{
  for (size_t child; (child = 2 * root + 1) < n; root = child) {
    uint32_t swap;

    if (child + 1 < n
        && strcmp (symbols[order[child]], symbols[order[child + 1]]) < 0)
      child++;
    if (strcmp (symbols[order[root]], symbols[order[child]]) >= 0)
      return;
    swap = order[root];
    order[root] = order[child];
    order[child] = swap;
  }
}

static void
sort (uint32_t *order, const char *const *symbols, size_t n)
{
  for (size_t i = n / 2; i-- > 0;)
    sift (order, symbols, i, n);
  while (n-- > 1) {
    uint32_t swap = order[0];

    order[0] = order[n];
    order[n] = swap;
    sift (order, symbols, 0, n);
  }
}

int
asked_init (struct asked *asked, const struct md_request *request,
            struct md_error *err)
{
  asked->request = request;
  asked->order = malloc ((request->n_symbols + 1) * sizeof asked->order[0]);
  if (asked->order == NULL)
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  for (uint32_t i = 0; i < request->n_symbols; i++)
    asked->order[i] = i;
  sort (asked->order, request->symbols, request->n_symbols);
  return MD_OK;
}

void
asked_free (struct asked *asked)
{
  free (asked->order);
  asked->order = NULL;
}

uint32_t
asked_find (const struct asked *asked, struct md_text text)
{
  size_t low = 0, high = asked->request->n_symbols;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare (asked->request->symbols[asked->order[middle]], text);

    if (order == 0)
      return asked->order[middle];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return MD_ABSENT_NAME;
}

/* ---- texts ------------------------------------------------------------- */

bool
heap_add (struct heap *heap, struct md_text text, uint32_t *ret_offset)
{
  if (heap->size - heap->len < text.len + 1) {
    size_t size = 2 * heap->size + text.len + 4096;
    char *grown = size < UINT32_MAX ? realloc (heap->text, size) : NULL;

    if (grown == NULL)
      return false;
    heap->text = grown;
    heap->size = size;
  }
  memcpy (heap->text + heap->len, text.ptr, text.len);
  heap->text[heap->len + text.len] = '\0';
  *ret_offset = (uint32_t) heap->len;
  heap->len += text.len + 1;
  return true;
}

/* ---- contracts --------------------------------------------------------- */

int
contracts_add (struct contracts *contracts, uint32_t id, md_time from,
               md_time to, struct md_text name, struct md_error *err)
{
  uint32_t text;

  if (contracts->n == contracts->capacity) {
    size_t capacity = 2 * contracts->capacity + 64;
    struct contract *grown = realloc (contracts->items,
                                      capacity * sizeof *grown);

    if (grown == NULL)
      return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
    contracts->items = grown;
    contracts->capacity = capacity;
  }
  if (!heap_add (&contracts->heap, name, &text))
    return dbn_fail (err, MD_ERR_INTERNAL, "out of memory");
  contracts->items[contracts->n++] = (struct contract) { id, text, from, to };
  return MD_OK;
}

void
contracts_free (struct contracts *contracts)
{
  free (contracts->items);
  free (contracts->heap.text);
  memset (contracts, 0, sizeof *contracts);
}
