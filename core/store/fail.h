/* SPDX-License-Identifier: Apache-2.0
 *
 * fail.h - RocksDB's and the system's failures as the core's errors.
 */
#pragma once

#include "data/error.h"

/* Takes RocksDB's message over; FALSE, so `return fail_rocks (...)`.       */
gboolean fail_rocks (GError **error, const char *path, char *message);
/* The same from a system call on `file`.                                   */
gboolean fail_errno (GError **error, const char *file, int code,
                     const char *doing);
/* Bytes in the store that are not what they should be.                     */
gboolean fail_damaged (GError **error, const char *path, const char *format,
                       ...) G_GNUC_PRINTF (3, 4);
/* A block that does not decode; takes the cause over.                       */
gboolean fail_block (GError **error, const char *path, GError *cause);
