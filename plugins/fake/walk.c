/* SPDX-License-Identifier: Apache-2.0
 *
 * walk.c - midpoint displacement over a calendar: the value at a point of
 * one level lies on the straight line between its neighbours of the level
 * above, moved by noise that depends on (seed, symbol, level, time) only.
 *
 * Integers throughout, so that every machine and compiler makes the same
 * prices.  The amplitudes grow with the square root of the period, as those
 * of a random walk do, and together stay below 55 %: no price is negative.
 */
#include "walk.h"

#define DAY 86400
#define ONE INT64_C (1000000000)

static const struct {
  int64_t period;    /* seconds; each divides the one before              */
  int64_t amplitude; /* 1e-9 of the base price                            */
} levels[WALK_LEVELS] = {
  { 1024 * DAY, 200000000 }, { 256 * DAY, 160000000 },
  { 64 * DAY, 80000000 }, { 16 * DAY, 40000000 }, { 4 * DAY, 20000000 },
  { DAY, 10000000 }, { 14400, 4082000 }, { 3600, 2041000 },
  { 900, 1020000 }, { 300, 589000 }, { 60, 263000 }, { 15, 131000 },
  { 5, 76000 }, { 1, 34000 },
};

/* The finalizer of splitmix64.                                            */
uint64_t
fake_mix (uint64_t x)
{
  x += UINT64_C (0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

uint64_t
fake_hash_text (const char *text)
{
  uint64_t hash = UINT64_C (0xcbf29ce484222325); /* FNV-1a                 */

  for (; *text != '\0'; text++)
    hash = (hash ^ (unsigned char) *text) * UINT64_C (0x100000001b3);
  return fake_mix (hash);
}

void
walk_init (struct walk *walk, uint64_t seed, const char *symbol)
{
  *walk = (struct walk) { .key = fake_mix (seed) ^ fake_hash_text (symbol) };
  /* 20.00 to 519.99                                                       */
  walk->base = 2000 + (int64_t) (fake_mix (walk->key) % 50000);
}

unsigned
walk_level (int64_t step)
{
  unsigned level = 0;

  while (step % levels[level].period != 0)
    level++;
  return level;
}

/* Two halves of one hash added: more often small than large.              */
static int64_t
noise (const struct walk *walk, unsigned level, int64_t t)
{
  uint64_t hash = fake_mix ((walk->key + level) ^ (uint64_t) t);
  int64_t sum = (int64_t) (hash >> 33) + (int64_t) (hash & 0x7fffffff);

  return (sum - (INT64_C (1) << 31)) * levels[level].amplitude
         / (INT64_C (1) << 31);
}

static int64_t point (struct walk *walk, unsigned level, int64_t t);

static int64_t
floor_to (int64_t t, int64_t period)
{
  int64_t rest = t % period;

  return t - rest - (rest < 0 ? period : 0);
}

/* The cell of LEVEL that holds T.                                         */
static void
fill (struct walk *walk, unsigned level, int64_t t)
{
  struct walk_cell *cell = &walk->cells[level];
  int64_t period = levels[level].period;
  int64_t start = floor_to (t, period);
  bool follows = cell->filled && cell->start + period == start;

  cell->v0 = follows ? cell->v1 : point (walk, level, start);
  cell->v1 = point (walk, level, start + period);
  cell->start = start;
  cell->filled = true;
}

static int64_t
point (struct walk *walk, unsigned level, int64_t t)
{
  const struct walk_cell *above = &walk->cells[level - (level > 0)];
  int64_t period, d;

  if (level == 0)
    return ONE + noise (walk, level, t);
  period = levels[level - 1].period;
  d = t - above->start;
  if (!above->filled || d < 0 || d > period) {
    fill (walk, level - 1, t);
    d = t - above->start;
  }
  if (d == 0)
    return above->v0;
  if (d == period)
    return above->v1;
  return above->v0 + (above->v1 - above->v0) * d / period
         + noise (walk, level, t);
}

int64_t
walk_cents (struct walk *walk, unsigned level, int64_t t)
{
  return walk->base * point (walk, level, t) / ONE;
}

int64_t
walk_swing (const struct walk *walk, unsigned level)
{
  return walk->base * levels[level].amplitude / ONE + 1;
}
