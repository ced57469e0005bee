/* SPDX-License-Identifier: Apache-2.0
 *
 * store-help.h - stores in temporary directories, and segments and rows
 * written as short texts.
 *
 * Rows are "0=10 1=11 90=12": bars at minute 0, 1 and 90 of 2024-01-02 UTC
 * with all four prices alike; or ticks at second 0, 1 and 90, "5=10/7" with
 * sequence number 7.
 */
#pragma once

#include "store/store.h"

#define HELP_BASE (G_GINT64_CONSTANT (1704153600) * MD_SECOND)
#define MINUTES(n) (HELP_BASE + (n) * MD_MINUTE)
#define SECONDS(n) (HELP_BASE + (n) * MD_SECOND)

/* A new directory, removed with everything in it by help_remove.           */
char *help_dir (void);
void help_remove (char *dir);
/* In a process that a test started: not to outlive it.                     */
void help_die_with_parent (void);
Store *help_open (const char *dir, StoreMode mode);

Columns *help_rows (gboolean ticks, const char *text);
/* Complete, [from, to) in minutes (ticks: seconds), one series unless rows is
 * NULL: then EMPTY.                                                        */
Segment *help_segment (gboolean ticks, const char *symbol, gint64 from,
                       gint64 to, const char *rows);
/* The same under another selector; series are added by the caller.         */
Segment *help_segment_of (gboolean ticks, const char *selector, guint kind,
                          gint64 from, gint64 to);
/* Commits one and frees it.                                                */
CommitResult help_commit (Store *store, Segment *segment);
/* Shorthand: bars of a symbol, expecting no error; the commit number.      */
guint64 help_put (Store *store, const char *symbol, gint64 from, gint64 to,
                  const char *rows);

SeriesKey help_series (gboolean ticks, const char *symbol);
AskKey help_ask (gboolean ticks, const char *selector, guint kind);
/* What a scan delivers, as the same text; with_commits: "0=10@1".          */
char *help_scan (Store *store, gboolean ticks, const char *symbol,
                 md_time as_of, gboolean with_commits);
char *help_range (Store *store, gboolean ticks, const char *symbol,
                  md_time from, md_time to, md_time as_of);
void help_assert_rows (Store *store, gboolean ticks, const char *symbol,
                       const char *rows);
/* "complete 0-10; failed 10-20 (reason)", in minutes.                      */
char *help_ledger (Store *store, const AskKey *key);
/* Everything that the store's verification reports.                        */
char *help_faults (Store *store);
/* Bytes and names of all files of the database: to see that nothing was
 * written.                                                                 */
char *help_fingerprint (const char *dir);
