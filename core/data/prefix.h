/* SPDX-License-Identifier: Apache-2.0
 *
 * prefix.h - where this program was installed, so that a moved tree still
 * finds what belongs to it.
 */
#pragma once

#include <glib.h>

/* `relative` to the folder of the running program, without "..", if there
 * is such a file or folder; else NULL.  (transfer full)                    */
char *prefix_path (const char *relative);
