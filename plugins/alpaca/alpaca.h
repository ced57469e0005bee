/* SPDX-License-Identifier: Apache-2.0
 *
 * alpaca.h - what the files of the Alpaca provider share.
 */
#ifndef ALPACA_H
#define ALPACA_H

#include <mdcore.h>
#include <support/json.h>
#include <support/page.h>
#include <support/row.h>
#include <support/url.h>

#define AL_URL_SIZE 8192 /* a hundred symbols and a page token */
#define AL_BATCH 256     /* rows handed to `emit` at once */
#define AL_PAGE_ROWS 10000
/* A plan without real-time rights may not ask for the last quarter of an
 * hour; a minute more for clocks that differ.                              */
#define AL_LATE (16 * MD_MINUTE)

struct alpaca {
  const struct md_host *host;
  char *data_url, *trading_url;
  bool  has_keys;
  bool  delayed;         /* the plan may not read the last minutes */
  struct md_names names;
  union {
    struct md_bar     bars[AL_BATCH];
    struct md_trade   trades[AL_BATCH];
    struct md_quote   quotes[AL_BATCH];
    struct md_action  actions[AL_BATCH];
    struct md_session sessions[AL_BATCH];
  } rows;
};

/* One callback.                                                            */
struct al_job {
  struct alpaca  *al;
  struct md_call *call;
  const struct md_request *request; /* NULL when symbols are listed */
  const char *what;                 /* begins every error: "sip/raw trades" */
  size_t n;                         /* rows that wait for `emit` */
};

/* ---- answer.c ---------------------------------------------------------- */

enum al_host { AL_DATA, AL_TRADING };

/* GET of a finished URL.  MD_OK: a 200 with a body, valid until the next.  */
int al_get (struct al_job *job, struct md_url *url, enum al_host host,
            struct md_reply *ret_reply, struct md_error *err);
/* {"<name>": rows, "next_page_token": ...}: checks the whole document.
 * ret_rows->ptr is NULL when it is null.                                   */
struct al_page {
  struct md_text rows;
  char token[MD_TOKEN_SIZE]; /* empty: the last page */
};
int al_read_page (struct al_job *job, const struct md_reply *reply,
                  const char *name, struct al_page *ret_page,
                  struct md_error *err);
/* Hands over the rows that wait.                                           */
int al_flush (struct al_job *job, struct md_error *err);
int al_reject (struct al_job *job, uint32_t symbol, md_time ts,
               const char *raw, const char *raw_end,
               const struct md_reasons *reasons, struct md_error *err);
/* "AAPL,MSFT" of the request, to be freed; NULL: out of memory.            */
char *al_symbol_list (const struct md_request *request);

/* ---- rows.c ------------------------------------------------------------ */

/* Reads one row into the batch's next place, which is not counted yet.
 * *ret_ts is MD_ABSENT where there is none.                                */
typedef int (*al_row_reader) (struct al_job *job, struct md_json *json,
                              uint32_t symbol, struct md_reasons *reasons,
                              md_time *ret_ts, struct md_error *err);
int al_read_bar (struct al_job *job, struct md_json *json, uint32_t symbol,
                 struct md_reasons *reasons, md_time *ret_ts,
                 struct md_error *err);
int al_read_trade (struct al_job *job, struct md_json *json, uint32_t symbol,
                   struct md_reasons *reasons, md_time *ret_ts,
                   struct md_error *err);
int al_read_quote (struct al_job *job, struct md_json *json, uint32_t symbol,
                   struct md_reasons *reasons, md_time *ret_ts,
                   struct md_error *err);

/* ---- series.c, actions.c, calendar.c, assets.c ------------------------- */

int al_fetch_series (struct al_job *job, struct md_error *err);
int al_fetch_actions (struct al_job *job, struct md_error *err);
int al_fetch_calendar (struct al_job *job, struct md_error *err);
#define AL_CALENDAR_SYMBOL "XNYS"

int al_list_assets (void *session, struct md_call *call, const char *dataset,
                    const char *pattern, struct md_error *err);

static inline int
al_read_name (struct al_job *job, struct md_json *json, const char *field,
              struct md_reasons *reasons, uint32_t *ret_id,
              struct md_error *err)
{
  return md_read_name (&job->al->names, job->al->host, job->call, json, field,
                       reasons, ret_id, err);
}

static inline bool
al_is_crypto (const char *dataset)
{
  return strncmp (dataset, "crypto/", 7) == 0;
}

#endif
