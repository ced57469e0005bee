/* SPDX-License-Identifier: Apache-2.0
 *
 * redact.h - secrets out of texts, in every form that a text may hold them.
 */
#pragma once

#include <glib.h>

/* Shorter values are no secrets, and would make every text unreadable.     */
#define REDACT_SHORTEST 4

/* The forms of some secrets: plain, percent-encoded, base64.  [any]        */
typedef struct Redactor Redactor;
Redactor *redactor_new (void);
void redactor_add (Redactor *redactor, const char *secret);
/* Wipes what it knows.                                                     */
void redactor_free (Redactor *redactor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Redactor, redactor_free)
/* A copy with "***" in place of each.  (transfer full)                     */
char *redactor_apply (const Redactor *redactor, const char *text);
