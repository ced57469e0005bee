/* SPDX-License-Identifier: Apache-2.0
 * hello - one made-up daily bar per symbol and day, from 1970 on.          */
#include <mdcore.h>
#include <stdlib.h>

struct session { const struct md_host *host; md_price price; };

enum { KEY_PRICE, N_KEYS };
static const struct md_key keys[N_KEYS] = {
  [KEY_PRICE] = { .name = "price", .type = MD_INT, .dflt = "100",
                  .doc = "Opening price, in whole dollars." },
};

static const struct md_offer offers[] = {
  { .dataset = "demo", .schema = "ohlcv-1d", .record = MD_BAR,
    .interval = { .count = 1, .unit = MD_UNIT_DAY },
    .index_time = "bar start", .doc = "The same bar, day after day." },
};

static void *
hello_open (struct md_call *call, const struct md_host *host,
            const union md_value *config, struct md_error *err)
{
  struct session *s = malloc (sizeof *s);

  (void) call, (void) err;
  if (s != NULL)
    *s = (struct session) { host, config[KEY_PRICE].i * MD_PRICE_ONE };
  return s;
}

static int
hello_fetch (void *session, struct md_call *call,
             const struct md_request *req, struct md_error *err)
{
  const struct session *s = session;
  md_time first = (req->from + MD_DAY - 1) / MD_DAY * MD_DAY;

  for (uint32_t i = 0; i < req->n_symbols; i++) {
    for (md_time ts = first; ts < req->to; ts += MD_DAY) {
      struct md_bar bar = {
        .ts = ts, .symbol = i, .venue = MD_ABSENT_NAME,
        .contract = MD_ABSENT_NAME, .open = s->price, .high = s->price + 2,
        .low = s->price - 2, .close = s->price + 1, .volume = 1000,
        .vwap = md_absent_f64 (), .trades = MD_ABSENT };
      if (s->host->emit (call, MD_BAR, &bar, 1, sizeof bar, err) != MD_OK)
        return err->klass;
    }
  }
  return s->host->covered (call, MD_ALL_SYMBOLS, req->from, req->to, err);
}

static const struct md_provider provider = {
  .struct_size = sizeof provider, MD_ARRAY (offer, offers),
  .open = hello_open, .fetch = hello_fetch, .close = free };
static const struct md_iface ifaces[] = { { MD_IFACE_PROVIDER, &provider },
                                          { NULL, NULL } };
MD_PLUGIN (.name = "hello", .version = "1.0", .license = "Apache-2.0",
           .description = "Example provider", MD_ARRAY (key, keys),
           .flags = MD_PLUGIN_MADE_UP, .ifaces = ifaces)
