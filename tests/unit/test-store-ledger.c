/* SPDX-License-Identifier: Apache-2.0 */
#include "store-help.h"

#include "data/clock.h"
#include "data/error.h"
#include "store/ledger.h"

typedef struct {
  char *dir;
  Store *store;
  AskKey ask;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = help_dir ();
  f->store = help_open (f->dir, STORE_WRITE);
  f->ask = help_ask (FALSE, "AAPL", MD_SELECT_SYMBOL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  store_close (f->store);
  help_remove (f->dir);
}

/* Without rows: the state alone.                                           */
static guint64
tell (Fixture *f, gint64 from, gint64 to, LedgerState state,
      const char *reason, md_time next_ask)
{
  Segment *segment = help_segment_of (FALSE, "AAPL", MD_SELECT_SYMBOL, from,
                                      to);

  segment->state = state;
  segment->reason = g_strdup (reason);
  segment->next_ask = next_ask;
  return help_commit (f->store, segment).commit;
}

static void
assert_ledger (Fixture *f, const char *wanted)
{
  g_autofree char *ledger = help_ledger (f->store, &f->ask);

  g_assert_cmpstr (ledger, ==, wanted);
}

static LedgerSpan
first_span (Fixture *f)
{
  g_autoptr (GArray) spans = store_ledger (f->store, &f->ask, NULL);
  LedgerSpan span;

  g_assert_cmpuint (spans->len, >, 0);
  span = g_array_index (spans, LedgerSpan, 0);
  span.reason = NULL;
  return span;
}

/* ---- answers --------------------------------------------------------- */

static void
test_nothing_asked_is_no_span (Fixture *f, gconstpointer data)
{
  assert_ledger (f, "");
}

static void
test_a_year_of_days_is_one_span (Fixture *f, gconstpointer data)
{
  for (gint64 day = 0; day < 365; day++)
    tell (f, day * 1440, (day + 1) * 1440, LEDGER_EMPTY, NULL, 0);
  assert_ledger (f, "empty 0-525600");
}

static void
test_failures_fill_gaps_only (Fixture *f, gconstpointer data)
{
  tell (f, 10, 20, LEDGER_EMPTY, NULL, 0);
  tell (f, 30, 40, LEDGER_UNAVAILABLE, "free plan", 0);
  tell (f, 0, 50, LEDGER_FAILED, "network: reset", 0);
  assert_ledger (f, "failed 0-10 (network: reset); empty 10-20; "
                    "failed 20-30 (network: reset); "
                    "failed 30-40 (network: reset); "
                    "failed 40-50 (network: reset)");
}

static void
test_an_answer_overwrites_anything (Fixture *f, gconstpointer data)
{
  tell (f, 0, 10, LEDGER_FAILED, "network: reset", 0);
  tell (f, 10, 20, LEDGER_SUSPECT, NULL, 77);
  tell (f, 20, 30, LEDGER_MISSING, "stream cut", 0);
  tell (f, 5, 25, LEDGER_EMPTY, NULL, 0);
  assert_ledger (f, "failed 0-5 (network: reset); empty 5-25; "
                    "missing 25-30 (stream cut)");
}

static void
test_the_same_answer_again_is_not_written (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (tell (f, 0, 10, LEDGER_EMPTY, NULL, 0), ==, 1);
  g_assert_cmpuint (tell (f, 2, 8, LEDGER_EMPTY, NULL, 0), ==, 0);
  g_assert_cmpuint (first_span (f).asks, ==, 1);
}

static void
test_each_vain_ask_is_counted (Fixture *f, gconstpointer data)
{
  tell (f, 0, 10, LEDGER_SUSPECT, NULL, 100);
  tell (f, 0, 10, LEDGER_SUSPECT, NULL, 200);
  tell (f, 0, 10, LEDGER_SUSPECT, NULL, 400);
  g_assert_cmpuint (first_span (f).asks, ==, 3);
  g_assert_cmpint (first_span (f).next_ask, ==, 400);
  g_assert_cmpuint (first_span (f).commit, ==, 3);
}

static void
test_what_is_asked_next_at_another_time_stays_apart (Fixture *f,
                                                     gconstpointer data)
{
  tell (f, 0, 10, LEDGER_SUSPECT, NULL, 100);
  tell (f, 10, 20, LEDGER_SUSPECT, NULL, 200);
  assert_ledger (f, "suspect 0-10; suspect 10-20");
}

/* ---- marks ----------------------------------------------------------- */

static void
mark (Fixture *f, gint64 from, gint64 to, LedgerState state,
      const char *reason)
{
  g_autoptr (GError) error = NULL;

  store_mark (f->store, &f->ask, MINUTES (from), MINUTES (to), state, reason,
              &error);
  g_assert_no_error (error);
}

static void
test_only_what_is_held_goes_stale (Fixture *f, gconstpointer data)
{
  help_put (f->store, "AAPL", 0, 10, "0=1");
  tell (f, 10, 20, LEDGER_FAILED, "network: reset", 0);
  mark (f, -50, 50, LEDGER_STALE, "split 2024-01-05");
  assert_ledger (f, "stale 0-10 (split 2024-01-05); "
                    "failed 10-20 (network: reset)");
}

static void
test_a_vain_ask_leaves_stale_rows_stale (Fixture *f, gconstpointer data)
{
  help_put (f->store, "AAPL", 0, 10, "0=1");
  mark (f, 0, 10, LEDGER_STALE, "split");
  tell (f, 0, 10, LEDGER_FAILED, "network: reset", 0);
  assert_ledger (f, "stale 0-10 (network: reset)");
  help_put (f->store, "AAPL", 0, 10, "0=1");
  assert_ledger (f, "complete 0-10");
}

static void
test_what_is_empty_is_not_pruned (Fixture *f, gconstpointer data)
{
  help_put (f->store, "AAPL", 0, 10, "0=1");
  tell (f, 10, 20, LEDGER_EMPTY, NULL, 0);
  mark (f, 0, 15, LEDGER_PRUNED, NULL);
  assert_ledger (f, "pruned 0-10; empty 10-20");
  tell (f, 0, 15, LEDGER_FAILED, "network: reset", 0);
  assert_ledger (f, "pruned 0-10; empty 10-20");
}

static void
test_a_hole_is_marked_where_nothing_was (Fixture *f, gconstpointer data)
{
  mark (f, 5, 7, LEDGER_MISSING, "stream cut");
  assert_ledger (f, "missing 5-7 (stream cut)");
}

/* ---- keys ------------------------------------------------------------ */

static gboolean
count_key (const AskKey *key, const GArray *spans, gpointer data)
{
  g_assert_cmpuint (spans->len, ==, 1);
  ++*(guint *) data;
  return *(guint *) data < 5;
}

static void
test_keys_are_found_by_what_is_given (Fixture *f, gconstpointer data)
{
  AskKey match = { NULL, NULL, NULL, (char *) "MSFT", 0 };
  guint n = 0;

  help_put (f->store, "AAPL", 0, 10, "0=1");
  help_put (f->store, "MSFT", 0, 10, "0=1");
  help_commit (f->store, help_segment (TRUE, "MSFT", 0, 10, "0=1"));
  g_assert_true (store_ledger_each (f->store, &match, count_key, &n, NULL));
  g_assert_cmpuint (n, ==, 2);
  match.kind = MD_SELECT_PARENT;
  g_assert_true (store_ledger_each (f->store, &match, count_key, &n, NULL));
  g_assert_cmpuint (n, ==, 2);
  n = 0;
  g_assert_true (store_ledger_each (f->store, NULL, count_key, &n, NULL));
  g_assert_cmpuint (n, ==, 3);
  n = 4;
  g_assert_true (store_ledger_each (f->store, NULL, count_key, &n, NULL));
  g_assert_cmpuint (n, ==, 5);
}

/* ---- arithmetic ------------------------------------------------------ */

#define UNITS 40

static gboolean
is_settled (LedgerState state)
{
  return state == LEDGER_COMPLETE || state == LEDGER_EMPTY
         || state == LEDGER_PRUNED;
}

/* What one unit becomes, by the words of the header.                       */
static void
model_answer (LedgerState *state, guint32 *asks, LedgerState news)
{
  if (is_settled (news) || *state == 0) {
    *state = news;
    ++*asks;
  } else if (!is_settled (*state)) {
    *state = *state == LEDGER_STALE ? LEDGER_STALE : news;
    ++*asks;
  }
}

static void
assert_model (const GArray *spans, const LedgerState *states,
              const guint32 *asks)
{
  guint at = 0;

  for (gint64 t = 0; t < UNITS; t++) {
    const LedgerSpan *span;

    while (at < spans->len && g_array_index (spans, LedgerSpan, at).to <= t)
      at++;
    span = at < spans->len ? &g_array_index (spans, LedgerSpan, at) : NULL;
    if (span == NULL || span->from > t) {
      g_assert_cmpint (states[t], ==, 0);
      continue;
    }
    g_assert_cmpint (span->state, ==, states[t]);
    if (!is_settled (states[t]))
      g_assert_cmpuint (span->asks, ==, asks[t]);
  }
}

static void
assert_tidy (const GArray *spans)
{
  for (guint i = 0; i < spans->len; i++) {
    const LedgerSpan *span = &g_array_index (spans, LedgerSpan, i);
    const LedgerSpan *last = i > 0 ? span - 1 : NULL;

    g_assert_cmpint (span->from, <, span->to);
    g_assert_true (last == NULL || last->to <= span->from);
    g_assert_false (last != NULL && last->to == span->from
                    && last->state == span->state
                    && is_settled (span->state));
  }
}

static void
test_random_answers_follow_a_model_of_units (void)
{
  static const LedgerState states[] = {
    LEDGER_COMPLETE, LEDGER_EMPTY, LEDGER_SUSPECT, LEDGER_STALE,
    LEDGER_FAILED, LEDGER_UNAVAILABLE, LEDGER_PRUNED, LEDGER_MISSING
  };

  for (guint32 seed = 1; seed <= 300; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    LedgerState model[UNITS] = { 0 };
    guint32 asks[UNITS] = { 0 };
    GArray *spans = ledger_new ();

    g_test_message ("seed %u", seed);
    for (int i = 0; i < 30; i++) {
      gint32 from = g_rand_int_range (rand, 0, UNITS - 1);
      gint32 to = g_rand_int_range (rand, from + 1, UNITS + 1);
      const LedgerSpan news = {
        from, to, states[g_rand_int_range (rand, 0, 8)], 0, i, 0, 1, NULL
      };
      gboolean changed, differs = FALSE;
      GArray *next = ledger_answer (spans, &news, &changed);

      for (gint32 t = from; t < to; t++) {
        LedgerState was = model[t];

        model_answer (&model[t], &asks[t], news.state);
        differs |= was != model[t] || !is_settled (model[t]);
      }
      g_assert_cmpint (changed, ==, differs);
      g_array_unref (spans);
      spans = next;
      assert_model (spans, model, asks);
      assert_tidy (spans);
    }
    g_array_unref (spans);
  }
}

static void
test_spans_come_back_from_their_bytes (void)
{
  g_autoptr (GArray) spans = ledger_new (), back = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const LedgerSpan given[] = {
    { G_MININT64, -5, LEDGER_EMPTY, 3, 1000, 0, 7, NULL },
    { 0, 10, LEDGER_FAILED, 1, 900, 1234567890123456789, 2,
      (char *) "network: r\xc3\xa9set" },
    { 10, G_MAXINT64, LEDGER_COMPLETE, G_MAXUINT32, G_MAXINT64, 0,
      G_MAXUINT64, (char *) "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (given); i++) {
    LedgerSpan copy = given[i];

    copy.reason = g_strdup (copy.reason);
    g_array_append_val (spans, copy);
  }
  bytes = ledger_pack (spans);
  back = ledger_unpack (g_bytes_get_data (bytes, NULL),
                        g_bytes_get_size (bytes), "x", NULL);
  g_assert_cmpuint (back->len, ==, G_N_ELEMENTS (given));
  for (guint i = 0; i < back->len; i++) {
    const LedgerSpan *span = &g_array_index (back, LedgerSpan, i);

    g_assert_cmpint (span->from, ==, given[i].from);
    g_assert_cmpint (span->to, ==, given[i].to);
    g_assert_cmpint (span->state, ==, given[i].state);
    g_assert_cmpuint (span->asks, ==, given[i].asks);
    g_assert_cmpint (span->asked_at, ==, given[i].asked_at);
    g_assert_cmpint (span->next_ask, ==, given[i].next_ask);
    g_assert_cmpuint (span->commit, ==, given[i].commit);
    g_assert_cmpstr (span->reason, ==, given[i].reason);
  }
}

static void
test_damaged_bytes_are_an_error_and_no_crash (void)
{
  g_autoptr (GArray) spans = ledger_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *data;
  gsize len;

  for (int i = 0; i < 20; i++) {
    const LedgerSpan span = { i * 10, i * 10 + 5, LEDGER_FAILED, 1, i, i, 1,
                              g_strdup ("reason") };

    g_array_append_val (spans, span);
  }
  bytes = ledger_pack (spans);
  data = g_bytes_get_data (bytes, &len);
  for (gsize cut = 0; cut < len; cut++) {
    g_autoptr (GError) error = NULL;
    g_autofree guint8 *part = g_memdup2 (data, cut);
    GArray *back = ledger_unpack (part, cut, "/data/store", &error);

    g_assert_null (back);
    g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_DAMAGED);
    g_assert_nonnull (strstr (error->message, "/data/store"));
  }
  for (int i = 0; i < 3000; i++) {
    g_autofree guint8 *other = g_memdup2 (data, len);
    GArray *back;

    other[g_rand_int_range (rand, 0, (gint32) len)]
      = (guint8) g_rand_int (rand);
    back = ledger_unpack (other, len, "x", NULL);
    g_clear_pointer (&back, g_array_unref);
  }
}

#define TEST(path, test)                                                      \
  g_test_add ("/store-ledger/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("nothing-asked-is-no-span", test_nothing_asked_is_no_span);
  TEST ("a-year-of-days-is-one-span", test_a_year_of_days_is_one_span);
  TEST ("failures-fill-gaps-only", test_failures_fill_gaps_only);
  TEST ("an-answer-overwrites-anything", test_an_answer_overwrites_anything);
  TEST ("the-same-answer-again-is-not-written",
        test_the_same_answer_again_is_not_written);
  TEST ("each-vain-ask-is-counted", test_each_vain_ask_is_counted);
  TEST ("what-is-asked-next-at-another-time-stays-apart",
        test_what_is_asked_next_at_another_time_stays_apart);
  TEST ("only-what-is-held-goes-stale", test_only_what_is_held_goes_stale);
  TEST ("a-vain-ask-leaves-stale-rows-stale",
        test_a_vain_ask_leaves_stale_rows_stale);
  TEST ("what-is-empty-is-not-pruned", test_what_is_empty_is_not_pruned);
  TEST ("a-hole-is-marked-where-nothing-was",
        test_a_hole_is_marked_where_nothing_was);
  TEST ("keys-are-found-by-what-is-given",
        test_keys_are_found_by_what_is_given);
  g_test_add_func ("/store-ledger/random-answers-follow-a-model-of-units",
                   test_random_answers_follow_a_model_of_units);
  g_test_add_func ("/store-ledger/spans-come-back-from-their-bytes",
                   test_spans_come_back_from_their_bytes);
  g_test_add_func ("/store-ledger/damaged-bytes-are-an-error-and-no-crash",
                   test_damaged_bytes_are_an_error_and_no_crash);
  return g_test_run ();
}
