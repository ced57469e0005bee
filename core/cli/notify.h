/* SPDX-License-Identifier: Apache-2.0
 *
 * notify.h - `[notify]`: tells somebody, once, that a run failed or that data
 * did not pass the gate.
 */
#pragma once

#include "engine/engine.h"

/* Does nothing after a run that went well, was interrupted, or where the job
 * asks for nothing.  The report is kept as a file below
 * $XDG_STATE_HOME/mdcore/reports and named to the program
 * (MDCORE_REPORT, MDCORE_JOB, MDCORE_RUN, MDCORE_OUTCOME); the webhook gets
 * it as the body of a POST.  A failure to notify is a warning.             */
void notify_run (const Job *job, Net *net, const RunReport *report,
                 const char *report_json);
