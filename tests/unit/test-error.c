/* SPDX-License-Identifier: Apache-2.0 */
#include "data/error.h"

static void
test_auth_exits_with_four (void)
{
  g_autoptr (GError) error = g_error_new_literal (CORE_ERROR, MD_ERR_AUTH, "x");

  g_assert_cmpint (error_exit_status (error), ==, 4);
}

static void
test_class_survives_the_way_to_gerror_and_back (void)
{
  struct md_error err, back;
  g_autoptr (GError) error = NULL;

  md_fail (&err, MD_ERR_LIMITED, "slow down, %d", 7);
  error_from_md (&error, &err);
  g_assert_cmpint (error_to_md (error, &back), ==, MD_ERR_LIMITED);
  g_assert_cmpstr (back.message, ==, "slow down, 7");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/auth-exits-with-four", test_auth_exits_with_four);
  g_test_add_func ("/error/class-survives-the-way-to-gerror-and-back",
                   test_class_survives_the_way_to_gerror_and_back);
  return g_test_run ();
}
