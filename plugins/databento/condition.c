/* SPDX-License-Identifier: Apache-2.0
 *
 * condition.c - metadata.get_dataset_condition: days whose data is degraded,
 * pending or missing, and when each day was last changed.
 */
#include "databento.h"

#include <support/time.h>

#include <string.h>

struct day {
  md_time from, changed;
  char condition[32];
};

static void
read_date (struct md_json *json, md_time *ret_time)
{
  char text[48] = "";

  service_text (json, text, sizeof text);
  if (text[0] != '\0' && !md_time_parse (text, strlen (text), ret_time))
    *ret_time = MD_ABSENT;
}

static void
read_day (struct md_json *json, struct day *day)
{
  struct md_text key;

  *day = (struct day) { .from = MD_ABSENT, .changed = MD_ABSENT };
  if (!md_json_enter_object (json)) {
    md_json_skip (json);
    return;
  }
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "date"))
      read_date (json, &day->from);
    else if (md_json_key_is (key, "last_modified_date"))
      read_date (json, &day->changed);
    else if (md_json_key_is (key, "condition"))
      service_text (json, day->condition, sizeof day->condition);
    else
      md_json_skip (json);
  }
}

/* Only the date of a change is told, so it may be as late as that day's end.
 * "available" is what every day should be.                                  */
static int
tell (const struct session *session, struct md_call *call,
      const struct day *day, struct md_error *err)
{
  const char *text = strcmp (day->condition, "available") != 0
                       ? day->condition : NULL;

  if (day->from == MD_ABSENT || day->condition[0] == '\0')
    return dbn_fail (err, MD_ERR_PROTOCOL, "databento: "
                     "metadata.get_dataset_condition: a day without date or "
                     "condition");
  return session->host->condition (call, day->from, day->from + MD_DAY, text,
                                   day->changed != MD_ABSENT
                                     ? day->changed + MD_DAY : MD_ABSENT,
                                   err);
}

int
conditions (void *user, struct md_call *call, const char *dataset,
            md_time from, md_time to, struct md_error *err)
{
  static const char method[] = "metadata.get_dataset_condition";
  const struct session *session = user;
  struct form query = { 0 };
  struct md_json json;
  struct day day;
  int klass;

  if (session->files != NULL)
    return MD_OK; /* what is on disk does not change                         */
  klass = service_needs_key (session, err);
  if (klass != MD_OK)
    return klass;
  form_add (&query, "dataset", dataset);
  form_add_date (&query, "start_date", from);
  /* The only end that is inclusive.                                         */
  form_add_date (&query, "end_date", to - 1);
  klass = service_get (session, call, method, &query, "metadata", &json, err);
  if (klass != MD_OK)
    return klass;
  if (md_json_enter_array (&json)) {
    while (klass == MD_OK && md_json_next (&json)) {
      read_day (&json, &day);
      if (json.fault == NULL)
        klass = tell (session, call, &day, err);
    }
  }
  return klass == MD_OK ? service_finish (&json, method, err) : klass;
}
