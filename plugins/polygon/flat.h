/* SPDX-License-Identifier: Apache-2.0
 *
 * flat.h - between the files that read the vendor's flat files: one gzipped
 * CSV for each day, of all tickers of a market.
 */
#ifndef POLYGON_FLAT_H
#define POLYGON_FLAT_H

#include "polygon.h"

#include <support/csv.h>

enum pg_column {
  PG_TICKER, PG_WINDOW, PG_OPEN, PG_HIGH, PG_LOW, PG_CLOSE, PG_VOLUME,
  PG_TRADES, PG_SIP, PG_PARTICIPANT, PG_SEQUENCE, PG_CONDITIONS, PG_TAPE,
  PG_PRICE, PG_SIZE, PG_ID, PG_EXCHANGE, PG_CORRECTION, PG_BID, PG_BID_SIZE,
  PG_BID_EXCHANGE, PG_ASK, PG_ASK_SIZE, PG_ASK_EXCHANGE, PG_N_COLUMNS
};

struct pg_flat_symbol {
  const char *name;
  uint32_t    id;      /* in the request */
};

/* One fetch from files.                                                    */
struct pg_flat {
  struct pg_job *job;
  struct pg_flat_symbol *symbols; /* by name; NULL: all */
  unsigned char *done;            /* of each: covered within this file */
  char *text;                     /* PG_TEXT_SIZE bytes of the file */

  /* the file */
  char    name[600];
  int64_t day;
  md_time day_from, day_to;
  int     columns[PG_N_COLUMNS];  /* place of each, or -1 */
  size_t  n_columns;              /* 0: the head was not read yet */
  uint64_t rows;                  /* of it so far */
  bool    in_pieces;              /* a ticker of it is covered */

  /* the ticker */
  char     ticker[80];
  size_t   ticker_len;
  uint32_t symbol;                /* MD_ABSENT_NAME: not wanted */

  struct md_reasons reasons;

  /* the month that was listed, a bit for each of its days */
  int64_t  listed_month;
  uint32_t listed_days;
};

#define PG_TEXT_SIZE (256 * 1024)

/* ---- flat-rows.c ------------------------------------------------------- */

int pg_flat_head (struct pg_flat *flat, const struct md_text *fields, size_t n,
                  struct md_error *err);
int pg_flat_row (struct pg_flat *flat, const struct md_text *fields, size_t n,
                 const char *raw, const char *raw_end, struct md_error *err);

/* ---- flat.c ------------------------------------------------------------ */

/* The ticker that was read last is complete.                               */
int pg_flat_cover_ticker (struct pg_flat *flat, struct md_error *err);
/* "us_stocks_sip/minute_aggs_v1/2024/03/"                                  */
void pg_flat_add_folder (const struct pg_flat *flat, int64_t day,
                         struct md_url *url);

/* ---- flat-s3.c --------------------------------------------------------- */

/* Is there a file of the day?  Asks once a month.                          */
int pg_s3_has_day (struct pg_flat *flat, int64_t day, bool *ret_has,
                   struct md_error *err);
/* MD_OK: its bytes can be read.                                            */
int pg_s3_open (struct pg_flat *flat, int64_t day, struct md_error *err);

#endif
