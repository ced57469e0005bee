/* SPDX-License-Identifier: Apache-2.0 */
#include "data/error.h"
#include "data/table.h"

#include "random-rows.h"

#include <string.h>

/* ---- the built-in tables --------------------------------------------- */

static void
test_every_record_has_a_sound_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (every_record); i++) {
    const struct md_table *table = table_builtin (every_record[i]);
    g_autoptr (GError) error = NULL;

    g_assert_nonnull (table);
    g_assert_true (table_by_name (table->name) == table);
    g_assert_nonnull (table_adopt (table, &error));
    g_assert_no_error (error);
  }
  g_assert_null (table_builtin (MD_OWN_TABLE));
  g_assert_null (table_builtin (12345));
  g_assert_null (table_by_name ("bars"));
}

/* Every byte of the records that is not padding belongs to one field.      */
static void
test_fields_cover_their_records (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (every_record); i++) {
    const struct md_table *table = table_builtin (every_record[i]);
    g_autofree guint8 *used = g_malloc0 (table->record_size);
    gsize free_bytes = 0;

    for (gsize f = 0; f < table->n_fields; f++) {
      const struct md_field *field = table_field_at (table, f);

      for (gsize b = 0; b < table_type_size (field->type); b++)
        g_assert_cmpuint (used[field->offset + b]++, ==, 0);
      g_assert_cmpuint (field->offset % MIN (table_type_size (field->type), 8),
                        ==, 0);
    }
    for (gsize b = 0; b < table->record_size; b++)
      free_bytes += used[b] == 0;
    g_assert_cmpuint (free_bytes, <=, 4);
  }
}

