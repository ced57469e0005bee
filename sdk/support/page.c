/* SPDX-License-Identifier: Apache-2.0
 *
 * page.c - tokens of pages, symbols of a request, names that repeat.
 */
#include "page.h"

#define JOINED 200

/* Brent's way to find a cycle: compare with a token that is renewed after
 * 1, 2, 4, ... pages.                                                      */
int
md_next_token (struct md_tokens *tokens, const char *what, const char *token,
               struct md_error *err)
{
  size_t len = strlen (token);

  if (len >= MD_TOKEN_SIZE)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: a page token of %zu "
                         "bytes", what, len);
  if (len > 0 && strcmp (token, tokens->old) == 0)
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: page token \"%.60s\" came "
                         "a second time", what, token);
  memmove (tokens->token, token, len + 1);
  if (tokens->count++ == tokens->renew) {
    tokens->renew = 2 * tokens->renew + 1;
    memcpy (tokens->old, tokens->token, len + 1);
  }
  return MD_OK;
}

uint32_t
md_request_symbol (const struct md_request *request, struct md_text name,
                   uint32_t hint)
{
  for (uint32_t i = 0; i < request->n_symbols; i++) {
    uint32_t at = (hint + i) % request->n_symbols;

    if (md_json_key_is (name, request->symbols[at]))
      return at;
  }
  return MD_ABSENT_NAME;
}

/* ---- names ----------------------------------------------------------------- */

static struct md_name *
place_of (struct md_names *names, struct md_text raw)
{
  uint32_t hash = 2166136261u;

  for (size_t i = 0; i < raw.len; i++)
    hash = (hash ^ (unsigned char) raw.ptr[i]) * 16777619u;
  return &names->places[(hash ^ hash >> 16) % MD_NAMES];
}

static bool
is_known (const struct md_name *name, struct md_text raw)
{
  return name->len == raw.len && memcmp (name->raw, raw.ptr, raw.len) == 0;
}

static bool
is_blank (const char *text, size_t len)
{
  while (len > 0 && text[len - 1] == ' ')
    len--;
  return len == 0;
}

static int
keep (struct md_name *name, const struct md_host *host, struct md_call *call,
      struct md_text raw, const char *text, size_t len, uint32_t *ret_id,
      struct md_error *err)
{
  int klass = MD_OK;

  *ret_id = MD_ABSENT_NAME;
  if (!is_blank (text, len))
    klass = host->intern (call, text, len, ret_id, err);
  if (klass == MD_OK && raw.len <= sizeof name->raw) {
    name->id = *ret_id;
    name->len = (unsigned char) raw.len;
    memcpy (name->raw, raw.ptr, raw.len);
  }
  return klass;
}

int
md_name_of_text (struct md_names *names, const struct md_host *host,
                 struct md_call *call, struct md_text text, uint32_t *ret_id,
                 struct md_error *err)
{
  struct md_name *name = place_of (names, text);

  *ret_id = MD_ABSENT_NAME;
  if (text.len == 0)
    return MD_OK;
  if (!is_known (name, text))
    return keep (name, host, call, text, text.ptr, text.len, ret_id, err);
  *ret_id = name->id;
  return MD_OK;
}

/* One text or number; an empty text is one, and null is none.              */
static bool
take_text (struct md_json *json, char *buf, size_t size, size_t *ret_len)
{
  struct md_text text = { NULL, 0 };
  bool escapes = false, number = md_json_peek (json) == MD_JSON_NUMBER;

  *ret_len = 0;
  if (!(number ? md_json_slice (json, &text)
               : md_json_string (json, &text, &escapes)))
    return false;
  if (text.ptr == NULL)
    return true;
  if (text.len > size)
    return false;
  *ret_len = md_json_unescape (text, buf);
  return true;
}

/* ["@","T"] becomes "@,T", [12,41] "12,41"; a blank condition keeps its
 * place.                                                                   */
static bool
join (struct md_json *json, char *buf, size_t *ret_len)
{
  size_t len = 0, more = 0;

  while (md_json_next (json)) {
    if (len == JOINED || md_json_peek (json) == MD_JSON_NULL)
      return false;
    if (len > 0)
      buf[len++] = ',';
    if (!take_text (json, buf + len, JOINED - len, &more))
      return false;
    len += more;
  }
  *ret_len = len;
  return true;
}

int
md_read_name (struct md_names *names, const struct md_host *host,
              struct md_call *call, struct md_json *json, const char *field,
              struct md_reasons *reasons, uint32_t *ret_id,
              struct md_error *err)
{
  struct md_text raw = { NULL, 0 };
  struct md_json inner;
  struct md_name *name;
  char buf[JOINED];
  size_t len = 0;

  if (!md_json_slice (json, &raw))
    return MD_OK; /* the document was checked: cannot be */
  name = place_of (names, raw);
  if (is_known (name, raw)) {
    *ret_id = name->id;
    return MD_OK;
  }
  md_json_init (&inner, raw.ptr, raw.len);
  if (!(md_json_enter_array (&inner)
          ? join (&inner, buf, &len)
          : take_text (&inner, buf, sizeof buf, &len))) {
    md_reason (reasons, "type", field);
    return MD_OK;
  }
  return keep (name, host, call, raw, buf, len, ret_id, err);
}
