/* SPDX-License-Identifier: Apache-2.0
 *
 * decimals.c - doubles that are decimals with few digits, as integers.
 */
#include "decimals.h"

#include <math.h>
#include <string.h>

const double decimals_power[DECIMALS_MAX_POWER + 1]
  = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };

/* Integers up to here times a power of ten keep their exact quotient.      */
#define LIMIT 0x1p51

/* Nearest integer of |v| < 2^51, to even, without a library call: after the
 * addition the integer stands in the low bits of the sum.                  */
#define ROUNDER 0x1.8p52
#define ROUNDER_BITS G_GINT64_CONSTANT (0x4338000000000000)

static inline gint64
f64_to_bits (double v)
{
  gint64 bits;

  memcpy (&bits, &v, sizeof bits);
  return bits;
}

static inline gint64
nearest (double v)
{
  return f64_to_bits (v + ROUNDER) - ROUNDER_BITS;
}

/* Is every value the double nearest to an integer / 10^p?  Bit for bit, so
 * -0.0 is not.                                                             */
static gboolean
are_decimals (const double *values, gsize n, guint p)
{
  double power = decimals_power[p];
  guint64 wrong = 0;

  for (gsize i = 0; i < n; i++) {
    double up = values[i] * power, whole = (up + ROUNDER) - ROUNDER;

    wrong |= !(fabs (up) < LIMIT);
    wrong |= (guint64) (f64_to_bits (whole / power) ^ f64_to_bits (values[i]));
  }
  return wrong == 0;
}

guint
decimals_find (const double *values, gsize n)
{
  guint p = 0;

  for (gsize i = 0; i < n && p <= DECIMALS_MAX_POWER; i += n / 16 + 1) {
    while (p <= DECIMALS_MAX_POWER && !are_decimals (&values[i], 1, p))
      p++;
  }
  while (p <= DECIMALS_MAX_POWER && !are_decimals (values, n, p))
    p++;
  return p;
}

void
decimals_convert (const double *values, gsize n, guint p, gint64 *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = nearest (values[i] * decimals_power[p]);
}
