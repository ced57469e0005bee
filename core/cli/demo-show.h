/* SPDX-License-Identifier: Apache-2.0
 *
 * demo-show.h - what the demonstration shows when its job is done.
 */
#pragma once

#include "cli.h"

/* Where things are, what is held, rows, a chart, and what to type next.    */
gboolean demo_show (Cli *cli, const Job *job, const char *job_file,
                    GError **error);
