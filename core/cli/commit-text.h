/* SPDX-License-Identifier: Apache-2.0
 *
 * commit-text.h - commits as `lineage`, `runs` and `changes` show them.
 */
#pragma once

#include "cli.h"
#include "out.h"

json_t *commit_to_json (const CommitInfo *info);
void commit_print (const CommitInfo *info);
