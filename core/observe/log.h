/* SPDX-License-Identifier: Apache-2.0
 *
 * log.h - one line an event on stderr, as text or JSON, with a stable event
 * id and the context of the thread that writes it.
 */
#pragma once

#include <glib.h>
#include <mdcore.h>

typedef enum { LOG_TEXT, LOG_JSON } LogFormat;

/* level: enum md_log_level, or LOG_ERROR.                                  */
#define LOG_ERROR 40

void log_setup (LogFormat format, int level);
/* Known secrets never leave, whatever the text says.                       */
void log_add_secrets (const char *const *secrets);

/* Context of this thread, shown in each JSON line; NULL leaves one out.    */
typedef struct {
  const char *run, *job, *provider, *chunk; /* chunk: "3/17"                */
  guint attempt;
} LogContext;
void log_set_context (const LogContext *context);

/* event: "chunk.retry"; stable, listed in docs/operations.md.              */
void log_event (int level, const char *event, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* While a progress line is shown, log lines go above it.                   */
void log_set_progress (void (*hide) (void), void (*show) (void));
