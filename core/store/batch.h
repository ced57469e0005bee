/* SPDX-License-Identifier: Apache-2.0
 *
 * batch.h - what is written together, and the numbers that go with it.
 *
 * A batch is one synced write.  What one segment contributes is staged
 * first, because only its end shows whether it is to be written at all.
 */
#pragma once

#include "view.h"

#include <mdcore.h>

/* One record of family meta, part of every batch.                          */
typedef struct {
  guint64 last_commit;
  md_time last_at;               /* when; never before an earlier commit    */
  guint32 next_series, next_table;
  guint64 series, blocks, rows, history_rows, dead, raw;
} StoreState;

gboolean state_read (const View *view, StoreState *ret_state, GError **error);

typedef struct {
  View view;                     /* the database with this batch            */
  StoreState state;
  gboolean is_dirty;
} Batch;

gboolean batch_begin (Batch *batch, Db *db, GError **error);
/* One write, on disk when it returns.  Writes nothing when nothing was
 * staged.                                                                  */
gboolean batch_write (Batch *batch, GError **error);
void batch_clear (Batch *batch);

typedef struct {
  GArray *ops;
  StoreState state;              /* the batch's when this is applied        */
} Stage;

void stage_begin (Stage *stage, const Batch *batch);
/* The value is taken over; NULL deletes the key.                           */
void stage_put (Stage *stage, Family family, const void *key, gsize len,
                GBytes *value);
void stage_put_bytes (Stage *stage, Family family, GByteArray *key,
                      GBytes *value); /* both taken over                    */
void stage_apply (Stage *stage, Batch *batch);
void stage_clear (Stage *stage);
