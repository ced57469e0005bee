/* SPDX-License-Identifier: Apache-2.0
 *
 * older.c - as an earlier minor saw the ABI: an offer ended with settle_ns,
 * and a provider with `fetch`.
 */
#include <mdcore.h>

#include <string.h>

struct old_offer {
  const char *dataset, *schema;
  uint32_t    record, flags;
  const struct md_table *table;
  struct md_interval interval;
  const char *index_time;
  int64_t     settle_ns;
};

struct old_provider {
  uint32_t struct_size, max_sessions;
  const struct old_offer *offers;
  size_t n_offers, offer_size;
  void *(*open) (struct md_call *, const struct md_host *,
                 const union md_value *, struct md_error *);
  void  (*close) (void *);
  int   (*fetch) (void *, struct md_call *, const struct md_request *,
                  struct md_error *);
};

/* What lies behind the short structs must not be taken for their members.  */
struct guarded {
  struct old_provider provider;
  char garbage[256];
};

static void *
open_session (struct md_call *call, const struct md_host *host,
              const union md_value *config, struct md_error *err)
{
  return (void *) host;
}

static void
close_session (void *session)
{
}

static int
fetch (void *session, struct md_call *call, const struct md_request *request,
       struct md_error *err)
{
  return MD_OK;
}

static const struct old_offer offers[] = {
  { "d", "ohlcv-1m", MD_BAR, 0, NULL, { 1, MD_UNIT_MINUTE, 0, NULL },
    "bar start", 1 },
  { "d", "trades", MD_TRADE, 0, NULL, { 0, 0, 0, NULL }, "ts", 2 },
};

static struct guarded guarded = {
  .provider = { .struct_size = sizeof (struct old_provider),
                .max_sessions = 3, MD_ARRAY (offer, offers),
                .open = open_session, .close = close_session,
                .fetch = fetch },
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_PROVIDER, &guarded }, { NULL, NULL }
};

__attribute__ ((constructor)) static void
fill (void)
{
  memset (guarded.garbage, 0x5a, sizeof guarded.garbage);
}

MD_PLUGIN (.name = "older", .version = "0.9", .license = "MIT",
           .description = "Built against an earlier minor",
           .ifaces = ifaces)
