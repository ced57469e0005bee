/* SPDX-License-Identifier: Apache-2.0
 *
 * record.h - writes exchanges to a file that people can read and tests can
 * replay, without the secrets.
 */
#pragma once

#include "headers.h"
#include "net.h"

typedef struct Recorder Recorder;
typedef struct Recording Recording; /* one exchange under way               */

/* Replaces an older recording, and nothing else, at that path.             */
Recorder *recorder_new (const char *path, GError **error);
void recorder_free (Recorder *recorder);

/* `url` in normal form.  [any]                                             */
Recording *recording_new (Recorder *recorder, const NetRequest *request,
                          const char *url);
void recording_answer (Recording *recording, int status,
                       const GPtrArray *headers);
int recording_data (Recording *recording, const guint8 *data, gsize len,
                    struct md_error *err);
/* Writes it.  CONFIG: it could not be written, or may not be.              */
int recording_end (Recording *recording, struct md_error *err);
/* Writes what came, and the failure.                                       */
void recording_fail (Recording *recording, const struct md_error *failure);
/* One that has neither ended nor failed is written as not read to its end. */
void recording_free (Recording *recording);
