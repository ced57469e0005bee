/* SPDX-License-Identifier: Apache-2.0
 *
 * dbn-upgrade.c - the version 3 form of version 1 and 2 records, by the rules
 * of the vendor's own decoders: fields keep their names, so moving them is
 * worked out once from the two layouts.
 */
#include "dbn.h"

#include <string.h>

/* What fields say that the older layout does not have; all others are 0.    */
static const struct {
  const char *name;
  int64_t value;
} defaults[] = {
  { "leg_price", DBN_NO_PRICE }, { "leg_delta", DBN_NO_PRICE },
  { "leg_side", 'N' }, { "is_last", 255 }, { "code", 255 },
  { "stype_in", 255 }, { "stype_out", 255 },
};

/* Codes that version 1 only told in its text.                               */
static const struct {
  uint8_t rtype, code;
  const char *begin, *end; /* end NULL: the whole text is `begin`            */
} texts[] = {
  { DBN_RTYPE_ERROR, 2, "User or API key deactivated", NULL },
  { DBN_RTYPE_ERROR, 3, "User has reached their open connection limit", NULL },
  { DBN_RTYPE_ERROR, 4, "Failed to resolve symbol", "" },
  { DBN_RTYPE_ERROR, 6, "Internal error", NULL },
  { DBN_RTYPE_ERROR, 7, "Slow client detected for ", "" },
  { DBN_RTYPE_SYSTEM, 0, "Heartbeat", "" },
  { DBN_RTYPE_SYSTEM, 1, "Subscription request ", " succeeded" },
  { DBN_RTYPE_SYSTEM, 2, "Warning: slow reading", "" },
  { DBN_RTYPE_SYSTEM, 3, "Finished ", " replay" },
  { DBN_RTYPE_SYSTEM, 4, "End of interval for ", "" },
};

static bool
text_is (struct md_text text, const char *begin, const char *end)
{
  size_t head = strlen (begin), tail = end != NULL ? strlen (end) : 0;

  if (text.len < head + tail || memcmp (text.ptr, begin, head) != 0)
    return false;
  if (end == NULL)
    return text.len == head;
  return memcmp (text.ptr + text.len - tail, end, tail) == 0;
}

static unsigned
code_of_text (unsigned rtype, struct md_text text)
{
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (texts[i].rtype == rtype
        && text_is (text, texts[i].begin, texts[i].end))
      return texts[i].code;
  }
  return 255;
}

static void
plan_moves (struct dbn_plan *plan)
{
  for (size_t i = 0; i < plan->from->n_fields; i++) {
    const struct dbn_field *from = &plan->from->fields[i];
    const struct dbn_field *to = dbn_field (plan->to, from->name);

    if (to == NULL) /* four fields of older definitions were given up        */
      continue;
    plan->moves[plan->n].from = from->offset;
    plan->moves[plan->n].to = to->offset;
    plan->moves[plan->n].from_type = from->type;
    plan->moves[plan->n].to_type = to->type;
    plan->moves[plan->n].size = from->size;
    plan->n++;
  }
}

void
dbn_upgrader_init (struct dbn_upgrader *upgrader, unsigned version, bool ts_out)
{
  memset (upgrader, 0, sizeof *upgrader);
  upgrader->version = version;
  upgrader->ts_out = ts_out;
  for (unsigned i = 0; i < 6; i++) {
    const struct dbn_layout *from = dbn_layout (DBN_RTYPE_DEFINITION + i,
                                                version);
    const struct dbn_layout *to = dbn_layout (DBN_RTYPE_DEFINITION + i, 3);

    if (from == to)
      continue;
    upgrader->plans[i].from = from;
    upgrader->plans[i].to = to;
    plan_moves (&upgrader->plans[i]);
  }
}

static void
put_u64 (unsigned char *p, uint64_t value, size_t size)
{
  for (size_t i = 0; i < size; i++)
    p[i] = (unsigned char) (value >> (8 * i));
}

static void
put_defaults (unsigned char *out, const struct dbn_plan *plan)
{
  for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
    const struct dbn_field *to = dbn_field (plan->to, defaults[i].name);

    if (to != NULL && dbn_field (plan->from, defaults[i].name) == NULL)
      put_u64 (out + to->offset, (uint64_t) defaults[i].value, to->size);
  }
}

static void
move (const struct dbn_plan *plan, size_t i, const unsigned char *record,
      unsigned char *out)
{
  const unsigned char *from = record + plan->moves[i].from;
  unsigned char *to = out + plan->moves[i].to;

  memcpy (to, from, plan->moves[i].size);
  if (plan->moves[i].from_type == DBN_U32 && plan->moves[i].to_type == DBN_U64)
    put_u64 (to, dbn_u32 (from), 8);
  if (plan->moves[i].from_type == DBN_I32
      && plan->moves[i].to_type == DBN_I64) {
    int32_t value = dbn_i32 (from);

    /* The undefined quantity is the largest of its type.                    */
    put_u64 (to, (uint64_t) (value == INT32_MAX ? INT64_MAX : value), 8);
  }
}

/* Error and system records of version 1 say in words what became a code.    */
static void
put_code (const struct dbn_plan *plan, const unsigned char *record,
          unsigned char *out)
{
  const struct dbn_field *text = &plan->from->fields[0];
  const struct dbn_field *code = dbn_field (plan->to, "code");

  if (code != NULL)
    out[code->offset] = (unsigned char)
      code_of_text (record[1], dbn_text (record + text->offset, text->size));
}

const unsigned char *
dbn_upgrade (const struct dbn_upgrader *upgrader, const unsigned char *record,
             unsigned char out[DBN_RECORD_MAX])
{
  unsigned rtype = record[1], size, ts_out = upgrader->ts_out ? 8 : 0;
  const struct dbn_plan *plan;

  if (rtype < DBN_RTYPE_DEFINITION || rtype > DBN_RTYPE_STATISTICS)
    return record;
  plan = &upgrader->plans[rtype - DBN_RTYPE_DEFINITION];
  if (plan->to == NULL)
    return record;
  size = plan->to->size;
  memset (out, 0, size);
  memcpy (out, record, 16);
  put_defaults (out, plan);
  for (size_t i = 0; i < plan->n; i++)
    move (plan, i, record, out);
  put_code (plan, record, out);
  memcpy (out + size, record + 4u * record[0] - ts_out, ts_out);
  out[0] = (unsigned char) ((size + ts_out) / 4);
  return out;
}
