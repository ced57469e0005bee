/* SPDX-License-Identifier: Apache-2.0 */
#include "data/nearest.h"

#include <string.h>

static const char *const names[] = { "workers", "symbols", "max_retries",
                                     "base", "cap", NULL };

static const struct {
  const char *typo, *nearest;
} cases[] = {
  { "workers", "workers" },      { "wrokers", "workers" },
  { "worker", "workers" },       { "symbls", "symbols" },
  { "SYMBOLS", "symbols" },      { "max-retries", "max_retries" },
  { "maxretries", "max_retries" }, { "max", "max_retries" },
  { "bsae", "base" },            { "tickers", NULL },
  { "", NULL },                  { "xyz", NULL },
  { "c", NULL },
};

static void
test_typos_find_their_name_and_other_words_none (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (nearest_name (cases[i].typo, names), ==,
                     cases[i].nearest);
}

static void
test_very_long_words_are_no_typos (void)
{
  g_autofree char *longest = g_strnfill (100000, 'w');
  const char *const with_long[] = { longest, "workers", NULL };

  g_assert_null (nearest_name (longest, names));
  g_assert_cmpstr (nearest_name ("wrokers", with_long), ==, "workers");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nearest/typos-find-their-name-and-other-words-none",
                   test_typos_find_their_name_and_other_words_none);
  g_test_add_func ("/nearest/very-long-words-are-no-typos",
                   test_very_long_words_are_no_typos);
  return g_test_run ();
}
