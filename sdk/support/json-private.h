/* SPDX-License-Identifier: Apache-2.0
 *
 * json-private.h - between the files of the JSON reader; not installed.
 */
#ifndef MDCORE_SUPPORT_JSON_PRIVATE_H
#define MDCORE_SUPPORT_JSON_PRIVATE_H

#include "json.h"
#include "number-private.h"

/* Keeps the first fault; returns false.                                    */
bool json_fault (struct md_json *json, const char *fault);
/* The rest of a string that begins at `first`: `at` is on a byte that is
 * neither plain ASCII nor the closing quote, or at the end.                */
bool json_scan_string_on (struct md_json *json, const char *first,
                          const char *at, struct md_text *ret_text,
                          bool *ret_has_escapes);

static inline bool
json_is_plain (char c)
{
  return (unsigned char) c >= 0x20 && (unsigned char) c < 0x80 && c != '"'
         && c != '\\';
}

/* To the first byte that is a quote, a backslash, a control character or
 * not ASCII, or to the end.                                                */
static inline const char *
json_plain_run (const char *at, const char *end)
{
#if MD_SWAR
  while (end - at >= 8) {
    uint64_t x = md_load8 (at);
    uint64_t quote = x ^ MD_BYTES ('"'), slash = x ^ MD_BYTES ('\\');
    /* Borrows only disturb bytes above the first hit, which is the one
     * that counts.                                                         */
    uint64_t hit = ((quote - MD_BYTES (1)) & ~quote)
                   | ((slash - MD_BYTES (1)) & ~slash)
                   | ((x - MD_BYTES (0x20)) & ~x) | x;

    hit &= MD_BYTES (0x80);
    if (hit != 0)
      return at + __builtin_ctzll (hit) / 8;
    at += 8;
  }
#endif
  while (at < end && json_is_plain (*at))
    at++;
  return at;
}

/* `at` is on the opening quote, and moves behind the closing one.          */
static inline bool
json_scan_string (struct md_json *json, struct md_text *ret_text,
                  bool *ret_has_escapes)
{
  const char *first = json->at + 1, *at = json_plain_run (first, json->end);

  if (at == json->end || *at != '"')
    return json_scan_string_on (json, first, at, ret_text, ret_has_escapes);
  json->at = at + 1;
  json->ready = false;
  *ret_text = (struct md_text) { first, (size_t) (at - first) };
  *ret_has_escapes = false;
  return true;
}

static inline void
json_skip_space (struct md_json *json)
{
  const char *at = json->at, *end = json->end;

  if (at < end && (unsigned char) *at > ' ')
    return;
  /* Indented documents: blanks come in runs.                               */
  for (;;) {
    while (end - at >= 8 && md_load8 (at) == MD_BYTES (0x20))
      at += 8;
    if (at == end || (*at != ' ' && *at != '\n' && *at != '\t'
                      && *at != '\r'))
      break;
    at++;
  }
  json->at = at;
}

/* To the first byte of a value that may be read now; 0: there is none.     */
static inline char
json_begin (struct md_json *json)
{
  if (!json->ready) {
    json_fault (json, "no value is to be read here");
    return 0;
  }
  json_skip_space (json);
  if (json->at == json->end) {
    json_fault (json, "the text ends where a value should be");
    return 0;
  }
  return *json->at;
}

/* null, true or false.                                                     */
static inline bool
json_literal (struct md_json *json, const char *word, size_t len)
{
  if ((size_t) (json->end - json->at) < len
      || memcmp (json->at, word, len) != 0)
    return json_fault (json, "not a value");
  json->at += len;
  json->ready = false;
  return true;
}

#endif
