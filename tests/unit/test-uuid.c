/* SPDX-License-Identifier: Apache-2.0 */
#include "data/clock.h"
#include "data/uuid.h"

#include <stdlib.h>
#include <string.h>

static guint64
milliseconds (const char *uuid)
{
  g_autofree char *hex = g_strdup_printf ("%.8s%.4s", uuid, uuid + 9);

  return strtoull (hex, NULL, 16);
}

static void
test_the_form_is_version_7 (void)
{
  g_autofree char *uuid = uuid7_new ();

  g_assert_true (g_uuid_string_is_valid (uuid));
  g_assert_cmpint (uuid[14], ==, '7');
  g_assert_nonnull (strchr ("89ab", uuid[19]));
}

static void
test_it_begins_with_the_time (void)
{
  g_autofree char *uuid = NULL;

  clock_advance (MD_SECOND);
  uuid = uuid7_new ();
  g_assert_cmpuint (milliseconds (uuid), ==, clock_now () / 1000000);
}

static void
test_later_ones_sort_after_within_one_millisecond (void)
{
  g_autofree char *last = uuid7_new ();

  /* More than a millisecond's counter holds; the clock stands still.       */
  for (int i = 0; i < 10000; i++) {
    char *next = uuid7_new ();

    g_assert_cmpstr (next, >, last);
    g_free (last);
    last = next;
  }
}

static void
test_later_ones_sort_after_when_the_clock_steps_back (void)
{
  g_autofree char *before = uuid7_new (), *after = NULL;

  clock_advance (-MD_HOUR);
  after = uuid7_new ();
  g_assert_cmpstr (after, >, before);
  clock_advance (MD_HOUR);
}

static gpointer
make_many (gpointer data)
{
  GPtrArray *made = g_ptr_array_new_with_free_func (g_free);

  for (int i = 0; i < 2000; i++)
    g_ptr_array_add (made, uuid7_new ());
  return made;
}

static void
test_threads_never_make_the_same (void)
{
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal,
                                                      g_free, NULL);
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, make_many, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++) {
    g_autoptr (GPtrArray) made = g_thread_join (threads[i]);

    for (guint k = 0; k < made->len; k++)
      g_assert_true (g_hash_table_add (
        all, g_strdup (g_ptr_array_index (made, k))));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  clock_set_manual (1700000000 * MD_SECOND);
  g_test_add_func ("/uuid/the-form-is-version-7", test_the_form_is_version_7);
  g_test_add_func ("/uuid/it-begins-with-the-time",
                   test_it_begins_with_the_time);
  g_test_add_func ("/uuid/later-ones-sort-after-within-one-millisecond",
                   test_later_ones_sort_after_within_one_millisecond);
  g_test_add_func ("/uuid/later-ones-sort-after-when-the-clock-steps-back",
                   test_later_ones_sort_after_when_the_clock_steps_back);
  g_test_add_func ("/uuid/threads-never-make-the-same",
                   test_threads_never_make_the_same);
  return g_test_run ();
}
