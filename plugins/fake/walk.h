/* SPDX-License-Identifier: Apache-2.0
 *
 * walk.h - a price that wanders, as a function of time alone: asking for any
 * moment, in any order, gives the same answer.
 */
#ifndef FAKE_WALK_H
#define FAKE_WALK_H

#include <mdcore.h>

#define WALK_LEVELS 14
#define WALK_CENT   (MD_PRICE_ONE / 100)

struct walk_cell {
  int64_t start;      /* seconds                                          */
  int64_t v0, v1;     /* at its start and at its end, 1e-9 of the base    */
  bool    filled;
};

struct walk {
  uint64_t key;       /* of seed and symbol                               */
  int64_t  base;      /* cents                                            */
  struct walk_cell cells[WALK_LEVELS];
};

uint64_t fake_mix (uint64_t x);
uint64_t fake_hash_text (const char *text);

void walk_init (struct walk *walk, uint64_t seed, const char *symbol);
/* The coarsest level whose points include all multiples of STEP seconds.  */
unsigned walk_level (int64_t step);
/* The price at T, seconds since 1970, a multiple of the level's period; in
 * cents.  Neighbouring times are cheapest.                                */
int64_t walk_cents (struct walk *walk, unsigned level, int64_t t);
/* Half the usual swing within one period of the level, in cents, >= 1.    */
int64_t walk_swing (const struct walk *walk, unsigned level);

#endif
