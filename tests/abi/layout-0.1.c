/* SPDX-License-Identifier: Apache-2.0
 *
 * The ABI as it was released; written by make-layout.py and never edited.
 * What fails here would break plugins that are already out.
 */
#include <mdcore.h>

#define IS(expression, value) \
  _Static_assert ((expression) == (value), #expression)
#define MEMBER(type, member, offset, ...) \
  IS (offsetof (type, member), offset); \
  _Static_assert (__builtin_types_compatible_p ( \
    __typeof__ (((type *) 0)->member), __VA_ARGS__), #type " " #member)


_Static_assert (sizeof (struct md_text) == 16, "md_text");
MEMBER (struct md_text, ptr, 0, const char *);
MEMBER (struct md_text, len, 8, size_t);

_Static_assert (sizeof (struct md_error) >= 560, "md_error");
MEMBER (struct md_error, struct_size, 0, uint32_t);
MEMBER (struct md_error, klass, 4, int32_t);
MEMBER (struct md_error, http_status, 8, int32_t);
MEMBER (struct md_error, symbol, 12, uint32_t);
MEMBER (struct md_error, retry_after_ns, 16, int64_t);
MEMBER (struct md_error, until, 24, md_time);
MEMBER (struct md_error, from, 32, md_time);
MEMBER (struct md_error, to, 40, md_time);
MEMBER (struct md_error, vendor_code, 48, char [32]);
MEMBER (struct md_error, message, 80, char [480]);

_Static_assert (sizeof (struct md_key) >= 48, "md_key");
MEMBER (struct md_key, name, 0, const char *);
MEMBER (struct md_key, type, 8, uint32_t);
MEMBER (struct md_key, flags, 12, uint32_t);
MEMBER (struct md_key, dflt, 16, const char *);
MEMBER (struct md_key, choices, 24, const char *);
MEMBER (struct md_key, env, 32, const char *);
MEMBER (struct md_key, doc, 40, const char *);

_Static_assert (sizeof (union md_value) == 8, "md_value");
MEMBER (union md_value, s, 0, const char *);
MEMBER (union md_value, i, 0, int64_t);
MEMBER (union md_value, d, 0, double);
MEMBER (union md_value, b, 0, bool);

_Static_assert (sizeof (struct md_iface) == 16, "md_iface");
MEMBER (struct md_iface, id, 0, const char *);
MEMBER (struct md_iface, vtable, 8, const void *);

_Static_assert (sizeof (struct md_plugin) >= 96, "md_plugin");
MEMBER (struct md_plugin, struct_size, 0, uint32_t);
MEMBER (struct md_plugin, abi_major, 4, uint16_t);
MEMBER (struct md_plugin, abi_minor, 6, uint16_t);
MEMBER (struct md_plugin, needs_minor, 8, uint16_t);
MEMBER (struct md_plugin, reserved, 10, uint16_t);
MEMBER (struct md_plugin, flags, 12, uint32_t);
MEMBER (struct md_plugin, name, 16, const char *);
MEMBER (struct md_plugin, version, 24, const char *);
MEMBER (struct md_plugin, description, 32, const char *);
MEMBER (struct md_plugin, license, 40, const char *);
MEMBER (struct md_plugin, homepage, 48, const char *);
MEMBER (struct md_plugin, keys, 56, const struct md_key *);
MEMBER (struct md_plugin, n_keys, 64, size_t);
MEMBER (struct md_plugin, key_size, 72, size_t);
MEMBER (struct md_plugin, ifaces, 80, const struct md_iface *);
MEMBER (struct md_plugin, example, 88, const char *);

_Static_assert (sizeof (struct md_field) >= 32, "md_field");
MEMBER (struct md_field, id, 0, uint32_t);
MEMBER (struct md_field, type, 4, uint32_t);
MEMBER (struct md_field, offset, 8, uint32_t);
MEMBER (struct md_field, flags, 12, uint32_t);
MEMBER (struct md_field, name, 16, const char *);
MEMBER (struct md_field, doc, 24, const char *);

_Static_assert (sizeof (struct md_table) >= 48, "md_table");
MEMBER (struct md_table, struct_size, 0, uint32_t);
MEMBER (struct md_table, record_size, 4, uint32_t);
MEMBER (struct md_table, name, 8, const char *);
MEMBER (struct md_table, doc, 16, const char *);
MEMBER (struct md_table, fields, 24, const struct md_field *);
MEMBER (struct md_table, n_fields, 32, size_t);
MEMBER (struct md_table, field_size, 40, size_t);

_Static_assert (sizeof (struct md_head) == 24, "md_head");
MEMBER (struct md_head, ts, 0, md_time);
MEMBER (struct md_head, symbol, 8, uint32_t);
MEMBER (struct md_head, venue, 12, uint32_t);
MEMBER (struct md_head, contract, 16, uint32_t);
MEMBER (struct md_head, flags, 20, uint32_t);

_Static_assert (sizeof (struct md_bar) >= 80, "md_bar");
MEMBER (struct md_bar, ts, 0, md_time);
MEMBER (struct md_bar, symbol, 8, uint32_t);
MEMBER (struct md_bar, venue, 12, uint32_t);
MEMBER (struct md_bar, contract, 16, uint32_t);
MEMBER (struct md_bar, flags, 20, uint32_t);
MEMBER (struct md_bar, open, 24, md_price);
MEMBER (struct md_bar, high, 32, md_price);
MEMBER (struct md_bar, low, 40, md_price);
MEMBER (struct md_bar, close, 48, md_price);
MEMBER (struct md_bar, volume, 56, double);
MEMBER (struct md_bar, vwap, 64, double);
MEMBER (struct md_bar, trades, 72, int64_t);

_Static_assert (sizeof (struct md_trade) >= 128, "md_trade");
MEMBER (struct md_trade, ts, 0, md_time);
MEMBER (struct md_trade, symbol, 8, uint32_t);
MEMBER (struct md_trade, venue, 12, uint32_t);
MEMBER (struct md_trade, contract, 16, uint32_t);
MEMBER (struct md_trade, flags, 20, uint32_t);
MEMBER (struct md_trade, ts_event, 24, md_time);
MEMBER (struct md_trade, ts_recv, 32, md_time);
MEMBER (struct md_trade, price, 40, md_price);
MEMBER (struct md_trade, size, 48, double);
MEMBER (struct md_trade, sequence, 56, int64_t);
MEMBER (struct md_trade, id, 64, struct md_text);
MEMBER (struct md_trade, side, 80, uint32_t);
MEMBER (struct md_trade, conditions, 84, uint32_t);
MEMBER (struct md_trade, tape, 88, uint32_t);
MEMBER (struct md_trade, action, 92, uint32_t);
MEMBER (struct md_trade, depth, 96, int64_t);
MEMBER (struct md_trade, vendor_flags, 104, int64_t);
MEMBER (struct md_trade, ts_in_delta, 112, int64_t);
MEMBER (struct md_trade, instrument_id, 120, int64_t);

_Static_assert (sizeof (struct md_quote) >= 96, "md_quote");
MEMBER (struct md_quote, ts, 0, md_time);
MEMBER (struct md_quote, symbol, 8, uint32_t);
MEMBER (struct md_quote, venue, 12, uint32_t);
MEMBER (struct md_quote, contract, 16, uint32_t);
MEMBER (struct md_quote, flags, 20, uint32_t);
MEMBER (struct md_quote, ts_event, 24, md_time);
MEMBER (struct md_quote, ts_recv, 32, md_time);
MEMBER (struct md_quote, bid, 40, md_price);
MEMBER (struct md_quote, ask, 48, md_price);
MEMBER (struct md_quote, bid_size, 56, double);
MEMBER (struct md_quote, ask_size, 64, double);
MEMBER (struct md_quote, bid_venue, 72, uint32_t);
MEMBER (struct md_quote, ask_venue, 76, uint32_t);
MEMBER (struct md_quote, conditions, 80, uint32_t);
MEMBER (struct md_quote, tape, 84, uint32_t);
MEMBER (struct md_quote, sequence, 88, int64_t);

_Static_assert (sizeof (struct md_tbbo) >= 160, "md_tbbo");
MEMBER (struct md_tbbo, ts, 0, md_time);
MEMBER (struct md_tbbo, symbol, 8, uint32_t);
MEMBER (struct md_tbbo, venue, 12, uint32_t);
MEMBER (struct md_tbbo, contract, 16, uint32_t);
MEMBER (struct md_tbbo, flags, 20, uint32_t);
MEMBER (struct md_tbbo, ts_event, 24, md_time);
MEMBER (struct md_tbbo, ts_recv, 32, md_time);
MEMBER (struct md_tbbo, price, 40, md_price);
MEMBER (struct md_tbbo, size, 48, double);
MEMBER (struct md_tbbo, side, 56, uint32_t);
MEMBER (struct md_tbbo, action, 60, uint32_t);
MEMBER (struct md_tbbo, depth, 64, int64_t);
MEMBER (struct md_tbbo, sequence, 72, int64_t);
MEMBER (struct md_tbbo, vendor_flags, 80, int64_t);
MEMBER (struct md_tbbo, ts_in_delta, 88, int64_t);
MEMBER (struct md_tbbo, instrument_id, 96, int64_t);
MEMBER (struct md_tbbo, bid, 104, md_price);
MEMBER (struct md_tbbo, ask, 112, md_price);
MEMBER (struct md_tbbo, bid_size, 120, double);
MEMBER (struct md_tbbo, ask_size, 128, double);
MEMBER (struct md_tbbo, bid_count, 136, int64_t);
MEMBER (struct md_tbbo, ask_count, 144, int64_t);
MEMBER (struct md_tbbo, bid_venue, 152, uint32_t);
MEMBER (struct md_tbbo, ask_venue, 156, uint32_t);

_Static_assert (sizeof (struct md_statistic) >= 120, "md_statistic");
MEMBER (struct md_statistic, ts, 0, md_time);
MEMBER (struct md_statistic, symbol, 8, uint32_t);
MEMBER (struct md_statistic, venue, 12, uint32_t);
MEMBER (struct md_statistic, contract, 16, uint32_t);
MEMBER (struct md_statistic, flags, 20, uint32_t);
MEMBER (struct md_statistic, ts_event, 24, md_time);
MEMBER (struct md_statistic, ts_recv, 32, md_time);
MEMBER (struct md_statistic, ts_ref, 40, md_time);
MEMBER (struct md_statistic, stat, 48, uint32_t);
MEMBER (struct md_statistic, update, 52, uint32_t);
MEMBER (struct md_statistic, stat_type, 56, int64_t);
MEMBER (struct md_statistic, price, 64, md_price);
MEMBER (struct md_statistic, quantity, 72, int64_t);
MEMBER (struct md_statistic, sequence, 80, int64_t);
MEMBER (struct md_statistic, ts_in_delta, 88, int64_t);
MEMBER (struct md_statistic, channel_id, 96, int64_t);
MEMBER (struct md_statistic, vendor_flags, 104, int64_t);
MEMBER (struct md_statistic, instrument_id, 112, int64_t);

_Static_assert (sizeof (struct md_halt) >= 88, "md_halt");
MEMBER (struct md_halt, ts, 0, md_time);
MEMBER (struct md_halt, symbol, 8, uint32_t);
MEMBER (struct md_halt, venue, 12, uint32_t);
MEMBER (struct md_halt, contract, 16, uint32_t);
MEMBER (struct md_halt, flags, 20, uint32_t);
MEMBER (struct md_halt, ts_event, 24, md_time);
MEMBER (struct md_halt, ts_recv, 32, md_time);
MEMBER (struct md_halt, action, 40, int64_t);
MEMBER (struct md_halt, reason, 48, int64_t);
MEMBER (struct md_halt, trading_event, 56, int64_t);
MEMBER (struct md_halt, trading, 64, uint32_t);
MEMBER (struct md_halt, quoting, 68, uint32_t);
MEMBER (struct md_halt, short_sell, 72, uint32_t);
MEMBER (struct md_halt, instrument_id, 80, int64_t);

_Static_assert (sizeof (struct md_instrument) >= 88, "md_instrument");
MEMBER (struct md_instrument, ts, 0, md_time);
MEMBER (struct md_instrument, symbol, 8, uint32_t);
MEMBER (struct md_instrument, venue, 12, uint32_t);
MEMBER (struct md_instrument, contract, 16, uint32_t);
MEMBER (struct md_instrument, flags, 20, uint32_t);
MEMBER (struct md_instrument, name, 24, struct md_text);
MEMBER (struct md_instrument, kind, 40, uint32_t);
MEMBER (struct md_instrument, base, 44, uint32_t);
MEMBER (struct md_instrument, currency, 48, uint32_t);
MEMBER (struct md_instrument, status, 52, uint32_t);
MEMBER (struct md_instrument, tick, 56, md_price);
MEMBER (struct md_instrument, lot, 64, double);
MEMBER (struct md_instrument, listed, 72, md_time);
MEMBER (struct md_instrument, delisted, 80, md_time);

_Static_assert (sizeof (struct md_action) >= 96, "md_action");
MEMBER (struct md_action, ts, 0, md_time);
MEMBER (struct md_action, symbol, 8, uint32_t);
MEMBER (struct md_action, venue, 12, uint32_t);
MEMBER (struct md_action, contract, 16, uint32_t);
MEMBER (struct md_action, flags, 20, uint32_t);
MEMBER (struct md_action, action, 24, uint32_t);
MEMBER (struct md_action, currency, 28, uint32_t);
MEMBER (struct md_action, id, 32, struct md_text);
MEMBER (struct md_action, ratio_from, 48, double);
MEMBER (struct md_action, ratio_to, 56, double);
MEMBER (struct md_action, cash, 64, md_price);
MEMBER (struct md_action, declared, 72, md_time);
MEMBER (struct md_action, record, 80, md_time);
MEMBER (struct md_action, payable, 88, md_time);

_Static_assert (sizeof (struct md_session) >= 48, "md_session");
MEMBER (struct md_session, ts, 0, md_time);
MEMBER (struct md_session, symbol, 8, uint32_t);
MEMBER (struct md_session, venue, 12, uint32_t);
MEMBER (struct md_session, contract, 16, uint32_t);
MEMBER (struct md_session, flags, 20, uint32_t);
MEMBER (struct md_session, kind, 24, uint32_t);
MEMBER (struct md_session, reserved, 28, uint32_t);
MEMBER (struct md_session, open, 32, md_time);
MEMBER (struct md_session, close, 40, md_time);

_Static_assert (sizeof (struct md_auth) >= 40, "md_auth");
MEMBER (struct md_auth, struct_size, 0, uint32_t);
MEMBER (struct md_auth, kind, 4, uint32_t);
MEMBER (struct md_auth, key, 8, const char *);
MEMBER (struct md_auth, key2, 16, const char *);
MEMBER (struct md_auth, param, 24, const char *);
MEMBER (struct md_auth, param2, 32, const char *);

_Static_assert (sizeof (struct md_http) >= 96, "md_http");
MEMBER (struct md_http, struct_size, 0, uint32_t);
MEMBER (struct md_http, flags, 4, uint32_t);
MEMBER (struct md_http, method, 8, const char *);
MEMBER (struct md_http, url, 16, const char *);
MEMBER (struct md_http, headers, 24, const char *const *);
MEMBER (struct md_http, body, 32, const void *);
MEMBER (struct md_http, body_len, 40, size_t);
MEMBER (struct md_http, bucket, 48, const char *);
MEMBER (struct md_http, cost, 56, double);
MEMBER (struct md_http, auth, 64, const struct md_auth *);
MEMBER (struct md_http, range_from, 72, int64_t);
MEMBER (struct md_http, range_to, 80, int64_t);
MEMBER (struct md_http, max_body, 88, int64_t);

_Static_assert (sizeof (struct md_reply) >= 24, "md_reply");
MEMBER (struct md_reply, struct_size, 0, uint32_t);
MEMBER (struct md_reply, status, 4, int32_t);
MEMBER (struct md_reply, body, 8, const char *);
MEMBER (struct md_reply, len, 16, size_t);

_Static_assert (sizeof (struct md_endpoint) >= 64, "md_endpoint");
MEMBER (struct md_endpoint, struct_size, 0, uint32_t);
MEMBER (struct md_endpoint, transport, 4, uint32_t);
MEMBER (struct md_endpoint, url, 8, const char *);
MEMBER (struct md_endpoint, headers, 16, const char *const *);
MEMBER (struct md_endpoint, auth, 24, const struct md_auth *);
MEMBER (struct md_endpoint, bucket, 32, const char *);
MEMBER (struct md_endpoint, silence_ns, 40, int64_t);
MEMBER (struct md_endpoint, timer_ns, 48, int64_t);
MEMBER (struct md_endpoint, rotate_ns, 56, int64_t);

_Static_assert (sizeof (struct md_rejected) >= 40, "md_rejected");
MEMBER (struct md_rejected, struct_size, 0, uint32_t);
MEMBER (struct md_rejected, symbol, 4, uint32_t);
MEMBER (struct md_rejected, ts, 8, md_time);
MEMBER (struct md_rejected, raw, 16, const char *);
MEMBER (struct md_rejected, raw_len, 24, size_t);
MEMBER (struct md_rejected, reasons, 32, const char *);

_Static_assert (sizeof (struct md_host) >= 160, "md_host");
MEMBER (struct md_host, struct_size, 0, uint32_t);
MEMBER (struct md_host, abi_major, 4, uint16_t);
MEMBER (struct md_host, abi_minor, 6, uint16_t);
MEMBER (struct md_host, log, 8, void (*) (struct md_call *call, int level,
        const char *message));
MEMBER (struct md_host, now, 16, md_time (*) (struct md_call *call));
MEMBER (struct md_host, cancelled, 24, bool (*) (struct md_call *call));
MEMBER (struct md_host, http, 32, int (*) (struct md_call *call, const struct
        md_http *request, struct md_reply *ret_reply, struct md_error *err));
MEMBER (struct md_host, read, 40, int (*) (struct md_call *call, void *buf,
        size_t size, size_t *ret_len, struct md_error *err));
MEMBER (struct md_host, next_member, 48, int (*) (struct md_call *call, const
        char **ret_name, struct md_error *err));
MEMBER (struct md_host, header, 56, const char *(*) (struct md_call *call,
        const char *name));
MEMBER (struct md_host, classify, 64, int (*) (struct md_call *call, const
        struct md_reply *reply, struct md_error *err));
MEMBER (struct md_host, connect, 72, int (*) (struct md_call *call, const
        struct md_endpoint *endpoint, struct md_conn **ret_conn, struct
        md_error *err));
MEMBER (struct md_host, recv, 80, int (*) (struct md_call *call, struct
        md_conn *conn, void *buf, size_t size, size_t *ret_len, struct
        md_error *err));
MEMBER (struct md_host, send, 88, int (*) (struct md_call *call, struct
        md_conn *conn, const void *data, size_t len, int kind, struct md_error
        *err));
MEMBER (struct md_host, intern, 96, int (*) (struct md_call *call, const char
        *text, size_t len, uint32_t *ret_id, struct md_error *err));
MEMBER (struct md_host, emit, 104, int (*) (struct md_call *call, uint32_t
        record, const void *rows, size_t n, size_t stride, struct md_error
        *err));
MEMBER (struct md_host, covered, 112, int (*) (struct md_call *call, uint32_t
        symbol, md_time from, md_time to, struct md_error *err));
MEMBER (struct md_host, mapping, 120, int (*) (struct md_call *call, uint32_t
        symbol, const char *instrument, md_time from, md_time to, struct
        md_error *err));
MEMBER (struct md_host, reject, 128, int (*) (struct md_call *call, const
        struct md_rejected *rejected, struct md_error *err));
MEMBER (struct md_host, subscribed, 136, int (*) (struct md_call *call,
        uint32_t symbol, struct md_error *err));
MEMBER (struct md_host, gap, 144, int (*) (struct md_call *call, uint32_t
        symbol, md_time from, md_time to, const char *why, struct md_error
        *err));
MEMBER (struct md_host, permit, 152, int (*) (struct md_call *call, const char
        *bucket, double cost, struct md_error *err));

_Static_assert (sizeof (struct md_interval) == 24, "md_interval");
MEMBER (struct md_interval, count, 0, uint32_t);
MEMBER (struct md_interval, unit, 4, uint32_t);
MEMBER (struct md_interval, anchor_ns, 8, int64_t);
MEMBER (struct md_interval, zone, 16, const char *);

_Static_assert (sizeof (struct md_offer) >= 128, "md_offer");
MEMBER (struct md_offer, dataset, 0, const char *);
MEMBER (struct md_offer, schema, 8, const char *);
MEMBER (struct md_offer, record, 16, uint32_t);
MEMBER (struct md_offer, flags, 20, uint32_t);
MEMBER (struct md_offer, table, 24, const struct md_table *);
MEMBER (struct md_offer, interval, 32, struct md_interval);
MEMBER (struct md_offer, index_time, 56, const char *);
MEMBER (struct md_offer, settle_ns, 64, int64_t);
MEMBER (struct md_offer, max_symbols, 72, uint32_t);
MEMBER (struct md_offer, selectors, 76, uint32_t);
MEMBER (struct md_offer, max_span_ns, 80, int64_t);
MEMBER (struct md_offer, page_rows, 88, int64_t);
MEMBER (struct md_offer, rewritten_by, 96, const char *);
MEMBER (struct md_offer, volume_unit, 104, const char *);
MEMBER (struct md_offer, adjustment, 112, const char *);
MEMBER (struct md_offer, doc, 120, const char *);

_Static_assert (sizeof (struct md_request) >= 64, "md_request");
MEMBER (struct md_request, struct_size, 0, uint32_t);
MEMBER (struct md_request, flags, 4, uint32_t);
MEMBER (struct md_request, offer, 8, const struct md_offer *);
MEMBER (struct md_request, dataset, 16, const char *);
MEMBER (struct md_request, schema, 24, const char *);
MEMBER (struct md_request, symbols, 32, const char *const *);
MEMBER (struct md_request, n_symbols, 40, uint32_t);
MEMBER (struct md_request, selector, 44, uint32_t);
MEMBER (struct md_request, from, 48, md_time);
MEMBER (struct md_request, to, 56, md_time);

_Static_assert (sizeof (struct md_limit) >= 40, "md_limit");
MEMBER (struct md_limit, bucket, 0, const char *);
MEMBER (struct md_limit, plan, 8, const char *);
MEMBER (struct md_limit, per_second, 16, double);
MEMBER (struct md_limit, burst, 24, double);
MEMBER (struct md_limit, doc, 32, const char *);

_Static_assert (sizeof (struct md_provider) >= 88, "md_provider");
MEMBER (struct md_provider, struct_size, 0, uint32_t);
MEMBER (struct md_provider, max_sessions, 4, uint32_t);
MEMBER (struct md_provider, offers, 8, const struct md_offer *);
MEMBER (struct md_provider, n_offers, 16, size_t);
MEMBER (struct md_provider, offer_size, 24, size_t);
MEMBER (struct md_provider, open, 32, void *(*) (struct md_call *call, const
        struct md_host *host, const union md_value *config, struct md_error
        *err));
MEMBER (struct md_provider, close, 40, void (*) (void *session));
MEMBER (struct md_provider, fetch, 48, int (*) (void *session, struct md_call
        *call, const struct md_request *request, struct md_error *err));
MEMBER (struct md_provider, check, 56, int (*) (void *session, struct md_call
        *call, const struct md_request *request, struct md_error *err));
MEMBER (struct md_provider, limits, 64, const struct md_limit *);
MEMBER (struct md_provider, n_limits, 72, size_t);
MEMBER (struct md_provider, limit_size, 80, size_t);

_Static_assert (sizeof (struct md_symbols) >= 24, "md_symbols");
MEMBER (struct md_symbols, struct_size, 0, uint32_t);
MEMBER (struct md_symbols, reserved, 4, uint32_t);
MEMBER (struct md_symbols, list, 8, int (*) (void *session, struct md_call
        *call, const char *dataset, const char *pattern, struct md_error
        *err));
MEMBER (struct md_symbols, resolve, 16, int (*) (void *session, struct md_call
        *call, const struct md_request *request, struct md_error *err));

_Static_assert (sizeof (struct md_cost) >= 56, "md_cost");
MEMBER (struct md_cost, struct_size, 0, uint32_t);
MEMBER (struct md_cost, reserved, 4, uint32_t);
MEMBER (struct md_cost, rows, 8, int64_t);
MEMBER (struct md_cost, bytes, 16, int64_t);
MEMBER (struct md_cost, calls_min, 24, int64_t);
MEMBER (struct md_cost, calls_max, 32, int64_t);
MEMBER (struct md_cost, money, 40, double);
MEMBER (struct md_cost, currency, 48, char [8]);

_Static_assert (sizeof (struct md_estimate) >= 16, "md_estimate");
MEMBER (struct md_estimate, struct_size, 0, uint32_t);
MEMBER (struct md_estimate, reserved, 4, uint32_t);
MEMBER (struct md_estimate, estimate, 8, int (*) (void *session, struct
        md_call *call, const struct md_request *request, struct md_cost
        *ret_cost, struct md_error *err));

_Static_assert (sizeof (struct md_stream) >= 48, "md_stream");
MEMBER (struct md_stream, struct_size, 0, uint32_t);
MEMBER (struct md_stream, max_symbols, 4, uint32_t);
MEMBER (struct md_stream, endpoint, 8, int (*) (void *session, struct md_call
        *call, const struct md_request *request, struct md_endpoint
        *ret_endpoint, struct md_error *err));
MEMBER (struct md_stream, on_open, 16, int (*) (void *session, struct md_call
        *call, struct md_conn *conn, const struct md_request *request, md_time
        replay_from, struct md_error *err));
MEMBER (struct md_stream, on_data, 24, int (*) (void *session, struct md_call
        *call, struct md_conn *conn, const void *data, size_t len, int kind,
        struct md_error *err));
MEMBER (struct md_stream, on_timer, 32, int (*) (void *session, struct md_call
        *call, struct md_conn *conn, struct md_error *err));
MEMBER (struct md_stream, on_close, 40, int (*) (void *session, struct md_call
        *call, int why, int code, const char *text, struct md_error *err));

_Static_assert (sizeof (struct md_segment) >= 112, "md_segment");
MEMBER (struct md_segment, struct_size, 0, uint32_t);
MEMBER (struct md_segment, flags, 4, uint32_t);
MEMBER (struct md_segment, commit, 8, uint64_t);
MEMBER (struct md_segment, ingestion_id, 16, const char *);
MEMBER (struct md_segment, provider, 24, const char *);
MEMBER (struct md_segment, dataset, 32, const char *);
MEMBER (struct md_segment, schema, 40, const char *);
MEMBER (struct md_segment, symbol, 48, const char *);
MEMBER (struct md_segment, table, 56, const struct md_table *);
MEMBER (struct md_segment, interval, 64, struct md_interval);
MEMBER (struct md_segment, from, 88, md_time);
MEMBER (struct md_segment, to, 96, md_time);
MEMBER (struct md_segment, extracted_at, 104, md_time);

_Static_assert (sizeof (struct md_sink) >= 64, "md_sink");
MEMBER (struct md_sink, struct_size, 0, uint32_t);
MEMBER (struct md_sink, reserved, 4, uint32_t);
MEMBER (struct md_sink, open, 8, void *(*) (struct md_call *call, const struct
        md_host *host, const union md_value *config, struct md_error *err));
MEMBER (struct md_sink, close, 16, void (*) (void *sink));
MEMBER (struct md_sink, begin, 24, int (*) (void *sink, struct md_call *call,
        const struct md_segment *segment, struct md_error *err));
MEMBER (struct md_sink, write, 32, int (*) (void *sink, struct md_call *call,
        const struct ArrowSchema *schema, struct ArrowArray *array, struct
        md_error *err));
MEMBER (struct md_sink, commit, 40, int (*) (void *sink, struct md_call *call,
        struct md_error *err));
MEMBER (struct md_sink, abort, 48, int (*) (void *sink, struct md_call *call,
        struct md_error *err));
MEMBER (struct md_sink, last_commit, 56, int (*) (void *sink, struct md_call
        *call, uint64_t *ret_commit, struct md_error *err));

IS (MD_OK, 0);
IS (MD_ERR_CONFIG, 100);
IS (MD_ERR_AUTH, 200);
IS (MD_ERR_REQUEST, 300);
IS (MD_ERR_NOT_FOUND, 320);
IS (MD_ERR_ENTITLEMENT, 340);
IS (MD_ERR_LIMITED, 400);
IS (MD_ERR_QUOTA, 420);
IS (MD_ERR_NETWORK, 500);
IS (MD_ERR_PROTOCOL, 600);
IS (MD_ERR_CANCELLED, 700);
IS (MD_ERR_UNSUPPORTED, 750);
IS (MD_ERR_INTERNAL, 800);
IS (MD_STRING, 10);
IS (MD_INT, 20);
IS (MD_BOOL, 30);
IS (MD_DOUBLE, 40);
IS (MD_DURATION, 50);
IS (MD_CHOICE, 60);
IS (MD_LOG_DEBUG, 10);
IS (MD_LOG_INFO, 20);
IS (MD_LOG_WARNING, 30);
IS (MD_FIELD_I64, 10);
IS (MD_FIELD_TIME, 20);
IS (MD_FIELD_PRICE, 30);
IS (MD_FIELD_F64, 40);
IS (MD_FIELD_NAME, 50);
IS (MD_FIELD_TEXT, 60);
IS (MD_FIELD_FLAGS, 70);
IS (MD_BAR, 100);
IS (MD_TRADE, 200);
IS (MD_QUOTE, 300);
IS (MD_TBBO, 400);
IS (MD_STATISTIC, 500);
IS (MD_HALT, 600);
IS (MD_INSTRUMENT, 700);
IS (MD_ACTION, 800);
IS (MD_SESSION, 900);
IS (MD_OWN_TABLE, 1000);
IS (MD_AUTH_NONE, 0);
IS (MD_AUTH_BASIC, 10);
IS (MD_AUTH_BEARER, 20);
IS (MD_AUTH_HEADER, 30);
IS (MD_AUTH_QUERY, 40);
IS (MD_AUTH_SIGV4, 50);
IS (MD_WEBSOCKET, 10);
IS (MD_HTTP_LINES, 20);
IS (MD_TLS, 30);
IS (MD_TCP, 40);
IS (MD_DATA_BYTES, 0);
IS (MD_DATA_TEXT, 10);
IS (MD_DATA_BINARY, 20);
IS (MD_UNIT_NONE, 0);
IS (MD_UNIT_SECOND, 10);
IS (MD_UNIT_MINUTE, 20);
IS (MD_UNIT_HOUR, 30);
IS (MD_UNIT_DAY, 40);
IS (MD_UNIT_WEEK, 50);
IS (MD_UNIT_MONTH, 60);
IS (MD_SELECT_SYMBOL, 10);
IS (MD_SELECT_PARENT, 20);
IS (MD_SELECT_CONTINUOUS, 30);
IS (MD_SELECT_ALL, 40);
IS (MD_SELECT_ID, 50);
IS (MD_CLOSE_PEER, 10);
IS (MD_CLOSE_ERROR, 20);
IS (MD_CLOSE_SILENCE, 30);
IS (MD_CLOSE_ROTATE, 40);
IS (MD_CLOSE_STOP, 50);
IS (MD_ABI_MAJOR, 0);
IS (MD_PRICE_ONE, 1000000000);
IS (MD_SECOND, 1000000000);
IS (MD_MINUTE, 60000000000);
IS (MD_HOUR, 3600000000000);
IS (MD_DAY, 86400000000000);
IS (MD_ABSENT, 9223372036854775807);
IS (MD_ABSENT_NAME, 4294967295);
IS (MD_KEY_REQUIRED, 1);
IS (MD_KEY_SECRET, 2);
IS (MD_KEY_ORIGIN, 4);
IS (MD_KEY_PATH, 8);
IS (MD_PLUGIN_BRINGS_IO, 1);
IS (MD_PLUGIN_MADE_UP, 2);
IS (MD_FIELD_REQUIRED, 1);
IS (MD_FIELD_KEY, 2);
IS (MD_FIELD_SERIES, 4);
IS (MD_ROW_PROVISIONAL, 1);
IS (MD_ROW_DERIVED, 2);
IS (MD_ROW_CANCELLED, 4);
IS (MD_ROW_CORRECTED, 8);
IS (MD_ROW_RECV_BAD, 16);
IS (MD_HTTP_PULL, 1);
IS (MD_HTTP_RAW, 2);
IS (MD_ALL_SYMBOLS, 4294967295);
IS (MD_OFFER_PRICES_ANY, 1);
IS (MD_OFFER_ROUNDS, 2);
IS (MD_OFFER_PAID, 4);
IS (MD_OFFER_ALL_SYMBOLS, 8);
IS (MD_OFFER_SPARSE, 16);
IS (MD_OFFER_OUTSIDE, 32);
IS (MD_OFFER_NEWEST_FIRST, 64);
IS (MD_REQUEST_PROVISIONAL, 1);
IS (MD_SEGMENT_MADE_UP, 1);
IS (MD_SEGMENT_REPLACES, 2);
IS (__builtin_strcmp (MD_ENTRY_NAME, "md_plugin_v1"), 0);
IS (__builtin_strcmp (MD_IFACE_PROVIDER, "mdcore.provider/1"), 0);
IS (__builtin_strcmp (MD_IFACE_SYMBOLS, "mdcore.symbols/1"), 0);
IS (__builtin_strcmp (MD_IFACE_ESTIMATE, "mdcore.estimate/1"), 0);
IS (__builtin_strcmp (MD_IFACE_STREAM, "mdcore.stream/1"), 0);
IS (__builtin_strcmp (MD_IFACE_SINK, "mdcore.sink/1"), 0);
