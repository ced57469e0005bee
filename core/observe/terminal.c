/* SPDX-License-Identifier: Apache-2.0
 *
 * terminal.c - what stderr is and can do.
 */
#include "terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

gboolean
terminal_is_live (void)
{
  const char *term = g_getenv ("TERM");

  return isatty (STDERR_FILENO) && term != NULL && strcmp (term, "dumb") != 0;
}

gboolean
terminal_has_colour (void)
{
  const char *refused = g_getenv ("NO_COLOR");

  return terminal_is_live () && (refused == NULL || *refused == '\0');
}

guint
terminal_width (void)
{
  struct winsize size;

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return 80;
  return size.ws_col;
}
