/* SPDX-License-Identifier: Apache-2.0
 *
 * arrow-schema.c - a table as an Arrow schema.
 *
 * Each struct owns what it points to, so a receiver may move children out.
 */
#include "arrow.h"
#include "table.h"

#include <string.h>

static void
release (struct ArrowSchema *schema)
{
  for (gint64 i = 0; i < schema->n_children; i++) {
    if (schema->children[i]->release != NULL)
      schema->children[i]->release (schema->children[i]);
    g_free (schema->children[i]);
  }
  g_free (schema->children);
  if (schema->dictionary != NULL && schema->dictionary->release != NULL)
    schema->dictionary->release (schema->dictionary);
  g_free (schema->dictionary);
  g_free ((char *) schema->format);
  g_free ((char *) schema->name);
  g_free ((char *) schema->metadata);
  schema->release = NULL;
}

static void
start (struct ArrowSchema *schema, const char *name, const char *format,
       gint64 flags)
{
  *schema = (struct ArrowSchema) { .format = g_strdup (format),
                                   .name = g_strdup (name),
                                   .flags = flags,
                                   .release = release };
}

/* ---- metadata -------------------------------------------------------- */

static void
put_text (GByteArray *out, const char *text)
{
  gint32 len = (gint32) strlen (text);

  g_byte_array_append (out, (const guint8 *) &len, sizeof len);
  g_byte_array_append (out, (const guint8 *) text, (guint) len);
}

/* Pairs, NULL-terminated, in the form that Arrow prescribes.               */
static char *
make_metadata (const char *const *pairs)
{
  GByteArray *out = g_byte_array_new ();
  gint32 n = 0;

  while (pairs[2 * n] != NULL)
    n++;
  g_byte_array_append (out, (const guint8 *) &n, sizeof n);
  for (gint32 i = 0; i < 2 * n; i++)
    put_text (out, pairs[i]);
  return (char *) g_byte_array_free (out, FALSE);
}

static void
describe (struct ArrowSchema *schema, guint32 id, const char *type)
{
  g_autofree char *number = g_strdup_printf ("%u", id);
  gboolean is_price = strcmp (type, "price") == 0;
  const char *const pairs[]
    = { "PARQUET:field_id", number, "mdcore.type", type,
        is_price ? "mdcore.scale" : NULL, "9", NULL };

  schema->metadata = make_metadata (pairs);
}

/* ---- fields ---------------------------------------------------------- */

static const struct {
  guint32 type;
  const char *name, *format, *dictionary;
} types[] = {
  { MD_FIELD_I64, "i64", "l", NULL },
  { MD_FIELD_TIME, "time", "tsn:UTC", NULL },
  { MD_FIELD_PRICE, "price", "l", NULL },
  { MD_FIELD_F64, "f64", "g", NULL },
  { MD_FIELD_NAME, "name", "i", "u" },
  { MD_FIELD_TEXT, "text", "U", NULL },
  { MD_FIELD_FLAGS, "flags", "I", NULL },
};

static void
add_dictionary (struct ArrowSchema *schema, const char *format)
{
  schema->dictionary = g_new (struct ArrowSchema, 1);
  start (schema->dictionary, "", format, ARROW_FLAG_NULLABLE);
}

static struct ArrowSchema *
field_schema (const struct md_field *field, gboolean is_time_key)
{
  struct ArrowSchema *schema = g_new (struct ArrowSchema, 1);
  gboolean always = is_time_key || field->type == MD_FIELD_FLAGS;

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    if (types[i].type != field->type)
      continue;
    start (schema, field->name, types[i].format,
           always ? 0 : ARROW_FLAG_NULLABLE);
    describe (schema, field->id, types[i].name);
    if (types[i].dictionary != NULL)
      add_dictionary (schema, types[i].dictionary);
  }
  return schema;
}

static struct ArrowSchema *
origin_schema (const char *name, guint32 id, const char *type,
               const char *format)
{
  struct ArrowSchema *schema = g_new (struct ArrowSchema, 1);

  start (schema, name, "i", ARROW_FLAG_NULLABLE);
  describe (schema, id, type);
  add_dictionary (schema, format);
  return schema;
}

void
arrow_schema (const struct md_table *table, struct ArrowSchema *ret)
{
  g_autoptr (Columns) columns = columns_new (table);
  gsize n = columns->n_cols;

  start (ret, "", "+s", 0);
  ret->n_children = (gint64) n + 2;
  ret->children = g_new (struct ArrowSchema *, n + 2);
  for (gsize i = 0; i < n; i++)
    ret->children[i] = field_schema (columns->cols[i].field, i == 0);
  ret->children[n] = origin_schema ("_extracted_at", MD_FIELD_ID_EXTRACTED_AT,
                                    "time", "tsn:UTC");
  ret->children[n + 1] = origin_schema ("_ingestion_id",
                                        MD_FIELD_ID_INGESTION_ID, "name",
                                        "u");
}
