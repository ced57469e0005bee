/* SPDX-License-Identifier: Apache-2.0
 *
 * fail.h - errors of sinks that write files.
 */
#ifndef MDCORE_SINKS_FAIL_H
#define MDCORE_SINKS_FAIL_H

#include <mdcore.h>

/* Fills err and returns klass.                                             */
int sink_fail (struct md_error *err, int klass, const char *format, ...)
  __attribute__ ((format (printf, 3, 4)));
/* "cannot DOING PATH: why; what to do", from errno.                        */
int sink_fail_file (struct md_error *err, const char *doing, const char *path);

#endif
