/* SPDX-License-Identifier: Apache-2.0
 *
 * lock.h - one writer at a time, and who it is.
 *
 * A file of its own beside the database, held with flock: the kernel drops
 * the lock when the holder dies, whatever way it dies.  The file's text is
 * for people and never decides anything.
 */
#pragma once

#include "data/error.h"

typedef struct Lock Lock;

/* `dir` exists.  CORE_ERROR_STORE_LOCKED names the holder.                 */
Lock *lock_take (const char *dir, GError **error);
void lock_release (Lock *lock);
void lock_set_progress (Lock *lock, const char *line);
/* Does somebody write just now?  Leaves no trace.                          */
gboolean lock_is_held (const char *dir);

/* A reader that wants the writer to hold still for a moment, because its logs
 * change faster than a view can be opened.  NULL when there is no lock file;
 * the writer may also go on: it waits for readers ten seconds at most, and
 * for one that hangs not again.                                             */
typedef struct Gate Gate;
Gate *gate_hold (const char *dir);
void gate_release (Gate *gate);
/* The writer, before it writes.                                            */
void lock_give_way (Lock *lock);
