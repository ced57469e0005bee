/* SPDX-License-Identifier: Apache-2.0
 *
 * fake.c - a provider of made-up data: no key, no network, the same rows
 * each time.  For demonstrations and for tests of everything else; fake.md
 * describes its keys.  This file holds what it declares.
 */
#include "fake.h"

const struct md_key fake_keys[N_KEYS] = {
  [KEY_SEED] = { .name = "seed", .type = MD_INT, .dflt = "1",
    .doc = "Another seed makes other prices." },
  [KEY_PAGE_ROWS] = { .name = "page_rows", .type = MD_INT, .dflt = "10000",
    .doc = "Rows of one page, which counts as one call." },
  [KEY_ORDER] = { .name = "order", .type = MD_CHOICE,
    .dflt = "oldest-first", .choices = "oldest-first|newest-first",
    .doc = "How pages, and the rows in them, come." },
  [KEY_REVISION] = { .name = "revision", .type = MD_INT, .dflt = "0",
    .doc = "How many times history has been corrected." },
  [KEY_REVISE_RATE] = { .name = "revise_rate", .type = MD_DOUBLE,
    .dflt = "0.01", .doc = "Share of rows that each revision changes." },
  [KEY_WITHDRAW_RATE] = { .name = "withdraw_rate", .type = MD_DOUBLE,
    .dflt = "0.001", .doc = "Share of rows that each revision withdraws." },
  [KEY_GAP_RATE] = { .name = "gap_rate", .type = MD_DOUBLE, .dflt = "0",
    .doc = "Share of stretches of 60 bars, or seconds of ticks, without "
           "rows." },
  [KEY_DUPLICATE_RATE] = { .name = "duplicate_rate", .type = MD_DOUBLE,
    .dflt = "0", .doc = "Share of rows that come twice." },
  [KEY_BAD_RATE] = { .name = "bad_rate", .type = MD_DOUBLE, .dflt = "0",
    .doc = "Share of rows that break a rule." },
  [KEY_BAD_KIND] = { .name = "bad_kind", .type = MD_CHOICE, .dflt = "any",
    .choices = "any|missing|high-low|open-outside|price|volume|grid|range|"
               "stranger",
    .doc = "Which rule; `range` and `stranger` break the contract with the "
           "core and are not among `any`." },
  [KEY_FAIL_KIND] = { .name = "fail_kind", .type = MD_CHOICE,
    .dflt = "network",
    .choices = "limited|network|cut|protocol|auth|request|not-found|"
               "entitlement|quota|internal",
    .doc = "How calls fail." },
  [KEY_FAIL_AT] = { .name = "fail_at", .type = MD_STRING,
    .doc = "Which calls of a session fail: \"2,5\", or \"3+\" for the third "
           "and all later ones." },
  [KEY_FAIL_RATE] = { .name = "fail_rate", .type = MD_DOUBLE, .dflt = "0",
    .doc = "Share of calls that fail." },
  [KEY_FAIL_SYMBOL] = { .name = "fail_symbol", .type = MD_STRING,
    .doc = "Only calls for this symbol fail, all of them." },
  [KEY_RETRY_AFTER] = { .name = "retry_after", .type = MD_DURATION,
    .dflt = "1s", .doc = "What a `limited` failure asks for." },
  [KEY_SLOW] = { .name = "slow", .type = MD_DURATION, .dflt = "0s",
    .doc = "How long each call takes." },
  [KEY_API_KEY] = { .name = "api_key", .type = MD_STRING,
    .flags = MD_KEY_SECRET, .env = "MDCORE_FAKE_API_KEY",
    .doc = "Looked at only where expected_key is set." },
  [KEY_EXPECTED_KEY] = { .name = "expected_key", .type = MD_STRING,
    .doc = "Any other api_key is refused." },
};

#define BARS(schema_, count_, unit_)                                        \
  { .dataset = "made-up", .schema = "ohlcv-" schema_, .record = MD_BAR,     \
    .flags = MD_OFFER_ALL_SYMBOLS,                                          \
    .interval = { .count = count_, .unit = unit_ },                         \
    .index_time = "bar start", .max_symbols = 100,                          \
    .selectors = MD_SELECTS (MD_SELECT_SYMBOL) | MD_SELECTS (MD_SELECT_ALL),\
    .page_rows = 10000, .volume_unit = "shares", .adjustment = "raw",       \
    .doc = "Made-up bars of a market that never closes." }

#define TICKS(schema_, record_)                                             \
  { .dataset = "made-up", .schema = schema_, .record = record_,             \
    .flags = MD_OFFER_ALL_SYMBOLS | MD_OFFER_SPARSE,                        \
    .index_time = "event time", .max_symbols = 100,                         \
    .selectors = MD_SELECTS (MD_SELECT_SYMBOL) | MD_SELECTS (MD_SELECT_ALL),\
    .page_rows = 10000, .volume_unit = "shares", .adjustment = "raw",       \
    .doc = "Made-up ticks, about one and a half a second." }

static const struct md_offer offers[] = {
  BARS ("1s", 1, MD_UNIT_SECOND), BARS ("1m", 1, MD_UNIT_MINUTE),
  BARS ("5m", 5, MD_UNIT_MINUTE), BARS ("15m", 15, MD_UNIT_MINUTE),
  BARS ("30m", 30, MD_UNIT_MINUTE), BARS ("1h", 1, MD_UNIT_HOUR),
  BARS ("4h", 4, MD_UNIT_HOUR), BARS ("1d", 1, MD_UNIT_DAY),
  BARS ("1w", 1, MD_UNIT_WEEK), BARS ("1mo", 1, MD_UNIT_MONTH),
  TICKS ("trades", MD_TRADE), TICKS ("quotes", MD_QUOTE),
};

static const struct md_provider provider = {
  .struct_size = sizeof provider, MD_ARRAY (offer, offers),
  .open = fake_open, .close = fake_close, .fetch = fake_fetch,
};

static const struct md_symbols symbols = {
  .struct_size = sizeof symbols, .list = fake_list,
};

static const struct md_estimate estimate = {
  .struct_size = sizeof estimate, .estimate = fake_estimate,
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_PROVIDER, &provider }, { MD_IFACE_SYMBOLS, &symbols },
  { MD_IFACE_ESTIMATE, &estimate }, { NULL, NULL }
};

MD_PLUGIN (.flags = MD_PLUGIN_MADE_UP, .name = "fake", .version = "1.0",
           .description = "Made-up market data: no key, no network",
           .license = "Apache-2.0", .keys = fake_keys, .n_keys = N_KEYS,
           .key_size = sizeof fake_keys[0],
           .example = "ACME --schema ohlcv-1h --from 2024-01-01",
           .ifaces = ifaces)
