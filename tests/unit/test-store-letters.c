/* SPDX-License-Identifier: Apache-2.0 */
#include "store-help.h"

#include "data/error.h"

#include <string.h>

typedef struct {
  char *dir;
  Store *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = help_dir ();
  f->store = help_open (f->dir, STORE_WRITE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  store_close (f->store);
  help_remove (f->dir);
}

static void
add_letter (Segment *segment, md_time ts, const char *reasons, const char *raw)
{
  DeadLetter *letter = g_new0 (DeadLetter, 1);

  letter->instrument = g_strdup ("AAPL");
  letter->ts = ts;
  letter->reasons = g_strdup (reasons);
  letter->raw = g_bytes_new (raw, strlen (raw));
  g_ptr_array_add (segment->dead, letter);
}

static gboolean
collect_letter (const DeadLetter *letter, gpointer data)
{
  g_ptr_array_add (data, g_strdup_printf (
    "%s %s %s %.*s seen %u of %s", letter->instrument, letter->reasons,
    letter->ask.selector, (int) g_bytes_get_size (letter->raw),
    (const char *) g_bytes_get_data (letter->raw, NULL), letter->seen,
    letter->ingestion_id));
  return TRUE;
}

static GPtrArray *
letters (Fixture *f, const AskKey *match)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  g_assert_true (store_dead_each (f->store, match, collect_letter, list,
                                  NULL));
  return list;
}

static gboolean
take_id (const DeadLetter *letter, gpointer data)
{
  *(char **) data = g_strdup (letter->id);
  return FALSE;
}

/* ---- dead letters ---------------------------------------------------- */

static void
test_a_letter_comes_with_its_segment (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment (FALSE, "AAPL", 0, 10, "0=1");
  g_autoptr (GPtrArray) list = NULL;

  add_letter (segment, MINUTES (1), "high<low; missing:close", "{\"t\":1}");
  help_commit (f->store, segment);
  list = letters (f, NULL);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpstr (list->pdata[0], ==,
                   "AAPL high<low; missing:close AAPL {\"t\":1} seen 1 of "
                   "ingestion");
}

static void
test_the_same_letter_again_is_one_letter (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;

  for (gint64 i = 0; i < 3; i++) {
    g_autofree char *rows = g_strdup_printf ("0=%d", (int) i + 1);
    Segment *segment = help_segment (FALSE, "AAPL", 0, 10, rows);

    add_letter (segment, MINUTES (1), "high<low", "{}");
    help_commit (f->store, segment);
  }
  list = letters (f, NULL);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_true (g_str_has_suffix (list->pdata[0], "seen 3 of ingestion"));
}

static void
test_a_known_letter_alone_writes_nothing (Fixture *f, gconstpointer data)
{
  for (guint64 i = 0; i < 2; i++) {
    Segment *segment = help_segment (FALSE, "AAPL", 0, 10, "0=1");

    add_letter (segment, MINUTES (1), "high<low", "{}");
    g_assert_cmpuint (help_commit (f->store, segment).commit, ==, 1 - i);
  }
}

static void
test_a_new_letter_alone_is_a_commit (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment (FALSE, "AAPL", 0, 10, "0=1");

  help_put (f->store, "AAPL", 0, 10, "0=1");
  add_letter (segment, MINUTES (1), "high<low", "{}");
  g_assert_cmpuint (help_commit (f->store, segment).commit, ==, 2);
}

static void
test_letters_are_found_by_selector (Fixture *f, gconstpointer data)
{
  AskKey match = { NULL, NULL, NULL, (char *) "MSFT", 0 };
  Segment *segment = help_segment (FALSE, "AAPL", 0, 10, "0=1");
  g_autoptr (GPtrArray) none = NULL;

  add_letter (segment, MINUTES (1), "high<low", "{}");
  help_commit (f->store, segment);
  none = letters (f, &match);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_a_letter_can_be_removed_once (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment (FALSE, "AAPL", 0, 10, "0=1");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autofree char *id = NULL;
  StoreInfo info;

  add_letter (segment, MINUTES (1), "high<low", "{}");
  help_commit (f->store, segment);
  store_dead_each (f->store, NULL, take_id, &id, NULL);
  g_assert_true (store_dead_remove (f->store, id, NULL));
  none = letters (f, NULL);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_true (store_info (f->store, &info, NULL));
  g_assert_cmpuint (info.dead_letters, ==, 0);
  g_assert_false (store_dead_remove (f->store, id, &error));
  g_assert_nonnull (strstr (error->message, id));
}

static void
test_a_row_is_no_segment (Fixture *f, gconstpointer data)
{
  DeadLetter letter = { .id = (char *) "abc" };
  g_autoptr (GError) error = NULL;

  g_assert_null (segment_from_letter (&letter, &error));
  g_assert_nonnull (strstr (error->message, "abc is one row"));
}

static void
test_a_cut_segment_in_a_letter_is_an_error (Fixture *f, gconstpointer data)
{
  static const guint8 bytes[] = { 1, 200, 200, 200 };
  DeadLetter letter = { .id = (char *) "abc" };
  g_autoptr (GError) error = NULL;

  letter.segment = g_bytes_new_static (bytes, sizeof bytes);
  g_assert_null (segment_from_letter (&letter, &error));
  g_assert_error (error, CORE_ERROR, CORE_ERROR_STORE_DAMAGED);
  g_bytes_unref (letter.segment);
}

/* ---- raw answers ----------------------------------------------------- */

static char *
add_raw (Segment *segment, const void *body, gsize len)
{
  RawAnswer *answer = g_new0 (RawAnswer, 1);

  answer->body = g_bytes_new (body, len);
  answer->hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256,
                                               answer->body);
  answer->url = g_strdup ("https://vendor.test/bars?key=***");
  answer->content_type = g_strdup ("application/json");
  answer->at = 12345;
  g_ptr_array_add (segment->raw, answer);
  segment_seal (segment);
  return g_strdup (answer->hash);
}

