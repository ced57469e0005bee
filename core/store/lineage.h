/* SPDX-License-Identifier: Apache-2.0
 *
 * lineage.h - one record a commit: the log of what changed.
 */
#pragma once

#include "store-private.h"

void lineage_stage (Stage *stage, const CommitInfo *info);
/* The newest commit made at or before `at`, 0 if none; MD_ABSENT = all.    */
gboolean lineage_commit_at (const View *view, md_time at, guint64 *ret_commit,
                            GError **error);
/* *ret_at: when that commit was made.                                      */
gboolean lineage_read (const View *view, guint64 commit, CommitInfo *ret_info,
                       GError **error);
void commit_info_clear (CommitInfo *info);