/* Ids stand in stores for ever: these may grow, and never change.          */
static void
test_field_ids_are_permanent (void)
{
  static const struct {
    guint record;
    const char *ids;
  } tables[] = {
    { MD_BAR, "10 open,11 high,12 low,13 close,14 volume,15 vwap,16 trades" },
    { MD_TRADE,
      "10 ts_event,11 ts_recv,12 price,13 size,14 sequence,15 id,16 side,"
      "17 conditions,18 tape,19 action,20 depth,21 vendor_flags,"
      "22 ts_in_delta,23 instrument_id" },
    { MD_QUOTE,
      "10 ts_event,11 ts_recv,12 bid,13 ask,14 bid_size,15 ask_size,"
      "16 bid_venue,17 ask_venue,18 conditions,19 tape,20 sequence" },
    { MD_TBBO,
      "10 ts_event,11 ts_recv,12 price,13 size,14 side,15 action,16 depth,"
      "17 sequence,18 vendor_flags,19 ts_in_delta,20 instrument_id,21 bid,"
      "22 ask,23 bid_size,24 ask_size,25 bid_count,26 ask_count,27 bid_venue,"
      "28 ask_venue" },
    { MD_STATISTIC,
      "10 ts_event,11 ts_recv,12 ts_ref,13 stat,14 update,15 stat_type,"
      "16 price,17 quantity,18 sequence,19 ts_in_delta,20 channel_id,"
      "21 vendor_flags,22 instrument_id" },
    { MD_HALT,
      "10 ts_event,11 ts_recv,12 action,13 reason,14 trading_event,"
      "15 trading,16 quoting,17 short_sell,18 instrument_id" },
    { MD_INSTRUMENT,
      "10 name,11 kind,12 base,13 currency,14 status,15 tick,16 lot,"
      "17 listed,18 delisted" },
    { MD_ACTION,
      "10 action,11 currency,12 id,13 ratio_from,14 ratio_to,15 cash,"
      "16 declared,17 record,18 payable,19 old_symbol,20 new_symbol,"
      "21 traits" },
    { MD_SESSION, "10 kind,11 open,12 close" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++) {
    const struct md_table *table = table_builtin (tables[i].record);
    g_autofree char *all
      = g_strdup_printf ("1 ts,2 symbol,3 venue,4 contract,5 flags,%s",
                         tables[i].ids);
    g_auto (GStrv) fields = g_strsplit (all, ",", -1);

    g_assert_cmpuint (g_strv_length (fields), ==, table->n_fields);
    for (char **f = fields; *f != NULL; f++) {
      guint id = (guint) g_ascii_strtoull (*f, NULL, 10);

      g_assert_cmpstr (table_field_by_id (table, id)->name, ==,
                       strchr (*f, ' ') + 1);
    }
  }
}

static void
test_look_up_by_name_and_id (void)
{
  const struct md_table *bar = table_builtin (MD_BAR);

  g_assert_cmpuint (table_field (bar, "close")->id, ==, 13);
  g_assert_cmpstr (table_field_by_id (bar, 13)->name, ==, "close");
  g_assert_null (table_field (bar, "Close"));
  g_assert_null (table_field_by_id (bar, 99));
}

/* ---- tables from elsewhere ------------------------------------------- */

struct own {
  struct md_head head;
  gint64 count;
  struct md_text note;
};

/* A newer ABI's fields, further apart than ours.                           */
struct wide_field {
  struct md_field field;
  guint64 more;
};

typedef struct {
  struct wide_field fields[8];
  struct md_table table;
} Theirs;

static void
make_theirs (Theirs *theirs)
{
  const struct md_table *bar = table_builtin (MD_BAR);

  memset (theirs, 0, sizeof *theirs);
  for (gsize i = 0; i < 5; i++)
    theirs->fields[i].field = *table_field_at (bar, i);
  theirs->fields[5].field = (struct md_field) {
    10, MD_FIELD_I64, offsetof (struct own, count), 0, "count", "how many" };
  theirs->fields[6].field = (struct md_field) {
    11, MD_FIELD_TEXT, offsetof (struct own, note), 0, "note", NULL };
  theirs->table = (struct md_table) {
    .struct_size = sizeof theirs->table, .record_size = sizeof (struct own),
    .name = "vendor.own", .fields = &theirs->fields[0].field, .n_fields = 7,
    .field_size = sizeof theirs->fields[0] };
}

static void
test_a_plugins_table_is_copied (void)
{
  Theirs theirs;
  const struct md_table *ours, *again;
  g_autoptr (GError) error = NULL;

  make_theirs (&theirs);
  ours = table_adopt (&theirs.table, &error);
  g_assert_no_error (error);
  again = table_adopt (&theirs.table, NULL);
  memset (&theirs, 0xee, sizeof theirs);
  g_assert_true (ours == again);
  g_assert_cmpstr (ours->name, ==, "vendor.own");
  g_assert_cmpuint (ours->field_size, ==, sizeof (struct md_field));
  g_assert_cmpstr (table_field_at (ours, 5)->name, ==, "count");
  g_assert_cmpstr (table_field_at (ours, 5)->doc, ==, "how many");
  g_assert_cmpstr (table_field_at (ours, 6)->name, ==, "note");
  g_assert_cmpuint (ours->n_fields, ==, 7);
}

typedef void (*SpoilFn) (Theirs *theirs);

#define SPOIL(name, statement)                                                \
  static void name (Theirs *t) { statement; }
SPOIL (no_name, t->table.name = NULL)
SPOIL (capital_name, t->table.name = "Own")
SPOIL (short_struct, t->table.struct_size = 8)
SPOIL (short_stride, t->table.field_size = 8)
SPOIL (no_fields, t->table.n_fields = 0)
SPOIL (four_fields, t->table.n_fields = 4)
SPOIL (null_fields, t->table.fields = NULL)
SPOIL (many_fields, t->table.n_fields = 1u << 30)
SPOIL (other_head, t->fields[0].field.id = 77)
SPOIL (head_order, t->fields[3].field.offset = 20)
SPOIL (head_name, t->fields[2].field.name = "place")
SPOIL (same_id, t->fields[6].field.id = 10)
SPOIL (zero_id, t->fields[6].field.id = 0)
SPOIL (same_name, t->fields[6].field.name = "count")
SPOIL (dotted_name, t->fields[6].field.name = "a.b")
SPOIL (no_field_name, t->fields[6].field.name = NULL)
SPOIL (beyond, t->fields[6].field.offset = sizeof (struct own) - 8)
SPOIL (far_beyond, t->fields[6].field.offset = G_MAXUINT32)
SPOIL (unknown_type, t->fields[5].field.type = 15)
SPOIL (two_series, t->fields[5].field.flags = MD_FIELD_SERIES)
SPOIL (no_series, t->fields[1].field.flags = 0)

static void
test_unsound_tables_are_refused (void)
{
  static const SpoilFn spoils[]
    = { no_name, capital_name, short_struct, short_stride, no_fields,
        four_fields, null_fields, many_fields, other_head, head_order,
        head_name, same_id, zero_id, same_name, dotted_name, no_field_name,
        beyond, far_beyond, unknown_type, two_series, no_series };

  for (gsize i = 0; i < G_N_ELEMENTS (spoils); i++) {
    Theirs theirs;
    g_autoptr (GError) error = NULL;

    make_theirs (&theirs);
    spoils[i](&theirs);
    g_assert_null (table_adopt (&theirs.table, &error));
    g_assert_error (error, CORE_ERROR, CORE_ERROR_PLUGIN);
    g_test_message ("%s", error->message);
  }
}

/* ---- stored tables --------------------------------------------------- */

static void
assert_same_table (const struct md_table *a, const struct md_table *b)
{
  g_assert_cmpstr (a->name, ==, b->name);
  g_assert_cmpuint (a->record_size, ==, b->record_size);
  g_assert_cmpuint (a->n_fields, ==, b->n_fields);
  for (gsize i = 0; i < a->n_fields; i++) {
    const struct md_field *x = table_field_at (a, i);
    const struct md_field *y = table_field_at (b, i);

    g_assert_true (x->id == y->id && x->type == y->type
                   && x->offset == y->offset && x->flags == y->flags);
    g_assert_cmpstr (x->name, ==, y->name);
    g_assert_cmpstr (x->doc, ==, y->doc);
  }
}

static void
test_tables_come_back_from_bytes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (every_record); i++) {
    const struct md_table *table = table_builtin (every_record[i]);
    g_autoptr (GBytes) bytes = table_serialize (table);
    g_autoptr (GError) error = NULL;
    const struct md_table *back = table_parse (bytes, &error);

    g_assert_no_error (error);
    assert_same_table (table, back);
    g_assert_true (table_parse (bytes, NULL) == back);
  }
}

