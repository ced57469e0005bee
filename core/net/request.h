/* SPDX-License-Identifier: Apache-2.0
 *
 * request.h - a request on its way: checked, authorised, handed to libcurl,
 * and sent on when the server says that the answer is elsewhere.
 */
#pragma once

#include "net.h"

#include <curl/curl.h>

/* One place that is asked.  A redirect makes the next one.                 */
typedef struct {
  const NetRequest *request;
  char *method;
  char *url;             /* normal form, without credentials                */
  gboolean has_body;
  gboolean is_first_origin; /* credentials go to no other one               */
  guint redirects;
} Hop;

/* Checks all of the request; nothing has been sent when it is refused.     */
int hop_init (Hop *hop, const NetRequest *request, struct md_error *err);
void hop_clear (Hop *hop);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Hop, hop_clear)
/* PROTOCOL when the server points where we do not go.                      */
int hop_follow (Hop *hop, int status, const char *location,
                struct md_error *err);

/* Sets what libcurl must know.  *ret_lines belongs to the caller, who keeps
 * it as long as the handle is in use.                                      */
int hop_apply (const Hop *hop, const Net *net, CURL *easy,
               struct curl_slist **ret_lines, struct md_error *err);
/* What every handle of this program has in common, sockets too.            */
void request_apply_common (const Net *net, CURL *easy);

/* A path or file: URL (file.c); anything else must be http or https.       */
gboolean url_is_local (const char *url);
/* "http(s)://..." for a URL of any scheme that net_origin knows, or NULL.
 * (transfer full)                                                          */
char *url_alike (const char *url);
/* Normal form without fragment, or NULL with REQUEST.  (transfer full)     */
char *url_normal (const char *url, struct md_error *err);
/* May this origin be contacted?  origins NULL: any.                        */
gboolean origin_is_declared (const char *url, const char *const *origins);

/* auth.c: complete and on one line each?                                   */
int auth_check (const NetAuth *auth, struct md_error *err);
/* A copy of url with the credential of MD_AUTH_QUERY.  (transfer full)     */
char *auth_url (const NetAuth *auth, const char *url);
void auth_apply (const NetRequest *request, CURL *easy,
                 struct curl_slist **lines);
/* Its values, for texts: up to two, NULL-terminated, borrowed.             */
void auth_secrets (const NetAuth *auth, const char *ret_values[3]);

/* Parameters decoded, encoded one way, sorted by name and value, as SigV4
 * and the matching of recordings want them.  (transfer full)               */
char *query_canonical (const char *query);
