/* SPDX-License-Identifier: Apache-2.0
 *
 * errors.c - what a refusal means.  The body is {"detail": "text"} or
 * {"detail": {"case": ..., "message": ..., "payload": {...}}}, or a proxy's
 * page; `case` is the stable part.
 */
#include "databento.h"

#include <support/time.h>

#include <stdio.h>
#include <string.h>

struct detail {
  char name[64];     /* case                                                 */
  char message[320];
  md_time available_start, available_end;
};

/* ---- reading ----------------------------------------------------------- */

static void
read_time (struct md_json *json, md_time *ret_time)
{
  char text[64] = "";

  service_text (json, text, sizeof text);
  md_time_parse (text, strlen (text), ret_time);
}

static void
read_payload (struct md_json *json, struct detail *detail)
{
  struct md_text key;

  if (!md_json_enter_object (json)) {
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "available_start"))
      read_time (json, &detail->available_start);
    else if (md_json_key_is (key, "available_end"))
      read_time (json, &detail->available_end);
    else
      md_json_skip (json);
  }
}

static void
read_detail (struct md_json *json, struct detail *detail)
{
  struct md_text key;

  if (md_json_peek (json) == MD_JSON_STRING) {
    service_text (json, detail->message, sizeof detail->message);
    return;
  }
  if (!md_json_enter_object (json)) {
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "case"))
      service_text (json, detail->name, sizeof detail->name);
    else if (md_json_key_is (key, "message"))
      service_text (json, detail->message, sizeof detail->message);
    else if (md_json_key_is (key, "payload"))
      read_payload (json, detail);
    else
      md_json_skip (json);
  }
}

static bool
read_body (const char *body, size_t len, struct detail *detail)
{
  struct md_json json;
  struct md_text key;

  memset (detail, 0, sizeof *detail);
  detail->available_start = detail->available_end = MD_ABSENT;
  md_json_init (&json, body, len);
  if (!md_json_enter_object (&json))
    return false;
  while (md_json_next_key (&json, &key)) {
    if (md_json_key_is (key, "detail"))
      read_detail (&json, detail);
    else
      md_json_skip (&json);
  }
  return md_json_finish (&json) && detail->message[0] != '\0';
}

/* ---- meaning ----------------------------------------------------------- */

/* Whole bars only: one that reaches into the refused range is not final.    */
static md_time
floor_to_bar (const struct md_interval *interval, md_time t)
{
  static const struct {
    uint32_t unit;
    int64_t ns;
  } units[] = { { MD_UNIT_SECOND, MD_SECOND }, { MD_UNIT_MINUTE, MD_MINUTE },
                { MD_UNIT_HOUR, MD_HOUR }, { MD_UNIT_DAY, MD_DAY } };

  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    if (interval->unit == units[i].unit)
      return t - t % (units[i].ns * (int64_t) interval->count);
  }
  return t;
}

/* "... Try again with an end time before 2026-04-02T08:36:14.380325000Z."   */
static md_time
end_in_words (const char *message)
{
  const char *at = strstr (message, "end time before ");
  md_time end = MD_ABSENT;
  size_t len;

  if (at == NULL)
    return MD_ABSENT;
  at += strlen ("end time before ");
  len = strspn (at, "0123456789-:.TZ+");
  while (len > 0 && at[len - 1] == '.')
    len--;
  return md_time_parse (at, len, &end) ? end : MD_ABSENT;
}

/* The part of the request that lies outside what is there.  Both 0: all.    */
static void
refused_range (const struct detail *detail, const struct md_request *request,
               struct md_error *err)
{
  md_time end = detail->available_end;

  if (strcmp (detail->name, "data_start_before_available_start") == 0) {
    if (detail->available_start > request->from
        && detail->available_start < request->to) {
      err->from = request->from;
      err->to = detail->available_start;
    }
    return;
  }
  if (strcmp (detail->name, "dataset_unavailable_range") == 0)
    end = end_in_words (detail->message);
  if (end == MD_ABSENT)
    return;
  end = floor_to_bar (&request->offer->interval, end);
  if (end > request->from && end < request->to) {
    err->from = end;
    err->to = request->to;
  }
}

static bool
is_one_of (const char *name, const char *const *names)
{
  for (; *names != NULL; names++) {
    if (strcmp (name, *names) == 0)
      return true;
  }
  return false;
}

static void
judge_case (const struct detail *detail, const struct md_request *request,
            struct md_error *err)
{
  static const char *const ranges[] = {
    "data_start_before_available_start", "data_end_after_available_end",
    "data_start_after_available_end", "dataset_unavailable_range",
    "license_not_found_unauthorized", NULL
  };

  snprintf (err->vendor_code, sizeof err->vendor_code, "%.31s", detail->name);
  if (is_one_of (detail->name, ranges)) {
    err->klass = MD_ERR_ENTITLEMENT;
    if (request != NULL)
      refused_range (detail, request, err);
  } else if (strcmp (detail->name, "symbology_invalid_request") == 0
             && strstr (detail->message, "could be resolved") != NULL) {
    err->klass = MD_ERR_NOT_FOUND;
    if (request != NULL && request->n_symbols == 1)
      err->symbol = 0;
  }
}

static size_t
read_pulled (const struct session *session, struct md_call *call, char *body,
             size_t size)
{
  struct md_error ignored = { .struct_size = sizeof ignored };
  size_t len = 0, got = 1;

  while (len < size && got > 0) {
    if (session->host->read (call, body + len, size - len, &got, &ignored)
        != MD_OK)
      break; /* the status says enough                                       */
    len += got;
  }
  return len;
}

int
service_error (const struct session *session, struct md_call *call,
               const struct md_request *request, struct md_reply *reply,
               bool pulled, struct md_error *err)
{
  char body[16384], id[80] = "";
  struct detail detail;
  const char *request_id = session->host->header (call, "request-id");
  int klass;

  if (pulled) {
    reply->len = read_pulled (session, call, body, sizeof body - 1);
    body[reply->len] = '\0';
    reply->body = body;
  }
  klass = session->host->classify (call, reply, err);
  if (klass == MD_OK)
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: HTTP %d, which is "
                     "neither an answer nor an error", reply->status);
  if (!read_body (reply->body, reply->len, &detail))
    return klass;
  err->klass = klass;
  judge_case (&detail, request, err);
  if (request_id != NULL)
    snprintf (id, sizeof id, " (request %.60s)", request_id);
  snprintf (err->message, sizeof err->message, "databento: HTTP %d%s%s: %.300s%s",
            reply->status, detail.name[0] != '\0' ? " " : "", detail.name,
            detail.message, id);
  return err->klass;
}
