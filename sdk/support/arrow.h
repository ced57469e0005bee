/* SPDX-License-Identifier: Apache-2.0
 *
 * arrow.h - what a sink reads from the schema that `write` brings.  Pure.
 * [any]
 */
#ifndef MDCORE_SUPPORT_ARROW_H
#define MDCORE_SUPPORT_ARROW_H

#include <mdcore-arrow.h>
#include <mdcore.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The value of a key in a field's metadata; false: there is none.          */
bool md_arrow_metadata (const char *metadata, const char *key,
                        struct md_text *ret_value);
/* enum md_field_type of a column ("mdcore.type"), 0 when it does not say.  */
uint32_t md_arrow_type (const struct ArrowSchema *column);
/* Its id ("PARQUET:field_id"), 0 when it does not say.                     */
uint32_t md_arrow_id (const struct ArrowSchema *column);

/* Has the row no value?                                                    */
static inline bool
md_arrow_is_null (const struct ArrowArray *column, int64_t row)
{
  const uint8_t *bits = (const uint8_t *) column->buffers[0];

  return bits != NULL && (bits[row / 8] >> (row % 8) & 1) == 0;
}

/* Entry `i` of a dictionary of texts (format u), or a text (format U).     */
struct md_text md_arrow_dictionary_text (const struct ArrowArray *dictionary,
                                         int32_t i);
struct md_text md_arrow_text (const struct ArrowArray *column, int64_t row);

#ifdef __cplusplus
}
#endif

#endif