static void
test_an_answer_comes_back_byte_for_byte (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment (FALSE, "AAPL", 0, 10, "0=1");
  g_autofree char *body = g_malloc0 (300000);
  g_autofree char *hash = NULL;
  RawAnswer *answer;

  for (int i = 0; i < 300000; i++)
    body[i] = (char) ((guint) i * (guint) i >> 7);
  hash = add_raw (segment, body, 300000);
  help_commit (f->store, segment);
  answer = store_raw (f->store, hash, NULL);
  g_assert_cmpmem (g_bytes_get_data (answer->body, NULL),
                   g_bytes_get_size (answer->body), body, 300000);
  g_assert_cmpstr (answer->url, ==, "https://vendor.test/bars?key=***");
  g_assert_cmpstr (answer->content_type, ==, "application/json");
  g_assert_cmpint (answer->at, ==, 12345);
  raw_answer_free (answer);
}

static void
test_an_empty_answer_is_kept_too (Fixture *f, gconstpointer data)
{
  Segment *segment = help_segment (FALSE, "AAPL", 0, 10, "0=1");
  g_autofree char *hash = add_raw (segment, "", 0);
  RawAnswer *answer;

  help_commit (f->store, segment);
  answer = store_raw (f->store, hash, NULL);
  g_assert_cmpuint (g_bytes_get_size (answer->body), ==, 0);
  raw_answer_free (answer);
}

static void
test_a_beginning_names_an_answer_unless_it_names_two (Fixture *f,
                                                      gconstpointer data)
{
  Segment *segment = help_segment (FALSE, "AAPL", 0, 10, "0=1");
  g_autofree char *first = add_raw (segment, "one", 3);
  g_autofree char *second = add_raw (segment, "two", 3);
  g_autoptr (GError) error = NULL;
  RawAnswer *answer;

  g_assert_cmpint (first[0], !=, second[0]);
  help_commit (f->store, segment);
  first[5] = '\0';
  answer = store_raw (f->store, first, NULL);
  g_assert_nonnull (answer);
  raw_answer_free (answer);
  g_assert_null (store_raw (f->store, "", &error));
  g_assert_nonnull (strstr (error->message, "more than one"));
  g_clear_error (&error);
  g_assert_null (store_raw (f->store, "zz", &error));
  g_assert_nonnull (strstr (error->message, "no raw answer"));
}

static gboolean
count_raw (const RawAnswer *answer, gpointer data)
{
  g_assert_null (answer->body);
  ++*(guint *) data;
  return TRUE;
}

static void
test_the_same_answer_is_kept_once (Fixture *f, gconstpointer data)
{
  guint n = 0;

  for (int i = 0; i < 2; i++) {
    g_autofree char *rows = g_strdup_printf ("0=%d", i + 1);
    Segment *segment = help_segment (FALSE, "AAPL", 0, 10, rows);
    g_autofree char *hash = add_raw (segment, "one", 3);

    help_commit (f->store, segment);
  }
  g_assert_true (store_raw_each (f->store, count_raw, &n, NULL));
  g_assert_cmpuint (n, ==, 1);
}

/* ---- mappings -------------------------------------------------------- */

static void
add_mapping (Segment *segment, const char *instrument, gint64 from, gint64 to)
{
  Mapping *mapping = g_new0 (Mapping, 1);

  mapping->instrument = g_strdup (instrument);
  mapping->from = MINUTES (from);
  mapping->to = MINUTES (to);
  g_ptr_array_add (segment->mappings, mapping);
}

static char *
mappings (Fixture *f, const char *selector, guint kind)
{
  AskKey ask = help_ask (FALSE, selector, kind);
  g_autoptr (GPtrArray) list = store_mappings (f->store, &ask, NULL);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++) {
    const Mapping *mapping = list->pdata[i];

    g_string_append_printf (
      out, "%s %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "; ",
      mapping->instrument, (mapping->from - HELP_BASE) / MD_MINUTE,
      (mapping->to - HELP_BASE) / MD_MINUTE);
  }
  return g_string_free (out, FALSE);
}

