/* SPDX-License-Identifier: Apache-2.0
 *
 * estimate.c - what a request will cost, before it is sent.  The metadata
 * methods are free.
 */
#include "databento.h"

#include <support/decimal.h>

#include <string.h>

static int
ask (const struct session *session, struct md_call *call,
     const struct md_request *request, const char *method,
     struct md_text *ret_number, struct md_error *err)
{
  struct form form = { 0 };
  struct md_reply reply = { .struct_size = sizeof reply };
  struct md_json json;
  int klass;

  form_add (&form, "dataset", request->dataset);
  form_add_symbols (&form, request, MD_ABSENT_NAME);
  form_add (&form, "stype_out", "instrument_id");
  form_add (&form, "schema", request->schema);
  form_add_i64 (&form, "start", request->from);
  form_add_i64 (&form, "end", request->to);
  klass = service_post (session, call, request, method, &form, "metadata",
                        false, &reply, err);
  form_free (&form);
  if (klass != MD_OK)
    return klass;
  md_json_init (&json, reply.body, reply.len);
  if (md_json_peek (&json) != MD_JSON_NUMBER
      || !md_json_slice (&json, ret_number) || !md_json_finish (&json))
    return dbn_fail (err, MD_ERR_PROTOCOL,
                     "databento: %s did not answer with a number", method);
  return MD_OK;
}

/* Requests that a fetch sends: one a parent; two more to name contracts.    */
static int64_t
n_calls (const struct md_request *request)
{
  if (request->selector == MD_SELECT_PARENT)
    return request->n_symbols;
  return request->selector == MD_SELECT_CONTINUOUS ? 3 : 1;
}

/* Earlier batch jobs hold the beginning: it costs nothing any more.         */
static int
skip_paid (const struct session *session, struct md_call *call,
           struct md_request *rest, struct md_error *err)
{
  md_time until = rest->from;
  int klass;

  do {
    rest->from = until;
    klass = batch_paid_until (session, call, rest, rest->from, &until, err);
  } while (klass == MD_OK && until > rest->from && until < rest->to);
  if (klass == MD_OK && until > rest->from)
    rest->from = until;
  return klass;
}

/* The reply's text is only valid until the next exchange, so each number is
 * read before the next is asked for.                                        */
int
estimate (void *user, struct md_call *call, const struct md_request *request,
          struct md_cost *ret_cost, struct md_error *err)
{
  const struct session *session = user;
  struct md_cost cost = { sizeof cost, 0, MD_ABSENT, MD_ABSENT,
                          n_calls (request), n_calls (request),
                          md_absent_f64 (), "USD" };
  struct md_request rest = *request;
  struct md_text number;
  int klass = MD_OK;

  if (session->files != NULL) {
    cost.calls_min = cost.calls_max = 0;
    cost.money = 0;
    *ret_cost = cost;
    return MD_OK;
  }
  if (session->batch)
    klass = skip_paid (session, call, &rest, err);
  if (klass == MD_OK && rest.from >= rest.to) {
    cost.money = 0;
    cost.calls_min = cost.calls_max = MD_ABSENT;
    *ret_cost = cost;
  }
  if (klass != MD_OK || rest.from >= rest.to)
    return klass;
  request = &rest;
  klass = ask (session, call, request, "metadata.get_cost", &number, err);
  if (klass != MD_OK)
    return klass;
  md_f64_parse (number.ptr, number.len, &cost.money);
  klass = ask (session, call, request, "metadata.get_record_count", &number,
               err);
  if (klass != MD_OK)
    return klass;
  md_i64_parse (number.ptr, number.len, &cost.rows);
  klass = ask (session, call, request, "metadata.get_billable_size", &number,
               err);
  if (klass != MD_OK)
    return klass;
  md_i64_parse (number.ptr, number.len, &cost.bytes);
  *ret_cost = cost;
  return MD_OK;
}
