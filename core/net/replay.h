/* SPDX-License-Identifier: Apache-2.0
 *
 * replay.h - answers requests from a recording.
 */
#pragma once

#include "exchange.h"
#include "source.h"

typedef struct Replay Replay;

Replay *replay_new (const char *path, GError **error);
void replay_free (Replay *replay);
/* The next recorded exchange of an equal request, which stays the replay's.
 * Equal requests are answered in their order, each once.  NULL with REQUEST
 * naming the request when there is none.  [any]                            */
const Exchange *replay_take (Replay *replay, const NetRequest *request,
                             const char *url, struct md_error *err);
/* Its body.  (transfer full)                                               */
int replay_body (const Replay *replay, const Exchange *exchange,
                 Source **ret_source, struct md_error *err);
gboolean replay_finished (Replay *replay, char **ret_unused);
