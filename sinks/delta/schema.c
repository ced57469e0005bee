/* SPDX-License-Identifier: Apache-2.0
 *
 * schema.c - rows as Delta describes them, and what its log keeps of a file.
 */
#include "delta.h"

#include <support/row.h>
#include <support/time.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *
type_of (enum pq_kind kind)
{
  switch (kind) {
  case PQ_I32: return "integer";
  case PQ_DECIMAL: return "decimal(18,9)";
  case PQ_TIME_US: return "timestamp";
  case PQ_F64: return "double";
  case PQ_TEXT: return "string";
  case PQ_BOOL: return "boolean";
  default: return "long";
  }
}

static void
put_field (struct pq_bytes *out, const char *name, const char *type,
           bool nullable)
{
  pq_bytes_put (out, "{\"name\":", 8);
  delta_put_text (out, name);
  delta_put (out, ",\"type\":\"%s\",\"nullable\":%s,\"metadata\":{}},", type,
             nullable ? "true" : "false");
}

char *
delta_schema (const struct lake_rows *rows, enum lake_period period)
{
  struct pq_bytes out = { 0 };

  delta_put (&out, "{\"type\":\"struct\",\"fields\":[");
  if (period != LAKE_WHOLE)
    put_field (&out, lake_period_key (period),
               period == LAKE_DAY ? "date"
               : period == LAKE_MONTH ? "string" : "integer", true);
  put_field (&out, "symbol", "string", true);
  for (size_t i = 0; i < rows->n; i++)
    put_field (&out, rows->nodes[i].name, type_of (rows->nodes[i].kind),
               rows->nodes[i].repetition == PQ_OPTIONAL);
  out.len -= out.len > 0;
  delta_put (&out, "]}");
  pq_bytes_byte (&out, 0);
  if (!out.failed)
    return (char *) out.data;
  pq_bytes_clear (&out);
  return NULL;
}

/* ---- statistics ------------------------------------------------------ */

/* Bounds of whole numbers, times and doubles.  Not of decimals, which some
 * readers take for doubles, so that a rounded bound could hide a row.      */
static bool
has_bounds (enum pq_kind kind, const struct pq_summary *summary)
{
  double min, max;

  if (!summary->any)
    return false;
  memcpy (&min, &summary->min, sizeof min);
  memcpy (&max, &summary->max, sizeof max);
  return kind == PQ_I64 || kind == PQ_I32 || kind == PQ_TIME_US
         || (kind == PQ_F64 && isfinite (min) && isfinite (max));
}

static void
put_bound (struct pq_bytes *out, enum pq_kind kind, uint64_t bits)
{
  char text[40];
  double value;

  if (kind == PQ_TIME_US) {
    md_time_format ((int64_t) bits * 1000, text);
    delta_put (out, "\"%s\"", text);
  } else if (kind == PQ_F64) {
    memcpy (&value, &bits, sizeof value);
    delta_put (out, "%.17g", value);
  } else {
    delta_put (out, "%" PRId64, (int64_t) bits);
  }
}

static void
put_bounds (struct pq_bytes *out, const struct lake_rows *rows,
            const struct pq_writer *writer, bool max)
{
  bool first = true;

  for (size_t i = 0; i < rows->n; i++) {
    enum pq_kind kind = rows->nodes[i].kind;
    struct pq_summary summary;

    pq_writer_summary (writer, i, &summary);
    if (!has_bounds (kind, &summary))
      continue;
    delta_put (out, "%s\"%s\":", first ? "" : ",", rows->nodes[i].name);
    put_bound (out, kind, max ? summary.max : summary.min);
    first = false;
  }
}

int
delta_stats (struct lake_stage *stage, struct lake_file *file,
             const struct pq_writer *writer, struct md_error *err)
{
  const struct lake_rows *rows = stage->rows;
  struct pq_bytes out = { 0 };

  delta_put (&out, "{\"numRecords\":%" PRIu64 ",\"minValues\":{", file->rows);
  put_bounds (&out, rows, writer, false);
  delta_put (&out, "},\"maxValues\":{");
  put_bounds (&out, rows, writer, true);
  delta_put (&out, "},\"nullCount\":{");
  for (size_t i = 0; i < rows->n; i++) {
    struct pq_summary summary;

    pq_writer_summary (writer, i, &summary);
    delta_put (&out, "%s\"%s\":%" PRIu64, i > 0 ? "," : "",
               rows->nodes[i].name, summary.n_nulls);
  }
  delta_put (&out, "}}");
  pq_bytes_byte (&out, 0);
  if (out.failed)
    return md_error_say (err, MD_ERR_INTERNAL, "out of memory");
  file->note = (char *) out.data;
  return MD_OK;
}
