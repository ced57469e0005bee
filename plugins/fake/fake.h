/* SPDX-License-Identifier: Apache-2.0
 *
 * fake.h - what the files of the fake provider share.
 */
#ifndef FAKE_H
#define FAKE_H

#include "walk.h"

/* In the order of the declared keys.                                      */
enum fake_key {
  KEY_SEED, KEY_PAGE_ROWS, KEY_ORDER, KEY_REVISION, KEY_REVISE_RATE,
  KEY_WITHDRAW_RATE, KEY_GAP_RATE, KEY_DUPLICATE_RATE, KEY_BAD_RATE,
  KEY_BAD_KIND, KEY_FAIL_KIND, KEY_FAIL_AT, KEY_FAIL_RATE, KEY_FAIL_SYMBOL,
  KEY_RETRY_AFTER, KEY_SLOW, KEY_API_KEY, KEY_EXPECTED_KEY, N_KEYS
};

extern const struct md_key fake_keys[N_KEYS];

/* Any of the records that it makes.                                       */
union fake_row {
  struct md_head  head;
  struct md_bar   bar;
  struct md_trade trade;
  struct md_quote quote;
};

struct fake {
  const struct md_host *host;
  const union md_value *config;
  char    *texts;      /* copies of the configured strings                 */
  int64_t  seed, revision, page_rows;
  uint64_t calls;      /* pages asked in this session                      */
  void    *rows;       /* of one page; grows                               */
  char    *ids;        /* of one page's trades                             */
  size_t   capacity;   /* rows                                             */
};

/* One symbol's share of a fetch.                                          */
struct fake_job {
  struct fake     *fake;
  struct md_call  *call;
  const struct md_request *request;
  const char      *symbol;
  uint32_t         id;        /* of the symbol in this call                */
  struct walk      walk;
  unsigned         level;     /* for walk_cents                            */
  uint32_t         buy, sell; /* interned, trades only                     */
};

/* ---- fetch.c -------------------------------------------------------- */

void *fake_open (struct md_call *call, const struct md_host *host,
                 const union md_value *config, struct md_error *err);
void fake_close (void *session);
int fake_fetch (void *session, struct md_call *call,
                const struct md_request *request, struct md_error *err);

/* ---- catalogue.c ---------------------------------------------------- */

#define FAKE_CATALOGUE 20
extern const char *const fake_catalogue[FAKE_CATALOGUE];
int fake_intern (struct fake_job *job, const char *text, uint32_t *ret_id,
                 struct md_error *err);
int fake_list (void *session, struct md_call *call, const char *dataset,
               const char *pattern, struct md_error *err);
int fake_estimate (void *session, struct md_call *call,
                   const struct md_request *request,
                   struct md_cost *ret_cost, struct md_error *err);

/* ---- calendar.c ----------------------------------------------------- */

/* Start of the bar that holds T, and of the next one; UTC.                */
md_time fake_floor (const struct md_interval *interval, md_time t);
md_time fake_next (const struct md_interval *interval, md_time t);
/* A nominal length in seconds; ticks: 1.                                  */
int64_t fake_seconds (const struct md_interval *interval);

/* ---- rows.c --------------------------------------------------------- */

size_t fake_row_size (uint32_t record);
/* Rows of [from, to) into the session's buffer, which has room for them
 * and as many again; returns how many.                                    */
size_t fake_make_rows (struct fake_job *job, md_time from, md_time to);
/* At most so many rows can lie in [from, to).                             */
size_t fake_most_rows (const struct md_offer *offer, md_time from,
                       md_time to);
/* How long a range has at most N rows.                                    */
int64_t fake_span_of (const struct md_offer *offer, int64_t n);

/* ---- blemish.c ------------------------------------------------------ */

/* Does what the keys ask for to a page: revisions, gaps, duplicates, bad
 * rows.  Returns how many rows are left.                                  */
size_t fake_blemish (struct fake_job *job, size_t n);

/* ---- faults.c ------------------------------------------------------- */

/* The failure that this call shall end with, MD_OK for none.  *ret_share
 * is the part of the page that still arrives, in 1/2.                     */
int fake_fault (struct fake_job *job, unsigned *ret_halves,
                struct md_error *err);
int fake_wait (struct fake_job *job, struct md_error *err);
int fake_check_key (const struct fake *fake, struct md_error *err);
int fake_fail (struct md_error *err, int klass, int http_status,
               const char *message);

#endif
