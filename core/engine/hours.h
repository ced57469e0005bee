/* SPDX-License-Identifier: Apache-2.0
 *
 * hours.h - by which calendar an offer's rows are judged: the job's word,
 * else what the provider says of the dataset.
 */
#pragma once

#include "calendar/calendar.h"
#include "config/job.h"

/* *ret_calendar NULL: none is known, or the rows keep no market hours
 * (actions, instruments, ...).  FALSE when the calendar of the job does not
 * exist, or a file is broken; one that a provider names and nobody has is
 * told once in the log.  [any]                                             */
gboolean hours_of (const Job *job, const struct md_offer *offer,
                   const char *dataset, const Calendar **ret_calendar,
                   GError **error);
/* What the calendar says of [from, to) of a request.  [any]                */
MarketHours hours_judge (const Job *job, const struct md_request *request,
                         md_time from, md_time to);
