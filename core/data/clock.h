/* SPDX-License-Identifier: Apache-2.0
 *
 * clock.h - the only source of time in the program, and how a thread waits.
 *
 * In builds with -Dtest_hooks=true the wall clock starts at
 * MDCORE_TEST_CLOCK (RFC 3339) and runs on from there, and unit tests can
 * install a manual clock.
 */
#pragma once

#include <glib.h>
#include <mdcore.h>

/* Wall clock, ns since 1970.  [any]                                        */
md_time clock_now (void);
/* Monotonic, ns, for durations and deadlines.  [any]                       */
gint64 clock_monotonic (void);
/* The same, but the same for all processes until the next boot, and running
 * on while the machine sleeps: for state that processes share.             */
gint64 clock_boottime (void);

/* A request to stop, shared by threads.  Setting is async-signal-safe.     */
typedef struct {
  gint requested; /* 0, or the signal number that asked                     */
} Cancel;
void cancel_request (Cancel *cancel, int why);
gboolean cancel_requested (const Cancel *cancel);

/* Sleeps until the monotonic deadline or cancel (checked every 50 ms at
 * least); TRUE when the deadline was reached.  cancel may be NULL.         */
gboolean clock_wait_until (gint64 deadline, const Cancel *cancel);

/* Unit tests: a clock that moves only when told (waiting moves it).        */
void clock_set_manual (md_time now);
void clock_advance (gint64 ns);
