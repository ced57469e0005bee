/* SPDX-License-Identifier: Apache-2.0
 *
 * bad.c - a plugin with one fault, chosen by -D (see meson.build); without
 * any it is sound.
 */
#include <mdcore.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RED "red \033[31m alert"
#define LATIN1 "caf\xe9"

#ifndef NAME
#define NAME FILE_NAME
#endif
#ifndef MAJOR
#define MAJOR MD_ABI_MAJOR
#endif
#ifndef NEEDS_MINOR
#define NEEDS_MINOR 0
#endif
#ifndef PLUGIN_SIZE
#define PLUGIN_SIZE sizeof (struct md_plugin)
#endif
#ifndef PROVIDER_SIZE
#define PROVIDER_SIZE sizeof (struct md_provider)
#endif
#ifndef DESCRIPTION
#define DESCRIPTION "For tests only"
#endif
#ifndef KEY
#define KEY .name = "speed", .type = MD_INT, .dflt = "1", .doc = "How fast."
#endif
#ifndef KEY2
#define KEY2 .name = "colour", .type = MD_CHOICE, .choices = "red|blue",     \
             .dflt = "red", .doc = "Which colour."
#endif
#ifndef KEY_SIZE
#define KEY_SIZE sizeof (struct md_key)
#endif
#ifndef N_KEYS
#define N_KEYS 2
#endif
#ifndef OFFER
#define OFFER .dataset = "d", .schema = "ohlcv-1m", .record = MD_BAR,        \
              .interval = { 1, MD_UNIT_MINUTE, 0, NULL }
#endif
#ifndef OFFER2
#define OFFER2 .dataset = "d", .schema = "trades", .record = MD_TRADE
#endif
#ifndef N_OFFERS
#define N_OFFERS 2
#endif
#ifndef LIMIT
#define LIMIT NULL, NULL, 5, 1, "Documented."
#endif
#ifndef FETCH
#define FETCH fetch
#endif
#ifndef VTABLE
#define VTABLE &provider
#endif
#ifndef IFACES
#define IFACES { MD_IFACE_PROVIDER, VTABLE }, { NULL, NULL }
#endif
#ifndef ON_LOAD
#define ON_LOAD
#endif

const struct md_plugin *md_plugin_v1 (void);

__attribute__ ((unused)) static void *
open_session (struct md_call *call, const struct md_host *host,
              const union md_value *config, struct md_error *err)
{
  return NULL;
}

__attribute__ ((unused)) static void
close_session (void *session)
{
}

__attribute__ ((unused)) static int
fetch (void *session, struct md_call *call, const struct md_request *request,
       struct md_error *err)
{
  return MD_OK;
}

__attribute__ ((unused)) static int
list (void *session, struct md_call *call, const char *dataset,
      const char *pattern, struct md_error *err)
{
  return MD_OK;
}

__attribute__ ((unused)) static void
hang (void)
{
  for (;;)
    pause ();
}

__attribute__ ((constructor)) static void
on_load (void)
{
  ON_LOAD;
}

static const struct md_key keys[] = { { KEY }, { KEY2 } };
static const struct md_offer offers[] = { { OFFER }, { OFFER2 } };
static const struct md_limit limits[] = { { LIMIT } };

__attribute__ ((unused)) static const struct md_provider provider = {
  .struct_size = PROVIDER_SIZE,
  .offers = offers, .n_offers = N_OFFERS, .offer_size = sizeof offers[0],
  .open = open_session, .close = close_session, .fetch = FETCH,
  MD_ARRAY (limit, limits),
};

__attribute__ ((unused)) static const struct md_symbols symbols = {
  .struct_size = sizeof symbols,
  .list = list,
};

static const struct md_iface ifaces[] = { IFACES };

static const struct md_plugin plugin = {
  .struct_size = PLUGIN_SIZE, .abi_major = MAJOR, .needs_minor = NEEDS_MINOR,
  .name = NAME, .version = "1", .description = DESCRIPTION, .license = "MIT",
  .keys = keys, .n_keys = N_KEYS, .key_size = KEY_SIZE, .ifaces = ifaces,
};

#ifdef HIDDEN
__attribute__ ((visibility ("hidden")))
#else
__attribute__ ((visibility ("default")))
#endif
const struct md_plugin *
md_plugin_v1 (void)
{
#ifdef NO_DESCRIPTOR
  return NULL;
#else
  return &plugin;
#endif
}
