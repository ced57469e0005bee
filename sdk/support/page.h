/* SPDX-License-Identifier: Apache-2.0
 *
 * page.h - pages of rows that follow each other, and what stands in every row
 * of them: whose it is, and names that repeat.  [session]
 */
#ifndef MDCORE_SUPPORT_PAGE_H
#define MDCORE_SUPPORT_PAGE_H

#include <mdcore.h>
#include "json.h"
#include "row.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the next page is, as the vendor says; begins as { 0 }.             */
#define MD_TOKEN_SIZE 2048
struct md_tokens {
  char     token[MD_TOKEN_SIZE]; /* empty: the first page, or the end       */
  char     old[MD_TOKEN_SIZE];
  unsigned count, renew;
};
/* Keeps the token of the page that was read.  One that comes again, however
 * many pages later, is MD_ERR_PROTOCOL at the latest after as many pages
 * again: such a walk would never end.  `what` begins the error.            */
int md_next_token (struct md_tokens *tokens, const char *what,
                   const char *token, struct md_error *err);

/* Index of the request's symbol of this (raw) name, tried first at `hint`;
 * MD_ABSENT_NAME: it was not asked for.                                    */
uint32_t md_request_symbol (const struct md_request *request,
                            struct md_text name, uint32_t hint);

/* Texts of venues, tapes and conditions are few and come with every row: the
 * id of each is asked for once a call.  Begins as { 0 }, and again at each
 * callback, because ids are those of one call.                             */
#define MD_NAMES 256
struct md_name {
  uint32_t id;
  unsigned char len;      /* 0: nothing here                                */
  char     raw[27];       /* as it stands in the page                       */
};
struct md_names {
  struct md_name places[MD_NAMES];
};
/* Read a text or a number, or an array of them which is joined by commas.
 * Absent where it is null, blank or empty; a reason where it is something
 * else.  The document must have been checked before (md_json_finish).      */
int md_read_name (struct md_names *names, const struct md_host *host,
                  struct md_call *call, struct md_json *json,
                  const char *field, struct md_reasons *reasons,
                  uint32_t *ret_id, struct md_error *err);
/* The same for a plain text, such as a field of a CSV.                     */
int md_name_of_text (struct md_names *names, const struct md_host *host,
                     struct md_call *call, struct md_text text,
                     uint32_t *ret_id, struct md_error *err);

#ifdef __cplusplus
}
#endif

#endif
