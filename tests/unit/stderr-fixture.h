/* SPDX-License-Identifier: Apache-2.0
 *
 * stderr-fixture.h - what a piece of code writes to stderr.
 */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
  int saved;
  char *path;
} Captured;

static inline Captured
capture_begin (void)
{
  Captured captured;
  int fd = g_file_open_tmp ("mdcore-stderr-XXXXXX", &captured.path, NULL);

  g_assert_cmpint (fd, >=, 0);
  captured.saved = dup (STDERR_FILENO);
  dup2 (fd, STDERR_FILENO);
  close (fd);
  return captured;
}

static inline char *
capture_end (Captured captured)
{
  char *text;

  dup2 (captured.saved, STDERR_FILENO);
  close (captured.saved);
  g_assert_true (g_file_get_contents (captured.path, &text, NULL, NULL));
  g_unlink (captured.path);
  g_free (captured.path);
  return text;
}
