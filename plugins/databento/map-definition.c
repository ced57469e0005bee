/* SPDX-License-Identifier: Apache-2.0
 *
 * map-definition.c - instrument definitions, in a table of their own with
 * every field of the version 3 record.
 */
#include "databento.h"

#include <string.h>

/* In the order of the stored record, so that the n-th field here is the n-th
 * of its layout.  Ids are permanent.  Kinds: PRICE, TIME and I64 as in
 * mdcore-records.h, with the largest value of the stored type as "not set";
 * WORD a short text that repeats, TEXT one that does not; the others a
 * letter.                                                                   */
#define FIELDS(X)                                                            \
  X (TIME, 12, ts_recv, 0, "when the vendor captured it, UTC")               \
  X (PRICE, 13, min_price_increment, 0, "price step")                        \
  X (PRICE, 14, display_factor, 0,                                           \
     "venue's display price times this is the price")                        \
  X (TIME, 15, expiration, 0, "last time of trading, UTC")                   \
  X (TIME, 16, activation, 0, "first time of trading, UTC")                  \
  X (PRICE, 17, high_limit_price, 0, "highest price allowed today")          \
  X (PRICE, 18, low_limit_price, 0, "lowest price allowed today")            \
  X (PRICE, 19, max_price_variation, 0,                                      \
     "largest distance allowed in price banding")                            \
  X (PRICE, 20, unit_of_measure_qty, 0,                                      \
     "quantity of unit_of_measure in one contract")                          \
  X (PRICE, 21, min_price_increment_amount, 0, "value of one price step")    \
  X (PRICE, 22, price_ratio, 0, "ratio of the prices of a spread's legs")    \
  X (PRICE, 23, strike_price, 0, "strike of an option")                      \
  X (I64, 24, raw_instrument_id, 0, "the venue's number")                    \
  X (PRICE, 25, leg_price, 0, "price of the leg tied to a spread")           \
  X (PRICE, 26, leg_delta, 0, "delta of the leg")                            \
  X (I64, 27, inst_attrib_value, 0, "bit field of eligibility")              \
  X (I64, 28, underlying_id, 0, "instrument_id of the underlying")           \
  X (I64, 29, market_depth_implied, 0, "implied book levels")                \
  X (I64, 30, market_depth, 0, "outright book levels")                       \
  X (I64, 31, market_segment_id, 0, "the venue's segment")                   \
  X (I64, 32, max_trade_vol, 0, "largest order quantity")                    \
  X (I64, 33, min_lot_size, 0, "smallest order quantity")                    \
  X (I64, 34, min_lot_size_block, 0, "smallest block trade")                 \
  X (I64, 35, min_lot_size_round_lot, 0, "round lot")                        \
  X (I64, 36, min_trade_vol, 0, "smallest trade quantity")                   \
  X (I64, 37, contract_multiplier, 0, "deliverables in one contract")        \
  X (I64, 38, decay_quantity, 0,                                             \
     "quantity by which a contract decays each day")                         \
  X (I64, 39, original_contract_size, 0, "fixed contract value")             \
  X (I64, 40, leg_instrument_id, 0, "instrument_id of the leg")              \
  X (I64, 41, leg_ratio_price_numerator, 0, "of the leg's price ratio")      \
  X (I64, 42, leg_ratio_price_denominator, 0, "of the leg's price ratio")    \
  X (I64, 43, leg_ratio_qty_numerator, 0, "of the leg's quantity ratio")     \
  X (I64, 44, leg_ratio_qty_denominator, 0, "of the leg's quantity ratio")   \
  X (I64, 45, leg_underlying_id, 0, "instrument_id of the leg's underlying") \
  X (I64, 46, appl_id, 0, "the venue's application")                         \
  X (I64, 47, maturity_year, 0, "calendar year of maturity")                 \
  X (I64, 48, decay_start_date, 0, "date on which the decay begins")         \
  X (I64, 49, channel_id, 0, "the venue's channel")                          \
  X (I64, 50, leg_count, 0, "legs of a strategy, 0 for an outright")         \
  X (I64, 51, leg_index, MD_FIELD_KEY, "which leg this row describes")       \
  X (WORD, 52, currency, 0, "currency of the price")                         \
  X (WORD, 53, settl_currency, 0, "currency of settlement, if another")      \
  X (WORD, 54, secsubtype, 0, "strategy type of a spread")                   \
  X (TEXT, 55, raw_symbol, 0, "the venue's symbol")                          \
  X (WORD, 56, group, 0, "the venue's product group")                        \
  X (WORD, 57, exchange, 0, "where it trades")                               \
  X (WORD, 58, asset, 0, "product code")                                     \
  X (WORD, 59, cfi, 0, "ISO 10962 classification")                           \
  X (WORD, 60, security_type, 0, "the venue's type: FUT, OOF, ...")          \
  X (WORD, 61, unit_of_measure, 0, "unit of the contract: IPNT, LBS, ...")   \
  X (WORD, 62, underlying, 0, "symbol of the underlying")                    \
  X (WORD, 63, strike_price_currency, 0, "currency of the strike")           \
  X (TEXT, 64, leg_raw_symbol, 0, "the venue's symbol of the leg")           \
  X (PLAIN, 65, instrument_class, 0, "B, C, P, F, S, T, M, K, I, X or Y")    \
  X (PLAIN, 66, match_algorithm, 0, "F, K, C, T, O, S, Q, Y, P, V or A")     \
  X (I64, 67, main_fraction, 0, "denominator of the main fraction")          \
  X (I64, 68, price_display_format, 0, "decimals to display")                \
  X (I64, 69, sub_fraction, 0, "denominator of the sub-fraction")            \
  X (I64, 70, underlying_product, 0, "the venue's product complex")          \
  X (UPDATE, 71, security_update_action, 0, "add, modify or delete")         \
  X (I64, 72, maturity_month, 0, "calendar month of maturity")               \
  X (I64, 73, maturity_day, 0, "calendar day of maturity")                   \
  X (I64, 74, maturity_week, 0, "calendar week of maturity")                 \
  X (FLAG, 75, user_defined_instrument, 0, "yes or no")                      \
  X (I64, 76, contract_multiplier_unit, 0, "what the multiplier counts")     \
  X (I64, 77, flow_schedule_type, 0, "schedule of delivery")                 \
  X (I64, 78, tick_rule, 0, "the venue's rule for price steps")              \
  X (PLAIN, 79, leg_instrument_class, 0, "instrument_class of the leg")      \
  X (SIDE, 80, leg_side, 0, "bid, ask or absent")


