/* SPDX-License-Identifier: Apache-2.0
 *
 * rewritten.h - splits and dividends that arrive make earlier answers of
 * adjusted datasets stale.
 */
#pragma once

#include "plugin/plugin.h"
#include "store/store.h"

/* When the segment holds corporate actions: compares them with what the store
 * holds in their interval, and for each symbol where a split or dividend is
 * new, differs or is gone, adds marks for the provider's offers that such an
 * action rewrites, from the beginning to its ex-date.  Committed with the
 * rows.  Coverage that was asked as `*` is left alone: in a whole market
 * there is an action every day.  [the committer]                           */
gboolean rewritten_mark (Store *store, const Plugin *plugin, Segment *segment,
                         GError **error);
