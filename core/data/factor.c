/* SPDX-License-Identifier: Apache-2.0
 *
 * factor.c - factors of splits and dividends, and prices times them.
 */
#include "factor.h"

#include "decimals.h"

#include <math.h>

#define SHARE_BITS 96

typedef unsigned __int128 u128;

const Factor factor_one = { 1, 1, (u128) 1 << SHARE_BITS };

gboolean
factor_is_one (const Factor *factor)
{
  return factor->num == 1 && factor->den == 1
         && factor->share == factor_one.share;
}

/* ---- 256 bits -------------------------------------------------------- */

typedef struct {
  guint64 limb[4]; /* lowest first                                          */
} Wide;

static Wide
multiply (u128 a, u128 b)
{
  const guint64 x[2] = { (guint64) a, (guint64) (a >> 64) };
  const guint64 y[2] = { (guint64) b, (guint64) (b >> 64) };
  Wide product = { { 0 } };

  for (guint i = 0; i < 2; i++) {
    guint64 carry = 0;

    for (guint k = 0; k < 2; k++) {
      u128 sum = (u128) x[i] * y[k] + product.limb[i + k] + carry;

      product.limb[i + k] = (guint64) sum;
      carry = (guint64) (sum >> 64);
    }
    product.limb[i + 2] = carry;
  }
  return product;
}

static guint64
divide (Wide *a, guint64 by)
{
  guint64 rest = 0;

  for (int i = 3; i >= 0; i--) {
    u128 part = ((u128) rest << 64) | a->limb[i];

    a->limb[i] = (guint64) (part / by);
    rest = (guint64) (part % by);
  }
  return rest;
}

/* ---- building -------------------------------------------------------- */

static guint64
common_divisor (guint64 a, guint64 b)
{
  while (b != 0) {
    guint64 rest = a % b;

    a = b;
    b = rest;
  }
  return a;
}

static gboolean
to_integers (double from, double to, guint64 *ret_from, guint64 *ret_to)
{
  const double values[2] = { from, to };
  gint64 integers[2];
  guint p;

  /* Beyond 2^53 / 10^9 a ratio of shares is none.                          */
  if (!(from > 0 && from <= 1e6 && to > 0 && to <= 1e6))
    return FALSE;
  p = decimals_find (values, 2);
  if (p > DECIMALS_MAX_POWER)
    return FALSE;
  decimals_convert (values, 2, p, integers);
  if (integers[0] <= 0 || integers[1] <= 0)
    return FALSE;
  *ret_from = (guint64) integers[0];
  *ret_to = (guint64) integers[1];
  return TRUE;
}

gboolean
factor_add_split (Factor *factor, double from, double to)
{
  guint64 num, den, crosswise, across;
  u128 top, bottom;

  if (!to_integers (from, to, &num, &den))
    return FALSE;
  crosswise = common_divisor (num, den);
  num /= crosswise;
  den /= crosswise;
  crosswise = common_divisor (num, factor->den);
  across = common_divisor (factor->num, den);
  top = (u128) (factor->num / across) * (num / crosswise);
  bottom = (u128) (factor->den / crosswise) * (den / across);
  if (top > G_MAXUINT64 || bottom > G_MAXUINT64)
    return FALSE;
  factor->num = (guint64) top;
  factor->den = (guint64) bottom;
  return TRUE;
}

/* Half to even: `rest` of `by` are left, and perhaps a little more.        */
static u128
rounded (u128 whole, u128 rest, u128 by, gboolean more)
{
  u128 half = by - rest;

  if (rest > half || (rest == half && (more || (whole & 1) != 0)))
    return whole + 1;
  return whole;
}

gboolean
factor_add_part (Factor *factor, gint64 part, gint64 whole)
{
  Wide product;
  guint64 rest;

  if (part <= 0 || part > whole)
    return FALSE;
  product = multiply (factor->share, (u128) part);
  rest = divide (&product, (guint64) whole);
  factor->share = rounded (((u128) product.limb[1] << 64) | product.limb[0],
                           rest, (u128) whole, FALSE);
  return TRUE;
}

/* ---- using ----------------------------------------------------------- */

/* magnitude x num / den x share / 2^96.                                    */
static u128
scaled (const Factor *factor, guint64 magnitude, gboolean *ret_fits)
{
  const u128 mask = ((u128) 1 << SHARE_BITS) - 1;
  u128 shares = (u128) magnitude * factor->num;
  Wide product = multiply (shares, factor->share);
  guint64 rest = divide (&product, factor->den);
  u128 low = ((u128) product.limb[1] << 64) | product.limb[0];
  u128 high = ((u128) product.limb[3] << 64) | product.limb[2];

  *ret_fits = high >> SHARE_BITS == 0;
  return rounded ((high << (128 - SHARE_BITS)) | (low >> SHARE_BITS),
                  low & mask, (u128) 1 << SHARE_BITS, rest != 0);
}

md_price
factor_price (const Factor *factor, md_price price)
{
  gboolean fits;
  u128 result;

  if (price == MD_ABSENT || factor_is_one (factor))
    return price;
  result = scaled (factor, price < 0 ? 0 - (guint64) price : (guint64) price,
                   &fits);
  if (!fits || result >= (u128) G_MAXINT64)
    return MD_ABSENT;
  return price < 0 ? -(md_price) result : (md_price) result;
}

double
factor_average (const Factor *factor, double price)
{
  return price * (double) factor->num / (double) factor->den
         * ldexp ((double) factor->share, -SHARE_BITS);
}

double
factor_shares (const Factor *factor, double shares)
{
  return shares * (double) factor->den / (double) factor->num;
}
