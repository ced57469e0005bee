/* SPDX-License-Identifier: Apache-2.0
 *
 * newer.c - as a later minor will see the ABI: every struct and every array
 * element has grown at its end, and there is an interface that this host
 * does not know.
 */
#include <mdcore.h>

struct new_key { struct md_key key; const char *unit; };
struct new_offer { struct md_offer offer; int64_t depth; const char *more; };
struct new_limit { struct md_limit limit; int64_t window; };

struct new_provider {
  struct md_provider provider;
  int (*refresh) (void *session);
  const char *more;
};

struct new_plugin { struct md_plugin plugin; const char *more[4]; };

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
  /* Only right when the host hands over our own element.                   */
  const struct new_offer *offer = (const struct new_offer *) request->offer;

  return offer->depth == 7 ? MD_OK : MD_ERR_INTERNAL;
}

static int
refresh (void *session)
{
  return 0;
}

static const struct new_key keys[] = {
  { { .name = "first", .type = MD_INT, .doc = "One." }, "s" },
  { { .name = "second", .type = MD_BOOL, .dflt = "yes", .doc = "Two." }, "m" },
};

static const struct new_offer offers[] = {
  { { .dataset = "d", .schema = "trades", .record = MD_TRADE,
      .doc = "Ticks." }, 7, "x" },
  { { .dataset = "d", .schema = "ohlcv-1h", .record = MD_BAR,
      .interval = { 1, MD_UNIT_HOUR, 0, NULL }, .doc = "Bars." }, 7, "y" },
};

static const struct new_limit limits[] = {
  { { .bucket = "a", .per_second = 1 }, 1 },
  { { .bucket = "b", .per_second = 2 }, 1 },
};

static const struct new_provider provider = {
  { .struct_size = sizeof provider,
    .offers = &offers[0].offer, .n_offers = 2,
    .offer_size = sizeof offers[0], .open = open_session,
    .close = close_session, .fetch = fetch,
    .limits = &limits[0].limit, .n_limits = 2,
    .limit_size = sizeof limits[0] },
  refresh, "more"
};

static const struct md_iface ifaces[] = {
  { "com.example.crystal-ball/1", &provider },
  { MD_IFACE_PROVIDER, &provider }, { NULL, NULL }
};

static const struct new_plugin plugin = {
  { .struct_size = sizeof plugin, .abi_major = MD_ABI_MAJOR,
    .abi_minor = 99, .needs_minor = MD_ABI_MINOR, .name = "newer",
    .version = "2", .description = "Built against a later minor",
    .license = "MIT", .keys = &keys[0].key, .n_keys = 2,
    .key_size = sizeof keys[0], .ifaces = ifaces },
  { "a", "b", "c", "d" }
};

const struct md_plugin *md_plugin_v1 (void);

__attribute__ ((visibility ("default")))
const struct md_plugin *
md_plugin_v1 (void)
{
  return &plugin.plugin;
}
