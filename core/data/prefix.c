/* SPDX-License-Identifier: Apache-2.0
 *
 * prefix.c - paths relative to the running program.
 */
#include "prefix.h"

char *
prefix_path (const char *relative)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *dir = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *path = NULL;

  if (dir == NULL)
    return NULL;
  path = g_canonicalize_filename (relative, dir);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  return g_steal_pointer (&path);
}
