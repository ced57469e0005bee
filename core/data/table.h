/* SPDX-License-Identifier: Apache-2.0
 *
 * table.h - the field tables of the built-in records (mdcore-records.h) and
 * look-up in any table.
 */
#pragma once

#include <glib.h>
#include <mdcore.h>

/* The table of a built-in record, NULL for MD_OWN_TABLE or unknown.
 * Field ids are permanent: 1 ts, 2 symbol, 3 venue, 4 contract, 5 flags,
 * then from 10 by record.  (transfer none)                                 */
const struct md_table *table_builtin (guint record);
const struct md_table *table_by_name (const char *name);
/* i-th field, honouring the stride.                                        */
const struct md_field *table_field_at (const struct md_table *table, gsize i);
const struct md_field *table_field (const struct md_table *table,
                                    const char *name);
const struct md_field *table_field_by_id (const struct md_table *table,
                                          guint32 id);
/* Bytes of a field in the record, 0 for an unknown type.                   */
gsize table_type_size (guint32 type);
/* A plugin's table is taken over into the host's layout and checked: head
 * fields first, ids and names unique, offsets inside the record.
 * (transfer full; kept for the life of the process)                        */
const struct md_table *table_adopt (const struct md_table *theirs,
                                    GError **error);
/* A table read back from a store, for data whose plugin is absent.         */
GBytes *table_serialize (const struct md_table *table);
const struct md_table *table_parse (GBytes *bytes, GError **error);
