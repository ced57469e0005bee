/* SPDX-License-Identifier: Apache-2.0
 *
 * nearest.h - "did you mean ...?"
 */
#pragma once

#include <glib.h>

/* The one of `names` (NULL-terminated) that a mistyped one most likely
 * stands for, NULL when none is close.                                     */
const char *nearest_name (const char *typo, const char *const *names);
