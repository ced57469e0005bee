/* SPDX-License-Identifier: Apache-2.0
 *
 * straight.c - `[store] rows = off`.
 */
#include "straight.h"
#include "sink.h"

#include "observe/log.h"

#include <string.h>

struct Straight {
  const EngineInput *input;
  GPtrArray *entries;   /* borrowed                                         */
  GPtrArray *sinks;     /* of Sink; NULL where one failed                   */
};

static void
fail_sink (Straight *straight, guint i, Sink *sink, const GError *error)
{
  SinkEntry *entry = straight->entries->pdata[i];
  g_autoptr (GError) ignored = NULL;

  g_free (entry->status);
  g_free (entry->reason);
  entry->status = g_strdup ("failed");
  entry->reason = g_strdup (error->message);
  log_event (LOG_ERROR, "sink.failed", "%s", error->message);
  entry->delivered = sink->delivered;
  if (!sink_state_save (sink, &ignored))
    log_event (MD_LOG_WARNING, "sink.state", "%s", ignored->message);
  sink_free (sink);
  straight->sinks->pdata[i] = NULL;
}

/* Ready for new segments: nothing too much, nothing lacking.               */
static gboolean
make_ready (Sink *sink, GError **error)
{
  guint64 last;

  if (!sink_connect (sink, error) || !sink_rewind (sink, error)
      || !store_last_commit (sink->input->store, &last, error))
    return FALSE;
  if (sink->own == 0 && last > 0)
    log_event (MD_LOG_WARNING, "sink.late", "sink %s: rows of earlier runs "
               "are not in the store (rows = off), so this sink gets new ones "
               "only", sink->binding->config->name);
  return sink->delivered >= last || sink_deliver (sink, last, error);
}

Straight *
straight_start (const EngineInput *input, GPtrArray *entries,
                const Cancel *cancel)
{
  Straight *straight = g_new0 (Straight, 1);

  straight->input = input;
  straight->entries = entries;
  straight->sinks = g_ptr_array_new ();
  for (guint i = 0; i < entries->len; i++) {
    Sink *sink = sink_new (input, input->sinks->pdata[i], entries->pdata[i],
                           cancel);
    g_autoptr (GError) error = NULL;

    g_ptr_array_add (straight->sinks, sink);
    if (!make_ready (sink, &error))
      fail_sink (straight, i, sink, error);
  }
  return straight;
}

gboolean
straight_deliver (Straight *straight, Segment *segment, guint64 number)
{
  gboolean all = TRUE;

  /* What is quarantined goes nowhere.                                      */
  if (segment->series->len == 0 || segment->quarantine != NULL)
    return TRUE;
  for (guint i = 0; i < straight->sinks->len; i++) {
    Sink *sink = straight->sinks->pdata[i];
    g_autoptr (GError) error = NULL;

    if (sink != NULL
        && !sink_deliver_straight (sink, segment, number, &error))
      fail_sink (straight, i, sink, error);
    all = all && straight->sinks->pdata[i] != NULL;
  }
  if (all)
    g_ptr_array_set_size (segment->series, 0);
  return all;
}

/* ---- the end ---------------------------------------------------------- */

static void
end_sink (Straight *straight, Sink *sink)
{
  SinkEntry *entry = sink->entry;
  g_autoptr (GError) error = NULL;
  guint64 last;

  /* Later commits had no rows.                                             */
  if (store_last_commit (straight->input->store, &last, NULL))
    sink->delivered = MAX (sink->delivered, last);
  entry->delivered = sink->delivered;
  if (entry->segments > 0) {
    g_free (entry->status);
    entry->status = g_strdup ("delivered");
    if (!sink_state_save (sink, &error))
      log_event (MD_LOG_WARNING, "sink.state", "%s", error->message);
  }
  sink_free (sink);
}

void
straight_finish (Straight *straight)
{
  for (guint i = 0; i < straight->sinks->len; i++) {
    if (straight->sinks->pdata[i] != NULL)
      end_sink (straight, straight->sinks->pdata[i]);
  }
  straight_drop_spool (straight->input, straight->entries);
  g_ptr_array_unref (straight->sinks);
  g_free (straight);
}

static gboolean
drop_ask (Store *store, const AskKey *ask, GError **error)
{
  g_autoptr (GPtrArray) links = store_instruments (store, ask, error);

  for (guint i = 0; links != NULL && i < links->len; i++) {
    const Mapping *link = links->pdata[i];
    const SeriesKey key = { ask->provider, ask->dataset, ask->schema,
                            link->instrument };

    if (!store_drop_rows (store, &key, error))
      return FALSE;
  }
  return links != NULL;
}

void
straight_drop_spool (const EngineInput *input, const GPtrArray *entries)
{
  g_autoptr (GPtrArray) asks = sink_asks (input);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < entries->len; i++) {
    const SinkEntry *entry = entries->pdata[i];

    if (strcmp (entry->status, "delivered") != 0
        && strcmp (entry->status, "up-to-date") != 0)
      return;
  }
  for (guint i = 0; i < asks->len; i++) {
    if (!drop_ask (input->store, asks->pdata[i], &error)) {
      log_event (MD_LOG_WARNING, "sink.spool", "%s", error->message);
      return;
    }
  }
}
