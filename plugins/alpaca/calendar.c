/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar.c - GET /v2/calendar of the trading host: the days on which US
 * stocks trade, in New York's wall clock.  Days that are not named are
 * closed, and have no row.
 */
#include "alpaca.h"

#include <stdio.h>
#include <support/time.h>
#include <support/zone.h>

/* The regular day had 5.5 hours until 1974 and has 6.5 now; a short one has
 * 3.5.                                                                     */
#define SHORTEST_FULL (5 * MD_HOUR)

struct day {
  struct md_text date, open, close;
};

static void
read_day (struct md_json *json, struct day *day, struct md_reasons *reasons)
{
  struct md_text key;

  if (!md_json_enter_object (json)) {
    md_reason (reasons, "type", "row");
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "date"))
      md_need_text (json, "date", reasons, &day->date);
    else if (md_json_key_is (key, "open"))
      md_need_text (json, "open", reasons, &day->open);
    else if (md_json_key_is (key, "close"))
      md_need_text (json, "close", reasons, &day->close);
  }
}

static void
place_date (struct md_text date, struct md_reasons *reasons, md_time *ret_ts)
{
  if (date.ptr == NULL)
    md_reason (reasons, "missing", "date");
  else if (date.len != 10
           || md_zone_parse (MD_ZONE_NEW_YORK, date.ptr, date.len, ret_ts)
                != MD_ZONE_OK)
    md_reason (reasons, "value", "date");
}

/* "13:00" on "2019-07-03".                                                 */
static void
place_clock (struct md_text date, struct md_text clock, const char *field,
             struct md_reasons *reasons, md_time *ret_time)
{
  char text[32];

  if (clock.ptr == NULL) {
    md_reason (reasons, "missing", field);
    return;
  }
  snprintf (text, sizeof text, "%.10s %.5s:00", date.ptr, clock.ptr);
  if (clock.len != 5
      || md_zone_parse (MD_ZONE_NEW_YORK, text, strlen (text), ret_time)
           != MD_ZONE_OK)
    md_reason (reasons, "value", field);
}

static int
read_session (struct al_job *job, struct md_json *json, const uint32_t *kinds,
              struct md_error *err)
{
  struct md_reasons reasons = { .len = 0 };
  struct day day = { .date = { NULL, 0 } };
  struct md_session row = {
    .ts = MD_ABSENT, .symbol = 0, .venue = MD_ABSENT_NAME,
    .contract = MD_ABSENT_NAME, .open = MD_ABSENT, .close = MD_ABSENT
  };
  const char *raw = md_json_here (json);

  read_day (json, &day, &reasons);
  if (reasons.len == 0)
    place_date (day.date, &reasons, &row.ts);
  if (row.ts != MD_ABSENT) {
    place_clock (day.date, day.open, "open", &reasons, &row.open);
    place_clock (day.date, day.close, "close", &reasons, &row.close);
  }
  if (reasons.len == 0 && row.close <= row.open)
    md_reason (&reasons, "order", "close");
  if (reasons.len > 0)
    return al_reject (job, 0, row.ts, raw, json->at, &reasons, err);
  row.kind = kinds[row.close - row.open < SHORTEST_FULL];
  job->al->rows.sessions[job->n++] = row;
  return job->n == AL_BATCH ? al_flush (job, err) : MD_OK;
}

static int
read_days (struct al_job *job, const struct md_reply *reply,
           struct md_error *err)
{
  uint32_t kinds[2];
  struct md_json json;
  int klass;

  md_json_init (&json, reply->body, reply->len);
  if (md_json_peek (&json) != MD_JSON_ARRAY && json.fault == NULL)
    json.fault = "the answer is not an array";
  if (!md_json_finish (&json))
    return md_json_error (&json, job->what, err);
  klass = job->al->host->intern (job->call, "open", 4, &kinds[0], err);
  if (klass == MD_OK)
    klass = job->al->host->intern (job->call, "half", 4, &kinds[1], err);
  md_json_init (&json, reply->body, reply->len);
  md_json_enter_array (&json);
  while (klass == MD_OK && md_json_next (&json))
    klass = read_session (job, &json, kinds, err);
  return klass == MD_OK ? al_flush (job, err) : klass;
}

/* Both days count: the first whose midnight is in the range, and the last. */
static void
add_day (struct md_url *url, const char *name, md_time t)
{
  char text[40];

  md_time_format (t + md_zone_offset (MD_ZONE_NEW_YORK, t), text);
  text[10] = '\0';
  md_url_query (url, name, text);
}

int
al_fetch_calendar (struct al_job *job, struct md_error *err)
{
  const struct md_request *request = job->request;
  struct md_reply reply;
  struct md_url url;
  char buf[AL_URL_SIZE];
  int klass;

  md_url_init (&url, buf, sizeof buf, job->al->trading_url);
  md_url_path (&url, "/v2/calendar");
  add_day (&url, "start", request->from);
  add_day (&url, "end", request->to - 1);
  klass = al_get (job, &url, AL_TRADING, &reply, err);
  if (klass == MD_OK)
    klass = read_days (job, &reply, err);
  return klass != MD_OK ? klass
                        : job->al->host->covered (job->call, MD_ALL_SYMBOLS,
                                                  request->from, request->to,
                                                  err);
}
