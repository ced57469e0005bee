/* SPDX-License-Identifier: Apache-2.0
 *
 * sinks-text.c - how far sinks are, as text for people and as JSON.
 */
#include "out.h"
#include "run-job.h"

#include <stdio.h>

static json_t *
sink_to_json (const SinkEntry *entry)
{
  json_t *object = json_object ();

  out_set_text (object, "name", entry->name);
  out_set_text (object, "type", entry->type);
  out_set_text (object, "status", entry->status);
  out_set_text (object, "reason", entry->reason);
  out_set_count (object, "segments", entry->segments);
  out_set_count (object, "rows", entry->rows);
  out_set_count (object, "delivered", entry->delivered);
  out_set_count (object, "lag", entry->lag);
  return object;
}

json_t *
sinks_to_json (const GPtrArray *entries)
{
  json_t *list = json_array ();

  for (guint i = 0; i < entries->len; i++)
    json_array_append_new (list, sink_to_json (entries->pdata[i]));
  return list;
}

void
sinks_print (const GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++) {
    const SinkEntry *entry = entries->pdata[i];
    g_autofree char *rows = out_count (entry->rows);

    printf ("sink %s (%s): %s", entry->name, entry->type, entry->status);
    if (entry->segments > 0)
      printf (", %s rows", rows);
    if (entry->lag > 0)
      printf (", %" G_GUINT64_FORMAT " commits behind", entry->lag);
    if (entry->reason != NULL)
      printf (": %s", entry->reason);
    putchar ('\n');
  }
}
