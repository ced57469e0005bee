/* SPDX-License-Identifier: Apache-2.0
 *
 * csv.c - a sink: CSV files in folders that say what is in them.
 */
#include "text/sink.h"

static const struct md_key keys[] = {
  TEXT_KEYS,
  { .name = "guard_formulas", .type = MD_BOOL, .dflt = "no",
    .doc = "Put a ' before texts that a spreadsheet would compute" },
};

static void *
csv_open (struct md_call *call, const struct md_host *host,
          const union md_value *config, struct md_error *err)
{
  return text_sink_open (config, false, config[KEY_GUARD].b, "csv", err);
}

static const struct md_sink vtable = { TEXT_SINK_VTABLE, .open = csv_open };

static const struct md_iface ifaces[] = {
  { MD_IFACE_SINK, &vtable }, { NULL, NULL }
};

MD_PLUGIN (.name = "csv", .version = "1.0.0",
           .description = "CSV files in folders that say what is in them",
           .license = "Apache-2.0", MD_ARRAY (key, keys), .ifaces = ifaces)
