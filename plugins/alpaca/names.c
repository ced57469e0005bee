/* SPDX-License-Identifier: Apache-2.0
 *
 * names.c - venues, tapes and conditions: text of a page to an id.
 */
#include "alpaca.h"

#define JOINED 200

void
al_forget_names (struct alpaca *al)
{
  memset (al->names, 0, sizeof al->names);
}

static struct al_name *
place_of (struct alpaca *al, struct md_text raw)
{
  uint32_t hash = 2166136261u;

  for (size_t i = 0; i < raw.len; i++)
    hash = (hash ^ (unsigned char) raw.ptr[i]) * 16777619u;
  return &al->names[(hash ^ hash >> 16) % AL_NAMES];
}

/* ["@","T"] becomes "@,T"; a blank condition keeps its place.              */
static bool
join (struct md_json *json, char *buf, size_t *ret_len)
{
  struct md_text text;
  bool escapes;
  size_t len = 0;

  while (md_json_next (json)) {
    if (!md_json_string (json, &text, &escapes) || text.ptr == NULL
        || len + text.len + 1 > JOINED)
      return false;
    if (len > 0)
      buf[len++] = ',';
    len += md_json_unescape (text, buf + len);
  }
  *ret_len = len;
  return true;
}

static bool
read_text (struct md_json *json, char *buf, size_t *ret_len)
{
  struct md_text text = { NULL, 0 };
  bool escapes;

  if (md_json_enter_array (json))
    return join (json, buf, ret_len);
  if (!md_json_string (json, &text, &escapes) || text.len > JOINED)
    return false;
  *ret_len = text.ptr != NULL ? md_json_unescape (text, buf) : 0;
  return true;
}

static bool
is_blank (const char *text, size_t len)
{
  while (len > 0 && text[len - 1] == ' ')
    len--;
  return len == 0;
}

int
al_read_name (struct al_job *job, struct md_json *json, const char *field,
              struct md_reasons *reasons, uint32_t *ret_id,
              struct md_error *err)
{
  struct md_text raw = { NULL, 0 };
  struct md_json inner;
  struct al_name *name;
  char buf[JOINED];
  size_t len = 0;
  int klass = MD_OK;

  if (!md_json_slice (json, &raw))
    return MD_OK; /* the document was checked: cannot be */
  name = place_of (job->al, raw);
  if (name->len == raw.len && memcmp (name->raw, raw.ptr, raw.len) == 0) {
    *ret_id = name->id;
    return MD_OK;
  }
  md_json_init (&inner, raw.ptr, raw.len);
  if (!read_text (&inner, buf, &len)) {
    md_reason (reasons, "type", field);
    return MD_OK;
  }
  *ret_id = MD_ABSENT_NAME;
  if (!is_blank (buf, len))
    klass = job->al->host->intern (job->call, buf, len, ret_id, err);
  if (klass == MD_OK && raw.len <= sizeof name->raw) {
    name->id = *ret_id;
    name->len = (unsigned char) raw.len;
    memcpy (name->raw, raw.ptr, raw.len);
  }
  return klass;
}
