/* SPDX-License-Identifier: Apache-2.0
 *
 * record-body.h - a body on its way into a recording: small ones into the
 * text, large ones into a file next to it, none with a secret inside.
 */
#pragma once

#include "data/error.h"
#include "data/redact.h"

typedef struct RecordBody RecordBody;

/* `new_path` names the next file of a body.  (transfer full)               */
RecordBody *record_body_new (const Redactor *redactor,
                             char *(*new_path) (gpointer data), gpointer data);
void record_body_free (RecordBody *body);
int record_body_add (RecordBody *body, const guint8 *data, gsize len,
                     struct md_error *err);
/* Replaces *bytes, or sets *ret_file to the name of a file that it wrote.
 * CONFIG: it could not be written, or holds a secret in compressed form.   */
int record_body_finish (RecordBody *body, GBytes **bytes, char **ret_file,
                        struct md_error *err);
