// SPDX-License-Identifier: Apache-2.0
// The hello provider in C++11: designated initialisers do not exist there,
// so structs are filled by functions, and no exception may leave a callback.
#include <mdcore.h>
#include <new>

namespace {

struct Session { const md_host *host; };

void *
open_session (md_call *, const md_host *host, const md_value *, md_error *)
{
  return new (std::nothrow) Session { host };
}

void
close_session (void *session)
{
  delete static_cast<Session *> (session);
}

int
fetch (void *session, md_call *call, const md_request *req, md_error *err)
{
  const md_host *host = static_cast<Session *> (session)->host;
  md_time first = (req->from + MD_DAY - 1) / MD_DAY * MD_DAY;

  for (uint32_t i = 0; i < req->n_symbols; i++) {
    for (md_time ts = first; ts < req->to; ts += MD_DAY) {
      md_bar bar = md_bar ();

      bar.ts = ts;
      bar.symbol = i;
      bar.venue = bar.contract = MD_ABSENT_NAME;
      bar.open = bar.high = bar.low = bar.close = 100 * MD_PRICE_ONE;
      bar.volume = 1000;
      bar.vwap = md_absent_f64 ();
      bar.trades = MD_ABSENT;
      if (host->emit (call, MD_BAR, &bar, 1, sizeof bar, err) != MD_OK)
        return err->klass;
    }
  }
  return host->covered (call, MD_ALL_SYMBOLS, req->from, req->to, err);
}

md_offer
make_offer ()
{
  md_offer offer = md_offer ();

  offer.dataset = "demo";
  offer.schema = "ohlcv-1d";
  offer.record = MD_BAR;
  offer.interval.count = 1;
  offer.interval.unit = MD_UNIT_DAY;
  offer.index_time = "bar start";
  offer.doc = "The same bar, day after day.";
  return offer;
}

const md_offer offers[] = { make_offer () };

md_provider
make_provider ()
{
  md_provider provider = md_provider ();

  provider.struct_size = sizeof provider;
  provider.offers = offers;
  provider.n_offers = 1;
  provider.offer_size = sizeof offers[0];
  provider.open = open_session;
  provider.close = close_session;
  provider.fetch = fetch;
  return provider;
}

const md_provider provider = make_provider ();
const md_iface ifaces[] = { { MD_IFACE_PROVIDER, &provider },
                            { nullptr, nullptr } };

md_plugin
make_plugin ()
{
  md_plugin plugin = md_plugin ();

  plugin.struct_size = sizeof plugin;
  plugin.abi_major = MD_ABI_MAJOR;
  plugin.abi_minor = MD_ABI_MINOR;
  plugin.name = "hello-cxx";
  plugin.version = "1.0";
  plugin.description = "Example provider in C++";
  plugin.license = "Apache-2.0";
  plugin.flags = MD_PLUGIN_MADE_UP;
  plugin.ifaces = ifaces;
  return plugin;
}

}  // namespace

extern "C" __attribute__ ((visibility ("default"))) const md_plugin *
md_plugin_v1 ()
{
  static const md_plugin plugin = make_plugin ();

  return &plugin;
}
