/* SPDX-License-Identifier: Apache-2.0
 *
 * uuid.c - UUIDs of version 7 (RFC 9562), with rand_a as a counter.
 */
#include "uuid.h"
#include "clock.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define COUNTER_MAX 0xfff
/* A new millisecond starts in the lower half, so there is room to count.  */
#define COUNTER_SEED 0x7ff

static GMutex lock;
static gint64 last_ms = -1;
static guint counter;

static void
fill_random (guint8 *bytes, gsize len)
{
  /* Up to 256 bytes come whole once the pool is initialised.              */
  while (getrandom (bytes, len, 0) != (gssize) len) {
    if (errno != EINTR)
      g_error ("no random numbers from the system: %s", g_strerror (errno));
  }
}

/* The next (millisecond, counter), strictly after every earlier one.      */
static void
next_tick (guint seed, gint64 *ret_ms, guint *ret_counter)
{
  gint64 ms = MAX (clock_now () / 1000000, 0);

  g_mutex_lock (&lock);
  if (ms > last_ms) {
    last_ms = ms;
    counter = seed & COUNTER_SEED;
  } else if (counter < COUNTER_MAX) {
    counter++;
  } else {
    last_ms++;
    counter = seed & COUNTER_SEED;
  }
  *ret_ms = last_ms;
  *ret_counter = counter;
  g_mutex_unlock (&lock);
}

char *
uuid7_new (void)
{
  guint8 b[16];
  gint64 ms;
  guint count;

  fill_random (b, sizeof b);
  next_tick ((guint) b[6] << 8 | b[7], &ms, &count);
  for (int i = 0; i < 6; i++)
    b[i] = (guint8) (ms >> (40 - 8 * i));
  b[6] = (guint8) (0x70 | count >> 8);
  b[7] = (guint8) count;
  b[8] = (guint8) (0x80 | (b[8] & 0x3f));
  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
                          "%02x%02x%02x%02x%02x%02x",
                          b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
                          b[8], b[9], b[10], b[11], b[12], b[13], b[14],
                          b[15]);
}
