/* SPDX-License-Identifier: Apache-2.0
 *
 * redact.h - secrets out of texts, in every form that a text may hold them.
 */
#pragma once

#include <glib.h>

/* Shorter values are no secrets, and would make every text unreadable.     */
#define REDACT_SHORTEST 4

/* Finds some secrets in bytes: plain, percent-encoded (once or twice, all of
 * it or parts), escaped as in JSON, and inside base64 of a longer text, which
 * may be percent-encoded in turn.  [any, when nothing is added any more]    */
typedef struct Redactor Redactor;
Redactor *redactor_new (void);
void redactor_add (Redactor *redactor, const char *secret);
/* Wipes what it knows.                                                     */
void redactor_free (Redactor *redactor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Redactor, redactor_free)
/* A copy with "***" in place of each.  (transfer full)                     */
char *redactor_apply (const Redactor *redactor, const char *text);
void redactor_append (const Redactor *redactor, GString *out,
                      const char *data, gsize len);
/* The first secret at or after `from`: FALSE when there is none.           */
gboolean redactor_find (const Redactor *redactor, const char *data, gsize len,
                        gsize from, gsize *ret_at, gsize *ret_len);
/* No match is longer than this: what a search in pieces must keep.         */
gsize redactor_reach (const Redactor *redactor);
