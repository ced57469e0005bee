/* SPDX-License-Identifier: Apache-2.0
 *
 * jsonl.c - a sink: JSON lines in folders that say what is in them.
 */
#include "text/sink.h"

static const struct md_key keys[] = { TEXT_KEYS };

static void *
jsonl_open (struct md_call *call, const struct md_host *host,
            const union md_value *config, struct md_error *err)
{
  return text_sink_open (config, true, false, "jsonl", err);
}

static const struct md_sink vtable = { TEXT_SINK_VTABLE, .open = jsonl_open };

static const struct md_iface ifaces[] = {
  { MD_IFACE_SINK, &vtable }, { NULL, NULL }
};

MD_PLUGIN (.name = "jsonl", .version = "1.0.0",
           .description = "JSON lines in folders that say what is in them",
           .license = "Apache-2.0", MD_ARRAY (key, keys), .ifaces = ifaces)