static void
test_rolls_of_a_continuous_symbol_are_kept (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  for (gint64 i = 0; i < 3; i++) {
    Segment *segment = help_segment_of (FALSE, "ES.c.0", MD_SELECT_CONTINUOUS,
                                        i * 10, i * 10 + 10);

    add_mapping (segment, i < 2 ? "ESH4" : "ESM4", i * 10, i * 10 + 10);
    help_commit (f->store, segment);
  }
  text = mappings (f, "ES.c.0", MD_SELECT_CONTINUOUS);
  g_assert_cmpstr (text, ==, "ESH4 0-20; ESM4 20-30; ");
}

static void
test_a_corrected_roll_replaces (Fixture *f, gconstpointer data)
{
  Segment *first = help_segment_of (FALSE, "ES.c.0", MD_SELECT_CONTINUOUS, 0,
                                    30);
  Segment *second = help_segment_of (FALSE, "ES.c.0", MD_SELECT_CONTINUOUS,
                                     10, 20);
  g_autofree char *text = NULL;

  add_mapping (first, "ESH4", 0, 30);
  help_commit (f->store, first);
  add_mapping (second, "ESM4", 10, 20);
  help_commit (f->store, second);
  text = mappings (f, "ES.c.0", MD_SELECT_CONTINUOUS);
  g_assert_cmpstr (text, ==, "ESH4 0-10; ESM4 10-20; ESH4 20-30; ");
}

static void
test_members_of_a_parent_stand_side_by_side (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  for (gint64 i = 0; i < 2; i++) {
    Segment *segment = help_segment_of (FALSE, "ES.FUT", MD_SELECT_PARENT,
                                        i * 10, i * 10 + 10);

    add_mapping (segment, "ESH4", i * 10, i * 10 + 10);
    add_mapping (segment, "ESM4", i * 10, i * 10 + 10);
    help_commit (f->store, segment);
  }
  text = mappings (f, "ES.FUT", MD_SELECT_PARENT);
  g_assert_cmpstr (text, ==, "ESH4 0-20; ESM4 0-20; ");
}

/* ---- documents ------------------------------------------------------- */

static gboolean
list_doc (const char *name, const char *json, gpointer data)
{
  g_string_append_printf (data, "%s=%s ", name, json);
  return TRUE;
}

static void
test_documents_by_name (Fixture *f, gconstpointer data)
{
  GString *out = g_string_new (NULL);
  g_autofree char *doc = NULL, *none = NULL;

  g_assert_true (store_put_doc (f->store, "run/1", "{\"a\":1}", NULL));
  g_assert_true (store_put_doc (f->store, "run/2", "{}", NULL));
  g_assert_true (store_put_doc (f->store, "universe/x", "[]", NULL));
  g_assert_true (store_put_doc (f->store, "run/1", "{\"a\":2}", NULL));
  doc = store_get_doc (f->store, "run/1", NULL);
  g_assert_cmpstr (doc, ==, "{\"a\":2}");
  none = store_get_doc (f->store, "run/3", NULL);
  g_assert_null (none);
  g_assert_true (store_docs_each (f->store, "run/", list_doc, out, NULL));
  g_assert_cmpstr (out->str, ==, "run/1={\"a\":2} run/2={} ");
  g_string_free (out, TRUE);
}

#define TEST(path, test)                                                      \
  g_test_add ("/store-letters/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("a-letter-comes-with-its-segment",
        test_a_letter_comes_with_its_segment);
  TEST ("the-same-letter-again-is-one-letter",
        test_the_same_letter_again_is_one_letter);
  TEST ("a-known-letter-alone-writes-nothing",
        test_a_known_letter_alone_writes_nothing);
  TEST ("a-new-letter-alone-is-a-commit", test_a_new_letter_alone_is_a_commit);
  TEST ("letters-are-found-by-selector", test_letters_are_found_by_selector);
  TEST ("a-letter-can-be-removed-once", test_a_letter_can_be_removed_once);
  TEST ("a-row-is-no-segment", test_a_row_is_no_segment);
  TEST ("a-cut-segment-in-a-letter-is-an-error",
        test_a_cut_segment_in_a_letter_is_an_error);
  TEST ("an-answer-comes-back-byte-for-byte",
        test_an_answer_comes_back_byte_for_byte);
  TEST ("an-empty-answer-is-kept-too", test_an_empty_answer_is_kept_too);
  TEST ("a-beginning-names-an-answer-unless-it-names-two",
        test_a_beginning_names_an_answer_unless_it_names_two);
  TEST ("the-same-answer-is-kept-once", test_the_same_answer_is_kept_once);
  TEST ("rolls-of-a-continuous-symbol-are-kept",
        test_rolls_of_a_continuous_symbol_are_kept);
  TEST ("a-corrected-roll-replaces", test_a_corrected_roll_replaces);
  TEST ("members-of-a-parent-stand-side-by-side",
        test_members_of_a_parent_stand_side_by_side);
  TEST ("documents-by-name", test_documents_by_name);
  return g_test_run ();
}
