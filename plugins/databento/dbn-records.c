/* SPDX-License-Identifier: Apache-2.0
 *
 * dbn-records.c - what each record type holds and where, by version, and the
 * names of schemas and symbology types.
 */
#include "dbn-fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct dbn_field ohlcv[] = {
  PRICE (16, open), PRICE (24, high), PRICE (32, low), PRICE (40, close),
  U64 (48, volume),
};

static const struct dbn_field trade[] = {
  PRICE (16, price), U32 (24, size), CHAR (28, action), CHAR (29, side),
  U8 (30, flags), U8 (31, depth), TIME (32, ts_recv), I32 (40, ts_in_delta),
  U32 (44, sequence),
};

static const struct dbn_field mbo[] = {
  U64 (16, order_id), PRICE (24, price), U32 (32, size), U8 (36, flags),
  U8 (37, channel_id), CHAR (38, action), CHAR (39, side), TIME (40, ts_recv),
  I32 (48, ts_in_delta), U32 (52, sequence),
};

static const struct dbn_field bbo[] = {
  PRICE (16, price), U32 (24, size), CHAR (29, side), U8 (30, flags),
  TIME (32, ts_recv), U32 (44, sequence),
};

static const struct dbn_field cmbp1[] = {
  PRICE (16, price), U32 (24, size), CHAR (28, action), CHAR (29, side),
  U8 (30, flags), TIME (32, ts_recv), I32 (40, ts_in_delta),
};

static const struct dbn_field cbbo[] = {
  PRICE (16, price), U32 (24, size), CHAR (29, side), U8 (30, flags),
  TIME (32, ts_recv),
};

static const struct dbn_field status[] = {
  TIME (16, ts_recv), U16 (24, action), U16 (26, reason),
  U16 (28, trading_event), CHAR (30, is_trading), CHAR (31, is_quoting),
  CHAR (32, is_short_sell_restricted),
};

static const struct dbn_field imbalance[] = {
  TIME (16, ts_recv), PRICE (24, ref_price), TIME (32, auction_time),
  PRICE (40, cont_book_clr_price), PRICE (48, auct_interest_clr_price),
  PRICE (56, ssr_filling_price), PRICE (64, ind_match_price),
  PRICE (72, upper_collar), PRICE (80, lower_collar), U32 (88, paired_qty),
  U32 (92, total_imbalance_qty), U32 (96, market_imbalance_qty),
  U32 (100, unpaired_qty), CHAR (104, auction_type), CHAR (105, side),
  U8 (106, auction_status), U8 (107, freeze_status), U8 (108, num_extensions),
  CHAR (109, unpaired_side), CHAR (110, significant_imbalance),
};

static const struct dbn_field stat[] = {
  TIME (16, ts_recv), TIME (24, ts_ref), PRICE (32, price),
  I64 (40, quantity), U32 (48, sequence), I32 (52, ts_in_delta),
  U16 (56, stat_type), U16 (58, channel_id), U8 (60, update_action),
  U8 (61, stat_flags),
};

static const struct dbn_field stat_v1[] = {
  TIME (16, ts_recv), TIME (24, ts_ref), PRICE (32, price),
  I32 (40, quantity), U32 (44, sequence), I32 (48, ts_in_delta),
  U16 (52, stat_type), U16 (54, channel_id), U8 (56, update_action),
  U8 (57, stat_flags),
};

static const struct dbn_field error[] = {
  TEXT (16, 302, err), U8 (318, code), U8 (319, is_last),
};

static const struct dbn_field error_v1[] = {
  TEXT (16, 64, err),
};

static const struct dbn_field system[] = {
  TEXT (16, 303, msg), U8 (319, code),
};

static const struct dbn_field system_v1[] = {
  TEXT (16, 64, msg),
};

static const struct dbn_field mapping[] = {
  U8 (16, stype_in), TEXT (17, 71, stype_in_symbol), U8 (88, stype_out),
  TEXT (89, 71, stype_out_symbol), TIME (160, start_ts), TIME (168, end_ts),
};

static const struct dbn_field mapping_v1[] = {
  TEXT (16, 22, stype_in_symbol), TEXT (38, 22, stype_out_symbol),
  TIME (64, start_ts), TIME (72, end_ts),
};

/* Where a layout changed with a version, the older form comes first; `until`
 * is the last version that has it.                                          */
