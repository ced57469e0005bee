/* SPDX-License-Identifier: Apache-2.0
 *
 * terminal.h - what stderr is and can do.
 */
#pragma once

#include <glib.h>

/* stderr is a terminal that can move its cursor.                           */
gboolean terminal_is_live (void);
/* ... and the user has not asked for NO_COLOR.                             */
gboolean terminal_has_colour (void);
/* Columns, 80 when unknown.                                                */
guint terminal_width (void);
