/* SPDX-License-Identifier: Apache-2.0
 *
 * tables.h - the record tables that series refer to.
 */
#pragma once

#include "store-private.h"

/* The number under which a segment's table is stored; stages it when it is
 * new.                                                                     */
gboolean table_number (Store *store, const View *view, Stage *stage,
                       const struct md_table *table, guint32 *ret_id,
                       GError **error);
/* Has `table` every field of `fields`?  Else the first that it lacks.      */
gboolean table_covers (const struct md_table *table,
                       const struct md_table *fields,
                       const struct md_field **ret_missing);