static const struct {
  uint8_t first, last; /* record types                                       */
  uint8_t until;
  struct dbn_layout layout;
} layouts[] = {
  { 0, 0, 3, LAYOUT ("trade", 48, trade, 0, 0) },
  { 1, 1, 3, LAYOUT ("mbp-1", 80, trade, 1, 0) },
  { 10, 10, 3, LAYOUT ("mbp-10", 368, trade, 10, 0) },
  { 17, 17, 3, LAYOUT ("ohlcv", 56, ohlcv, 0, 0) },
  { 18, 18, 3, LAYOUT ("status", 40, status, 0, 0) },
  { 20, 20, 3, LAYOUT ("imbalance", 112, imbalance, 0, 0) },
  { 21, 21, 1, LAYOUT ("error", 80, error_v1, 0, 0) },
  { 21, 21, 3, LAYOUT ("error", 320, error, 0, 0) },
  { 22, 22, 1, LAYOUT ("symbol mapping", 80, mapping_v1, 0, 0) },
  { 22, 22, 3, LAYOUT ("symbol mapping", 176, mapping, 0, 0) },
  { 23, 23, 1, LAYOUT ("system", 80, system_v1, 0, 0) },
  { 23, 23, 3, LAYOUT ("system", 320, system, 0, 0) },
  { 24, 24, 2, LAYOUT ("statistics", 64, stat_v1, 0, 0) },
  { 24, 24, 3, LAYOUT ("statistics", 80, stat, 0, 0) },
  { 32, 36, 3, LAYOUT ("ohlcv", 56, ohlcv, 0, 0) },
  { 160, 160, 3, LAYOUT ("mbo", 56, mbo, 0, 0) },
  { 177, 177, 3, LAYOUT ("cmbp-1", 80, cmbp1, 1, 1) },
  { 192, 193, 3, LAYOUT ("cbbo", 80, cbbo, 1, 1) },
  { 194, 194, 3, LAYOUT ("tcbbo", 80, cmbp1, 1, 1) },
  { 195, 196, 3, LAYOUT ("bbo", 80, bbo, 1, 0) },
};
#define N_LAYOUTS (sizeof layouts / sizeof layouts[0])

const struct dbn_layout *
dbn_layout (unsigned rtype, unsigned version)
{
  if (version < 1 || version > 3)
    return NULL;
  if (rtype == DBN_RTYPE_DEFINITION)
    return &dbn_definition_layouts[version - 1];
  for (size_t i = 0; i < N_LAYOUTS; i++) {
    if (layouts[i].first <= rtype && rtype <= layouts[i].last
        && version <= layouts[i].until)
      return &layouts[i].layout;
  }
  return NULL;
}

const struct dbn_field *
dbn_field (const struct dbn_layout *layout, const char *name)
{
  for (size_t i = 0; i < layout->n_fields; i++) {
    if (strcmp (layout->fields[i].name, name) == 0)
      return &layout->fields[i];
  }
  return NULL;
}

/* An unknown type is legal and skipped, but must hold at least a header: that
 * also keeps a length of 0 from looping.                                    */
void
dbn_words (unsigned char words[256], unsigned version, bool ts_out)
{
  for (unsigned rtype = 0; rtype < 256; rtype++) {
    const struct dbn_layout *layout = dbn_layout (rtype, version);
    unsigned size = layout != NULL ? layout->size + (ts_out ? 8u : 0u) : 16u;

    words[rtype] = (unsigned char) (size / 4);
  }
}

static const char *const schemas[] = {
  "mbo", "mbp-1", "mbp-10", "tbbo", "trades", "ohlcv-1s", "ohlcv-1m",
  "ohlcv-1h", "ohlcv-1d", "definition", "statistics", "status", "imbalance",
  "ohlcv-eod", "cmbp-1", "cbbo-1s", "cbbo-1m", "tcbbo", "bbo-1s", "bbo-1m",
};

const char *
dbn_schema_name (unsigned schema)
{
  if (schema == DBN_MIXED)
    return "mixed";
  return schema < sizeof schemas / sizeof schemas[0] ? schemas[schema]
                                                     : "unknown";
}

const char *
dbn_stype_name (unsigned stype)
{
  static const char *const names[] = {
    "instrument_id", "raw_symbol", "smart", "continuous", "parent",
  };

  if (stype == DBN_NO_STYPE)
    return "mixed";
  return stype < sizeof names / sizeof names[0] ? names[stype] : "unknown";
}

struct md_text
dbn_text (const unsigned char *p, size_t size)
{
  const unsigned char *nul = memchr (p, 0, size);

  return (struct md_text) { (const char *) p,
                            nul != NULL ? (size_t) (nul - p) : size };
}

int
dbn_fail (struct md_error *err, int klass, const char *format, ...)
{
  va_list args;

  memset (err, 0, sizeof *err);
  err->struct_size = sizeof *err;
  err->klass = klass;
  err->symbol = MD_ABSENT_NAME;
  va_start (args, format);
  vsnprintf (err->message, sizeof err->message, format, args);
  va_end (args);
  return klass;
}
