/* SPDX-License-Identifier: Apache-2.0
 *
 * request.c - timeseries.get_range: the answer is a zstd-compressed DBN
 * stream of any length, decoded as it arrives.
 *
 * Each request is charged again, so what is asked twice is only what was not
 * covered, and what can be refused without asking is.
 */
#include "databento.h"

#include <stdio.h>
#include <string.h>

/* ---- before anything is sent ------------------------------------------- */

static int
refuse (const struct md_request *request, uint32_t symbol, const char *what,
        struct md_error *err)
{
  dbn_fail (err, MD_ERR_CONFIG, "databento: symbol \"%.80s\": %s",
            request->symbols[symbol], what);
  err->symbol = symbol;
  return err->klass;
}

/* ROOT.FUT, ROOT.OPT, ROOT.SPOT and spread classes.                         */
static bool
is_parent (const char *symbol)
{
  const char *dot = strrchr (symbol, '.');

  return dot != NULL && dot != symbol && dot[1] != '\0';
}

/* ROOT.c.0: rule c, n or v, rank from 0.                                    */
static bool
is_continuous (const char *symbol)
{
  const char *rank = strrchr (symbol, '.');

  if (rank == NULL || rank - symbol < 3 || rank[-2] != '.'
      || strchr ("cnv", rank[-1]) == NULL || rank[1] == '\0')
    return false;
  return strspn (rank + 1, "0123456789") == strlen (rank + 1);
}

static int
check_symbol (const struct md_request *request, uint32_t i,
              struct md_error *err)
{
  const char *symbol = request->symbols[i];
  uint32_t id;

  /* The vendor's lists are joined by commas and trimmed.                    */
  if (symbol[0] == '\0' || symbol[0] == ' '
      || symbol[strlen (symbol) - 1] == ' ' || strchr (symbol, ',') != NULL)
    return refuse (request, i, "empty, or with a comma or outer blanks", err);
  if (strcmp (symbol, "ALL_SYMBOLS") == 0)
    return refuse (request, i, "write `symbols = *` for all symbols", err);
  switch (request->selector) {
  case MD_SELECT_PARENT:
    return is_parent (symbol) ? MD_OK
      : refuse (request, i, "a parent looks like ES.FUT or ES.OPT", err);
  case MD_SELECT_CONTINUOUS:
    return is_continuous (symbol) ? MD_OK
      : refuse (request, i, "a continuous symbol looks like ES.c.0 (rule c, n "
                "or v, then the rank)", err);
  case MD_SELECT_ID:
    return symbols_id ((struct md_text) { symbol, strlen (symbol) }, &id)
      ? MD_OK : refuse (request, i, "an instrument id is a number", err);
  default:
    return MD_OK;
  }
}

int
request_check (const struct md_request *request, struct md_error *err)
{
  int klass = MD_OK;

  if (schema_by_name (request->schema) == NULL)
    return dbn_fail (err, MD_ERR_CONFIG,
                     "databento: the schema \"%s\" is not supported",
                     request->schema);
  if (request->dataset == NULL || strchr (request->dataset, '.') == NULL
      || strlen (request->dataset) > 15)
    return dbn_fail (err, MD_ERR_CONFIG,
                     "databento: dataset \"%.40s\": a dataset is named like "
                     "GLBX.MDP3 or XNAS.ITCH", request->dataset != NULL
                       ? request->dataset : "");
  for (uint32_t i = 0; klass == MD_OK && i < request->n_symbols; i++)
    klass = check_symbol (request, i, err);
  return klass;
}

/* ---- the request ------------------------------------------------------- */

static int
post_get_range (struct feed *feed, uint32_t only, struct md_error *err)
{
  const struct md_request *request = feed->request;
  struct form form = { 0 };
  struct md_reply reply = { .struct_size = sizeof reply };
  int klass;

  form_add (&form, "dataset", request->dataset);
  form_add_symbols (&form, request, only);
  form_add (&form, "stype_out", "instrument_id");
  form_add (&form, "schema", request->schema);
  form_add_i64 (&form, "start", request->from);
  form_add_i64 (&form, "end", request->to);
  form_add (&form, "encoding", "dbn");
  form_add (&form, "compression", "zstd");
  klass = service_post (feed->session, feed->call, request,
                        "timeseries.get_range", &form, "timeseries", true,
                        &reply, err);
  form_free (&form);
  return klass;
}

/* Symbols that the metadata calls not found.  Every other one is covered by
 * now, so the next request is for these alone, and costs nothing.           */
static int
report_not_found (const struct stream *stream, struct md_error *err)
{
  const struct md_request *request = stream->feed->request;
  uint32_t first = MD_ABSENT_NAME, n = 0;

  for (uint32_t i = 0; i < request->n_symbols; i++) {
    if (!(stream->claim.marks[i] & MARK_NOT_FOUND))
      continue;
    if (n++ == 0)
      first = i;
  }
  if (n == 0)
    return MD_OK;
  dbn_fail (err, MD_ERR_NOT_FOUND, "databento: %s does not know the symbol "
            "\"%s\" in this range%s", request->dataset,
            request->symbols[first], n > 1 ? ", nor others" : "");
  err->symbol = first;
  return err->klass;
}

/* The service answered for less than was asked; what is missing is said to
 * be unavailable instead of being asked again and again.                    */
static int
report_short_range (const struct stream *stream, struct md_error *err)
{
  const struct md_request *request = stream->feed->request;

  if (stream->from <= request->from && stream->to >= request->to)
    return MD_OK;
  dbn_fail (err, MD_ERR_ENTITLEMENT,
            "databento: %s: the answer holds only a part of the range asked "
            "for", request->dataset);
  err->from = stream->to < request->to ? stream->to : request->from;
  err->to = stream->to < request->to ? request->to : stream->from;
  return err->klass;
}

static int
fetch_one (struct feed *feed, uint32_t only, struct md_error *err)
{
  struct stream stream = { .feed = feed, .name = "the answer",
                           .claim.only = only };
  int klass = post_get_range (feed, only, err);

  if (klass == MD_ERR_NOT_FOUND && only != MD_ABSENT_NAME)
    err->symbol = only;
  if (klass != MD_OK)
    return klass;
  klass = stream_open (&stream, err);
  if (klass == MD_OK)
    klass = stream_run (&stream, err);
  if (klass == MD_OK)
    klass = report_not_found (&stream, err);
  if (klass == MD_OK)
    klass = report_short_range (&stream, err);
  stream_close (&stream);
  return klass;
}

/* Which instrument belongs to which parent is told by no answer: one request
 * a parent.                                                                 */
static int
fetch_parents (struct feed *feed, struct md_error *err)
{
  int klass = MD_OK;

  for (uint32_t i = 0; klass == MD_OK && i < feed->request->n_symbols; i++)
    klass = fetch_one (feed, i, err);
  return klass;
}

int
request_fetch (struct feed *feed, struct md_error *err)
{
  int klass = service_needs_key (feed->session, err);

  if (klass != MD_OK)
    return klass;
  if (feed->request->selector == MD_SELECT_PARENT)
    return fetch_parents (feed, err);
  if (feed->request->selector == MD_SELECT_CONTINUOUS)
    klass = resolve_contracts (feed, err);
  return klass == MD_OK ? fetch_one (feed, MD_ABSENT_NAME, err) : klass;
}
