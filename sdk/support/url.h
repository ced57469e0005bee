/* SPDX-License-Identifier: Apache-2.0
 *
 * url.h - building request URLs in a fixed buffer.  Pure.  [any]
 */
#ifndef MDCORE_SUPPORT_URL_H
#define MDCORE_SUPPORT_URL_H

#include <mdcore.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A text under construction; `overflow` is set instead of writing past it. */
struct md_url {
  char  *buf;
  size_t size, len;
  bool   overflow, has_query;
};

void md_url_init (struct md_url *url, char *buf, size_t size,
                  const char *base /* trailing '/' is dropped */);
/* Appends literally, e.g. "/products/".                                    */
void md_url_path (struct md_url *url, const char *literal);
/* Appends percent-encoded: everything but unreserved characters.           */
void md_url_segment (struct md_url *url, const char *text, size_t len);
/* ?name=value, then &name=value; the value percent-encoded.                */
void md_url_query (struct md_url *url, const char *name, const char *value);
void md_url_query_i64 (struct md_url *url, const char *name, int64_t value);
/* RFC 3339 UTC.                                                            */
void md_url_query_time (struct md_url *url, const char *name, md_time t);
/* MD_OK, or MD_ERR_INTERNAL "URL longer than N bytes".                     */
int md_url_finish (const struct md_url *url, struct md_error *err);

#ifdef __cplusplus
}
#endif

#endif
