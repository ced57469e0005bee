/* SPDX-License-Identifier: Apache-2.0
 *
 * limiter-fixture.h - a limiter's file in a folder of the test's own, and the
 * manual clock from 0.
 */
#pragma once

#include "engine/limiter.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define KEY "0123456789abcdef"

typedef struct {
  char *dir, *path;
} Fixture;

static inline void
set_up (Fixture *fixture, gconstpointer data)
{
  clock_set_manual (0);
  fixture->dir = g_dir_make_tmp ("mdcore-limiter-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->dir, KEY ".limit", NULL);
}

static inline void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_rmdir (fixture->dir);
  g_free (fixture->path);
  g_free (fixture->dir);
}

static inline Limiter *
limiter_at (Fixture *fixture, double per_second, double burst)
{
  Limiter *limiter = limiter_new (fixture->dir, KEY);

  limiter_configure (limiter, NULL, per_second, burst);
  return limiter;
}

static inline void
assert_near (gint64 time, gint64 expected)
{
  g_assert_cmpint (ABS (time - expected), <, 1000);
}
