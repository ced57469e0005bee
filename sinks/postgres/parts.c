/* SPDX-License-Identifier: Apache-2.0
 *
 * parts.c - partitions: a month each, or a year from daily bars on.
 */
#include "pg.h"

#include <stdlib.h>

#define DAY_NS INT64_C (86400000000000)

/* Year * 12 + month - 1 of a day since 1970; H. Hinnant, "chrono-compatible
 * low-level date algorithms".                                               */
static int
month_of (int64_t days)
{
  int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
  int64_t doe = z - era * 146097;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int64_t mp = (5 * doy + 2) / 153, month = mp < 10 ? mp + 3 : mp - 9;

  return (int) ((yoe + era * 400 + (month <= 2)) * 12 + month - 1);
}

static int
part_of (const struct pg_table *table, md_time ts)
{
  int64_t days = ts / DAY_NS - (ts % DAY_NS < 0);
  int month = month_of (days);

  return table->by_year ? month / 12 * 12 : month;
}

static int
create_part (struct pg *pg, struct pg_table *table, int part,
             struct md_error *err)
{
  int end = part + (table->by_year ? 12 : 1);
  int *more = realloc (table->parts, (table->n_parts + 1) * sizeof *more);
  int klass;

  if (more == NULL)
    return pg_error (err, MD_ERR_INTERNAL, "out of memory");
  table->parts = more;
  klass = pg_lock_creation (pg, err);
  if (klass == MD_OK)
    klass = pg_exec (
      pg, "create a partition", err,
      "CREATE TABLE IF NOT EXISTS %s.%.50s_%04d%02d PARTITION OF %s.%s "
      "FOR VALUES FROM ('%04d-%02d-01 00:00+00') TO ('%04d-%02d-01 00:00+00')",
      pg->quoted_space, table->view, part / 12, part % 12 + 1,
      pg->quoted_space, table->rows, part / 12, part % 12 + 1, end / 12,
      end % 12 + 1);
  if (klass == MD_OK)
    table->parts[table->n_parts++] = part;
  return klass;
}

static bool
knows_part (const struct pg_table *table, int part)
{
  for (size_t i = table->n_parts; i-- > 0;) {
    if (table->parts[i] == part)
      return true;
  }
  return false;
}

int
pg_make_parts (struct pg *pg, struct pg_table *table, const int64_t *ts,
               int64_t n, struct md_error *err)
{
  md_time until = INT64_MIN;
  int klass = MD_OK;

  for (int64_t i = 0; klass == MD_OK && !table->is_hyper && i < n; i++) {
    int part;

    if (ts[i] < until)
      continue;
    part = part_of (table, ts[i]);
    until = (ts[i] / DAY_NS + (ts[i] >= 0)) * DAY_NS; /* the next day        */
    if (!knows_part (table, part))
      klass = create_part (pg, table, part, err);
  }
  return klass;
}
