/* SPDX-License-Identifier: Apache-2.0
 *
 * clock.c - wall and monotonic time, waiting, and the clocks of tests.
 */
#include "clock.h"

#include "build-config.h"
#include "interval.h"

#include <time.h>

#define WAIT_SLICE (50 * G_TIME_SPAN_MILLISECOND)

/* The manual clock: one for the process, set before threads start.        */
static gboolean manual;
static gint64 manual_now, manual_elapsed;

static gint64
read_clock (clockid_t id)
{
  struct timespec ts;

  clock_gettime (id, &ts);
  return ts.tv_sec * MD_SECOND + ts.tv_nsec;
}

#if MDCORE_TEST_HOOKS
/* How far the test clock is from the real one, read once.                 */
static gint64
test_offset (void)
{
  static gsize once;
  static gint64 offset;

  if (g_once_init_enter (&once)) {
    const char *text = g_getenv ("MDCORE_TEST_CLOCK");
    md_time start;

    if (text != NULL && time_parse (text, &start, NULL))
      offset = start - read_clock (CLOCK_REALTIME);
    g_once_init_leave (&once, 1);
  }
  return offset;
}
#else
#define test_offset() 0
#endif

md_time
clock_now (void)
{
  if (manual)
    return __atomic_load_n (&manual_now, __ATOMIC_SEQ_CST);
  return read_clock (CLOCK_REALTIME) + test_offset ();
}

gint64
clock_monotonic (void)
{
  if (manual)
    return __atomic_load_n (&manual_elapsed, __ATOMIC_SEQ_CST);
  return read_clock (CLOCK_MONOTONIC);
}

gint64
clock_boottime (void)
{
  if (manual)
    return __atomic_load_n (&manual_elapsed, __ATOMIC_SEQ_CST);
  return read_clock (CLOCK_BOOTTIME);
}

void
clock_set_manual (md_time now)
{
  manual = TRUE;
  manual_now = now;
}

void
clock_advance (gint64 ns)
{
  __atomic_add_fetch (&manual_now, ns, __ATOMIC_SEQ_CST);
  __atomic_add_fetch (&manual_elapsed, ns, __ATOMIC_SEQ_CST);
}

void
cancel_request (Cancel *cancel, int why)
{
  __atomic_store_n (&cancel->requested, why, __ATOMIC_SEQ_CST);
}

gboolean
cancel_requested (const Cancel *cancel)
{
  return cancel != NULL
         && __atomic_load_n (&cancel->requested, __ATOMIC_SEQ_CST) != 0;
}

gboolean
clock_wait_until (gint64 deadline, const Cancel *cancel)
{
  for (;;) {
    gint64 left = deadline - clock_monotonic ();

    if (left <= 0)
      return TRUE;
    if (cancel_requested (cancel))
      return FALSE;
    if (manual)
      clock_advance (left);
    else
      g_usleep (MIN (left / 1000 + 1, WAIT_SLICE));
  }
}