static void
test_any_damage_to_a_stored_table_is_survived (void)
{
  g_autoptr (GBytes) bytes = table_serialize (table_builtin (MD_TRADE));
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  g_test_message ("seed 2");
  for (gsize i = 0; i < len; i++) {
    g_autofree guint8 *part = g_memdup2 (data, MAX (i, 1));
    g_autoptr (GBytes) cut = g_bytes_new (part, i);

    g_assert_null (table_parse (cut, NULL));
  }
  for (int i = 0; i < 3000; i++) {
    g_autofree guint8 *copy = g_memdup2 (data, len);
    g_autoptr (GBytes) changed = NULL;
    g_autoptr (GError) error = NULL;

    copy[g_rand_int_range (rand, 0, (gint) len)] = (guint8) g_rand_int (rand);
    changed = g_bytes_new (copy, len);
    if (table_parse (changed, &error) == NULL)
      g_assert_true (error->code == CORE_ERROR_DATA
                     || error->code == CORE_ERROR_STORE_FORMAT);
  }
}

static void
test_a_newer_type_or_format_asks_for_a_newer_program (void)
{
  Theirs theirs;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) type = NULL;
  g_autoptr (GError) format = NULL;
  g_autoptr (GBytes) newer = g_bytes_new_static ("\x02", 1);

  make_theirs (&theirs);
  theirs.fields[5].field.type = 99;
  bytes = table_serialize (&theirs.table);
  g_assert_null (table_parse (bytes, &type));
  g_assert_error (type, CORE_ERROR, CORE_ERROR_STORE_FORMAT);
  g_assert_null (table_parse (newer, &format));
  g_assert_error (format, CORE_ERROR, CORE_ERROR_STORE_FORMAT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/table/" name, function)
  ADD ("every-record-has-a-sound-table", test_every_record_has_a_sound_table);
  ADD ("fields-cover-their-records", test_fields_cover_their_records);
  ADD ("field-ids-are-permanent", test_field_ids_are_permanent);
  ADD ("look-up-by-name-and-id", test_look_up_by_name_and_id);
  ADD ("a-plugins-table-is-copied", test_a_plugins_table_is_copied);
  ADD ("unsound-tables-are-refused", test_unsound_tables_are_refused);
  ADD ("tables-come-back-from-bytes", test_tables_come_back_from_bytes);
  ADD ("any-damage-to-a-stored-table-is-survived",
       test_any_damage_to_a_stored_table_is_survived);
  ADD ("a-newer-type-or-format-asks-for-a-newer-program",
       test_a_newer_type_or_format_asks_for_a_newer_program);
  return g_test_run ();
}
