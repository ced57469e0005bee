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
 */
#ifndef MDCORE_SUPPORT_JSON_H
#define MDCORE_SUPPORT_JSON_H

#include <mdcore.h>

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
  unsigned    depth;
  unsigned char stack[MD_JSON_DEPTH]; /* array or object, and first or not  */
};

void md_json_init (struct md_json *json, const char *text, size_t len);
/* Type of the value that comes next, without moving.                       */
enum md_json_type md_json_peek (struct md_json *json);

/* Containers.  enter: true when the next value is one.  next: moves to the
 * next element (array) and true, or leaves it and false.  next_key: the same
 * for objects; *ret_key is the raw text between the quotes.                */
bool md_json_enter_array (struct md_json *json);
bool md_json_enter_object (struct md_json *json);
bool md_json_next (struct md_json *json);
bool md_json_next_key (struct md_json *json, struct md_text *ret_key);
bool md_json_key_is (struct md_text key, const char *name);

/* Values.  A number getter also takes a string that holds the number
 * ("9042.88"), because vendors do.  null gives the absent value.  Another
 * type, or a value that does not fit, is a fault *of the row*: the getter
 * returns false with the value skipped and `fault` unset, so that the row
 * can become a dead letter; `md_json_slice` gives its text.                */
bool md_json_price (struct md_json *json, md_price *ret_price);
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

/* True when the document was whole and nothing but white space follows.    */
bool md_json_finish (struct md_json *json);
/* Fills err as MD_ERR_PROTOCOL with the fault, its byte offset and a few
 * bytes around it; returns the class.                                      */
int md_json_error (const struct md_json *json, const char *what,
                   struct md_error *err);

#ifdef __cplusplus
}
#endif

#endif