#define C_TIME   md_time
#define C_PRICE  md_price
#define C_I64    int64_t
#define C_TEXT   struct md_text
#define C_WORD   uint32_t
#define C_PLAIN  uint32_t
#define C_UPDATE uint32_t
#define C_FLAG   uint32_t
#define C_SIDE   uint32_t

#define MEMBER(kind, id, name, flags, doc) C_##kind name;

struct definition {
  md_time  ts;
  uint32_t symbol, venue, contract, flags;
  md_time  ts_event;
  int64_t  instrument_id;
  FIELDS (MEMBER)
};

#define T_TIME   MD_FIELD_TIME
#define T_PRICE  MD_FIELD_PRICE
#define T_I64    MD_FIELD_I64
#define T_TEXT   MD_FIELD_TEXT
#define T_WORD   MD_FIELD_NAME
#define T_PLAIN  MD_FIELD_NAME
#define T_UPDATE MD_FIELD_NAME
#define T_FLAG   MD_FIELD_NAME
#define T_SIDE   MD_FIELD_NAME

#define PLACE(name) offsetof (struct definition, name)
#define FIELD(kind, id, name, flags, doc)                                    \
  { id, T_##kind, PLACE (name), flags, #name, doc },

static const struct md_field fields[] = {
  { 1, MD_FIELD_TIME, PLACE (ts), MD_FIELD_REQUIRED, "ts",
    "when the vendor captured it, UTC" },
  { 2, MD_FIELD_NAME, PLACE (symbol), MD_FIELD_REQUIRED | MD_FIELD_SERIES,
    "symbol", "instrument as the provider spells it" },
  { 3, MD_FIELD_NAME, PLACE (venue), MD_FIELD_KEY, "venue", "publisher" },
  { 4, MD_FIELD_NAME, PLACE (contract), 0, "contract",
    "instrument behind a continuous symbol" },
  { 5, MD_FIELD_FLAGS, PLACE (flags), 0, "flags", "row flags" },
  { 10, MD_FIELD_TIME, PLACE (ts_event), 0, "ts_event",
    "the venue's clock, UTC" },
  { 11, MD_FIELD_I64, PLACE (instrument_id), 0, "instrument_id",
    "the vendor's number, unique within a day" },
  FIELDS (FIELD)
};

const struct md_table definition_table = {
  sizeof definition_table, sizeof (struct definition), "databento.definition",
  "instrument definition", fields, sizeof fields / sizeof fields[0],
  sizeof fields[0],
};
const size_t definition_row_size = sizeof (struct definition);

enum kind { TIME, PRICE, I64, TEXT, WORD, PLAIN, UPDATE, FLAG, SIDE };

#define SPEC(kind, id, name, flags, doc) { kind, PLACE (name) },

static const struct {
  enum kind kind;
  uint16_t offset;
} specs[] = { FIELDS (SPEC) };

/* The largest value of its type says "not set".                             */
static int64_t
integer (const struct dbn_field *field, const unsigned char *p)
{
  switch (field->type) {
  case DBN_I8: return (int8_t) *p != INT8_MAX ? (int8_t) *p : MD_ABSENT;
  case DBN_U8: return *p != UINT8_MAX ? *p : MD_ABSENT;
  case DBN_I16:
    return (int16_t) dbn_u16 (p) != INT16_MAX ? (int16_t) dbn_u16 (p)
                                              : MD_ABSENT;
  case DBN_U16: return dbn_u16 (p) != UINT16_MAX ? dbn_u16 (p) : MD_ABSENT;
  case DBN_I32: return dbn_i32 (p) != INT32_MAX ? dbn_i32 (p) : MD_ABSENT;
  case DBN_U32: return dbn_u32 (p) != UINT32_MAX ? dbn_u32 (p) : MD_ABSENT;
  default: return map_time (p);
  }
}

static const enum char_kind char_kinds[] = {
  [PLAIN] = CHAR_PLAIN, [UPDATE] = CHAR_UPDATE, [FLAG] = CHAR_FLAG,
  [SIDE] = CHAR_SIDE,
};

static struct md_text
text_or_absent (const unsigned char *p, size_t size)
{
  struct md_text text = dbn_text (p, size);

  if (text.len == 0)
    text.ptr = NULL;
  return text;
}

static void
map_field (struct names *names, size_t i, const struct dbn_field *field,
           const unsigned char *p, unsigned char *row)
{
  void *to = row + specs[i].offset;
  struct md_text text;

  switch (specs[i].kind) {
  case TIME: *(md_time *) to = map_time (p); break;
  case PRICE: *(md_price *) to = dbn_i64 (p); break;
  case I64: *(int64_t *) to = integer (field, p); break;
  case TEXT: *(struct md_text *) to = text_or_absent (p, field->size); break;
  case WORD:
    text = text_or_absent (p, field->size);
    *(uint32_t *) to = text.ptr != NULL ? names_text (names, text.ptr, text.len)
                                        : MD_ABSENT_NAME;
    break;
  default:
    *(uint32_t *) to = names_char (names, char_kinds[specs[i].kind], *p);
  }
}

/* Symbols outside ASCII would end up as broken text in every output.        */
static bool
is_plain (struct md_text text)
{
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < ' ' || text.ptr[i] > '~')
      return false;
  }
  return true;
}

const char *
map_definition (struct names *names, const unsigned char *record, void *row)
{
  const struct dbn_layout *layout = &dbn_definition_layouts[2];
  struct definition *definition = row;

  for (size_t i = 0; i < layout->n_fields; i++) {
    const struct dbn_field *field = &layout->fields[i];

    if (field->type == DBN_TEXT
        && !is_plain (dbn_text (record + field->offset, field->size)))
      return "type:text";
    map_field (names, i, field, record + field->offset, row);
  }
  definition->ts = definition->ts_recv;
  definition->venue = names_venue (names, dbn_u16 (record + 2));
  definition->flags = 0;
  definition->ts_event = map_time (record + 8);
  definition->instrument_id = dbn_u32 (record + 4);
  if (definition->expiration == 0) /* some venues send 0 for "none"          */
    definition->expiration = MD_ABSENT;
  if (definition->activation == 0)
    definition->activation = MD_ABSENT;
  return NULL;
}
