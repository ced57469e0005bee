/* SPDX-License-Identifier: Apache-2.0
 *
 * json.h - a pull reader over a complete JSON text (RFC 8259), for rows.
 *
 * No allocation, no copies: values are slices of the text.  Checks
 * everything: grammar, UTF-8, escapes and surrogates, depth, and that nothing
 * follows the document.  Numbers stay text until one of the getters turns
 * them into an exact integer or a correctly rounded double.
 *
 *   struct md_json j;
 *   md_json_init (&j, body, len);
 *   if (md_json_enter_array (&j))
 *     while (md_json_next (&j)) {
 *       ... read one value ...
 *     }
 *   if (!md_json_finish (&j))
 *     return md_json_error (&j, err);
 *
 * After the first fault every call does nothing and returns false, so it is
 * enough to ask once at the end - but rows read until then must not be used
 * before md_json_finish said true.
 *
 * A value that is not read is skipped (and checked) by the next md_json_next,
 * md_json_next_key or md_json_finish.  Accepted as the RFC allows: duplicate
 * keys (the caller sees each), numbers of any size, \u0000, any value as the
 * document.  Refused: a byte order mark, lone surrogates, more than
 * MD_JSON_DEPTH levels.
 */
#ifndef MDCORE_SUPPORT_JSON_H
#define MDCORE_SUPPORT_JSON_H

#include <mdcore.h>

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MD_JSON_DEPTH 64

enum md_json_type {
  MD_JSON_NONE = 0, MD_JSON_NULL, MD_JSON_FALSE, MD_JSON_TRUE, MD_JSON_NUMBER,
  MD_JSON_STRING, MD_JSON_ARRAY, MD_JSON_OBJECT
};

struct md_json {
  const char *start, *at, *end;
  const char *fault;       /* what was wrong, NULL while all is well        */
  const char *refusal;     /* after a getter said false without a fault:    */
                           /*   "type", "range", "inexact"                  */
  unsigned    depth;
  bool        ready;       /* a value stands here, not read yet             */
  unsigned char stack[MD_JSON_DEPTH]; /* array or object, and first or not  */
};

void md_json_init (struct md_json *json, const char *text, size_t len);
/* Type of the value that comes next, without moving.                       */
enum md_json_type md_json_peek (struct md_json *json);
/* Where the next value starts.  Once it is read, its text is
 * [here, json->at): the raw text of a row that becomes a dead letter.      */
const char *md_json_here (struct md_json *json);

/* Containers.  enter: true when the next value is one, else the value stays
 * to be read.  next: moves to the next element (array) and true, or leaves it
 * and false.  next_key: the same for objects; *ret_key is the raw text
 * between the quotes.                                                      */
bool md_json_enter_array (struct md_json *json);
bool md_json_enter_object (struct md_json *json);
bool md_json_next (struct md_json *json);
bool md_json_next_key (struct md_json *json, struct md_text *ret_key);
bool md_json_key_is_escaped (struct md_text key, const char *name);
static inline bool
md_json_key_is (struct md_text key, const char *name)
{
  size_t len = strlen (name);

  if (key.len <= len)
    return key.len == len && memcmp (key.ptr, name, len) == 0;
  return (key.ptr[0] == name[0] || key.ptr[0] == '\\')
         && md_json_key_is_escaped (key, name);
}

/* Values.  A number getter also takes a string that holds the number
 * ("9042.88"), because vendors do.  null gives the absent value.  Another
 * type, or a value that does not fit, is a fault *of the row*: the getter
 * returns false with the value skipped, `fault` unset and `refusal` saying
 * why, so that the row can become a dead letter with all its reasons
 * (md_json_here).  Outputs are untouched then.  A bool has no absent value:
 * null is refused.                                                         */
bool md_json_price (struct md_json *json, md_price *ret_price);
/* Rounded to 1e-9: only for offers declared MD_OFFER_ROUNDS.               */
bool md_json_price_rounded (struct md_json *json, md_price *ret_price);
bool md_json_f64 (struct md_json *json, double *ret_value);
bool md_json_i64 (struct md_json *json, int64_t *ret_value);
bool md_json_bool (struct md_json *json, bool *ret_value);
/* Raw text between the quotes; has_escapes says that md_json_unescape is
 * needed.                                                                  */
bool md_json_string (struct md_json *json, struct md_text *ret_text,
                     bool *ret_has_escapes);
/* UTF-8 of a raw string into buf (len bytes suffice); returns the length.  */
size_t md_json_unescape (struct md_text raw, char *buf);
/* Skips any value and returns its text.                                    */
bool md_json_slice (struct md_json *json, struct md_text *ret_text);
bool md_json_skip (struct md_json *json);

/* True when the document was whole and nothing but white space follows.
 * Reads, and checks, what the caller left.                                 */
bool md_json_finish (struct md_json *json);
/* Fills err as MD_ERR_PROTOCOL with the fault, its byte offset and a few
 * bytes around it; returns the class.                                      */
int md_json_error (const struct md_json *json, const char *what,
                   struct md_error *err);

#ifdef __cplusplus
}
#endif

#endif
