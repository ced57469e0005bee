/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a calendar: what is taken has days whose hours stand in order,
 * and judges them as it shows them.
 */
#include "calendar/calendar.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define FIRST_DAY 19720 /* some days before those of the seeds              */
#define DAYS      70

static void
check_day (const Calendar *calendar, const MarketDay *day)
{
  if (day->kind == DAY_CLOSED) {
    g_assert_true (day->first == MD_ABSENT && day->open == MD_ABSENT);
    return;
  }
  g_assert_cmpint (day->first, <, day->last);
  if (day->kind == DAY_UNKNOWN)
    return;
  g_assert_cmpint (day->first, <=, day->open);
  g_assert_cmpint (day->open, <, day->close);
  g_assert_cmpint (day->close, <=, day->last);
  g_assert_cmpint (calendar_judge (calendar, FALSE, day->open, day->close), ==,
                   MARKET_OPEN);
  g_assert_cmpint (calendar_judge (calendar, TRUE, day->open, day->close), ==,
                   MARKET_OPEN);
}

static void
check_time (const Calendar *calendar, gboolean daily, md_time t)
{
  md_time next = calendar_next (calendar, daily, t);
  md_time last = calendar_last (calendar, daily, t);

  g_assert_cmpint (next, >=, t);
  g_assert_cmpint (last, <=, t);
  if (next > t && !daily)
    g_assert_cmpint (calendar_judge (calendar, FALSE, t, next), !=,
                     MARKET_OPEN);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Calendar) calendar
    = calendar_parse ((const char *) data, size, "f", &error);

  g_assert_true ((calendar == NULL) == (error != NULL));
  for (gint64 i = FIRST_DAY; calendar != NULL && i < FIRST_DAY + DAYS; i++) {
    MarketDay day = calendar_day (calendar, i);

    check_day (calendar, &day);
    check_time (calendar, FALSE, i * MD_DAY);
    check_time (calendar, TRUE, i * MD_DAY + 7 * MD_HOUR);
  }
  return 0;
}
