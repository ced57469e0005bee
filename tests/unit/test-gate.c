/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/gate.h"

typedef struct {
  Gate *gate;
  Cancel cancel;
  gint entered;
} Visitor;

static gpointer
visit (gpointer data)
{
  Visitor *visitor = data;

  if (gate_enter (visitor->gate, &visitor->cancel))
    g_atomic_int_inc (&visitor->entered);
  return NULL;
}

static void
test_second_caller_waits_for_the_first_answer (void)
{
  Visitor visitor = { .gate = gate_new () };
  GThread *thread;

  g_assert_true (gate_enter (visitor.gate, NULL));
  thread = g_thread_new ("second", visit, &visitor);
  g_usleep (120 * 1000);
  g_assert_cmpint (g_atomic_int_get (&visitor.entered), ==, 0);
  gate_open (visitor.gate);
  g_thread_join (thread);
  g_assert_cmpint (visitor.entered, ==, 1);
  gate_free (visitor.gate);
}

static void
test_next_caller_tries_when_the_first_left_without_answer (void)
{
  Visitor visitor = { .gate = gate_new () };
  GThread *thread;

  g_assert_true (gate_enter (visitor.gate, NULL));
  gate_leave (visitor.gate);
  thread = g_thread_new ("second", visit, &visitor);
  g_thread_join (thread);
  g_assert_cmpint (visitor.entered, ==, 1);
  gate_free (visitor.gate);
}

static void
test_cancel_ends_the_wait (void)
{
  Visitor visitor = { .gate = gate_new () };
  GThread *thread;

  g_assert_true (gate_enter (visitor.gate, NULL));
  thread = g_thread_new ("second", visit, &visitor);
  cancel_request (&visitor.cancel, 15);
  g_thread_join (thread);
  g_assert_cmpint (visitor.entered, ==, 0);
  gate_free (visitor.gate);
}

static void
test_first_caller_may_call_again (void)
{
  Gate *gate = gate_new ();

  g_assert_true (gate_enter (gate, NULL));
  g_assert_true (gate_enter (gate, NULL));
  gate_free (gate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/second-caller-waits-for-the-first-answer",
                   test_second_caller_waits_for_the_first_answer);
  g_test_add_func ("/gate/next-caller-tries-when-the-first-left",
                   test_next_caller_tries_when_the_first_left_without_answer);
  g_test_add_func ("/gate/cancel-ends-the-wait", test_cancel_ends_the_wait);
  g_test_add_func ("/gate/first-caller-may-call-again",
                   test_first_caller_may_call_again);
  return g_test_run ();
}
