/* SPDX-License-Identifier: Apache-2.0
 *
 * unruly.c - a provider that breaks one rule, chosen by -DFAULT=...; with
 * KEEPS_ALL it is sound.  tests/e2e/test_conform.py says which check each
 * must fail.  -DASKS: its bars are an answer of "ts,price" lines and "end".
 */
#include <mdcore.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum fault {
  KEEPS_ALL,
  /* of `open` and `close` */
  OPEN_SILENT, OPEN_CRASHES, LEAKS_MEMORY, LEAKS_FILES, SHARES_SESSION,
  /* of `fetch` */
  CRASHES, HANGS, EXITS, PRINTS, OUT_OF_RANGE, HIGH_BELOW_LOW, ROW_TWICE,
  WRONG_SYMBOL, COVERED_EARLY, NOTHING_COVERED, TWO_CLASSES, NO_MESSAGE,
  NEVER_THE_SAME, COUNTS_FROM_START, FEARS_2038, IGNORES_CANCEL,
  COVERS_AFTER_CANCEL, LOGS_SECRET, SECRET_IN_URL,
  /* of answers */
  TRUSTS_STATUS, TRUSTS_BODY, CRASHES_ON_EMPTY, FORGETS_RETRY_AFTER,
  PARTIAL_ROWS
};

#ifndef ASKS
#define ASKS 0
#endif

struct session {
  const struct md_host *host;
  const char *base_url, *token;
  md_price price;
};

enum { KEY_BASE_URL, KEY_TOKEN, KEY_NOTE, N_KEYS };

static const struct md_key keys[N_KEYS] = {
  [KEY_BASE_URL] = { .name = "base_url", .type = MD_STRING,
                     .flags = MD_KEY_ORIGIN, .dflt = "http://127.0.0.1:9",
                     .doc = "Where it asks." },
  [KEY_TOKEN] = { .name = "token", .type = MD_STRING,
                  .flags = MD_KEY_SECRET | MD_KEY_REQUIRED,
                  .doc = "Credential." },
  [KEY_NOTE] = { .name = "note", .type = MD_STRING, .doc = "Any text." },
};

static const struct md_offer offers[] = {
  { .dataset = "d", .schema = "ohlcv-1d", .record = MD_BAR,
    .interval = { 1, MD_UNIT_DAY, 0, NULL }, .doc = "Bars." },
};

static struct session *shared;
static int fetches;

static int
fail (struct md_error *err, int klass, const char *message)
{
  snprintf (err->message, sizeof err->message, "%s", message);
  err->klass = klass;
  return klass;
}

/* ---- sessions ---------------------------------------------------------- */

static void *
open_session (struct md_call *call, const struct md_host *host,
              const union md_value *config, struct md_error *err)
{
  struct session *session = calloc (1, sizeof *session);

  session->host = host;
  session->base_url = config[KEY_BASE_URL].s;
  session->token = config[KEY_TOKEN].s;
  session->price = 100 * MD_PRICE_ONE;
  if (FAULT == OPEN_CRASHES && config[KEY_NOTE].s != NULL
      && strlen (config[KEY_NOTE].s) > 1000)
    abort ();
  if (FAULT == LEAKS_MEMORY)
    memset (malloc (24), 1, 24);
  if (FAULT == LEAKS_FILES && dup (STDERR_FILENO) < 0)
    abort ();
  if (FAULT == OPEN_SILENT) {
    free (session);
    fail (err, MD_ERR_CONFIG, "bad configuration");
    return NULL;
  }
  shared = session;
  return session;
}

static void
close_session (void *data)
{
  /* The other one's state goes with it.                                    */
  if (FAULT == SHARES_SESSION && shared != NULL)
    shared->price = -1;
  if (shared == data)
    shared = NULL;
  free (data);
}

/* ---- rows -------------------------------------------------------------- */

static int
emit_bar (const struct session *session, struct md_call *call,
          uint32_t symbol, md_time ts, md_price price, struct md_error *err)
{
  struct md_bar bar = { .ts = ts, .symbol = symbol, .venue = MD_ABSENT_NAME,
                        .contract = MD_ABSENT_NAME, .open = price,
                        .high = price + 2, .low = price - 2, .close = price,
                        .volume = 1, .vwap = md_absent_f64 (),
                        .trades = MD_ABSENT };

  if (FAULT == HIGH_BELOW_LOW)
    bar.high = price - 3;
  if (FAULT == WRONG_SYMBOL)
    bar.symbol = 77;
  if (FAULT == ROW_TWICE
      && session->host->emit (call, MD_BAR, &bar, 1, sizeof bar, err) != 0)
    return err->klass;
  return session->host->emit (call, MD_BAR, &bar, 1, sizeof bar, err);
}

static md_price
price_of (const struct session *session, const struct md_request *request,
          md_time ts)
{
  md_price price = session->price + ts / MD_DAY;

  if (FAULT == NEVER_THE_SAME)
    price += fetches;
  if (FAULT == COUNTS_FROM_START)
    price += (ts - request->from) / MD_DAY;
  return price;
}

static int
make_rows (const struct session *session, struct md_call *call,
           const struct md_request *request, uint32_t symbol,
           struct md_error *err)
{
  md_time from = (request->from + MD_DAY - 1) / MD_DAY * MD_DAY;
  md_time now = session->host->now (call);

  if (FAULT == OUT_OF_RANGE)
    from -= MD_DAY;
  for (md_time ts = from; ts < request->to; ts += MD_DAY) {
    md_price price = price_of (session, request, ts);

    if (FAULT == FEARS_2038 && now / MD_SECOND > INT32_MAX)
      break;
    if (emit_bar (session, call, symbol, ts, price, err) != MD_OK
        && FAULT != IGNORES_CANCEL)
      return err->klass;
  }
  return MD_OK;
}

/* ---- answers ----------------------------------------------------------- */

static int
judge_reply (const struct session *session, struct md_call *call,
             const struct md_reply *reply, struct md_error *err)
{
  if (FAULT == CRASHES_ON_EMPTY && reply->len == 0)
    abort ();
  if (FAULT == TRUSTS_STATUS)
    return MD_OK;
  if (FAULT == FORGETS_RETRY_AFTER && reply->status == 429)
    return fail (err, MD_ERR_LIMITED, "too fast");
  return session->host->classify (call, reply, err);
}

static int
read_rows (const struct session *session, struct md_call *call,
           const struct md_request *request, uint32_t symbol,
           const char *body, struct md_error *err)
{
  long long seconds, price;
  int used;

  const char *end = strstr (body, "end");

  if (FAULT != PARTIAL_ROWS && FAULT != TRUSTS_BODY && end == NULL)
    return fail (err, MD_ERR_PROTOCOL, "the answer has no end");
  while (sscanf (body, "%lld,%lld\n%n", &seconds, &price, &used) == 2) {
    body += used;
    if (emit_bar (session, call, symbol, seconds * MD_SECOND, price, err)
        != MD_OK)
      return err->klass;
  }
  if (FAULT != PARTIAL_ROWS)
    return MD_OK;
  /* Too soon: what is missing at the end shows only now.                   */
  if (session->host->covered (call, symbol, request->from, request->to, err)
      != MD_OK)
    return err->klass;
  return end != NULL ? MD_OK
                     : fail (err, MD_ERR_PROTOCOL, "the answer has no end");
}

static int
ask_rows (const struct session *session, struct md_call *call,
          const struct md_request *request, uint32_t symbol,
          struct md_error *err)
{
  char url[4096];
  struct md_auth auth = { .struct_size = sizeof auth,
                          .kind = MD_AUTH_BEARER, .key = "token" };
  struct md_http http = { .struct_size = sizeof http, .url = url,
                          .auth = &auth };
  struct md_reply reply = { .struct_size = sizeof reply };

  snprintf (url, sizeof url, "%s/bars?symbol=%s%s%s", session->base_url,
            request->symbols[symbol], FAULT == SECRET_IN_URL ? "&token=" : "",
            FAULT == SECRET_IN_URL ? session->token : "");
  if (session->host->http (call, &http, &reply, err) != MD_OK
      || judge_reply (session, call, &reply, err) != MD_OK)
    return err->klass;
  return read_rows (session, call, request, symbol, reply.body, err);
}

/* ---- fetch ------------------------------------------------------------- */

/* Faults that need no rows.                                                */
static void
misbehave (const struct session *session, struct md_call *call)
{
  if (FAULT == CRASHES)
    abort ();
  if (FAULT == EXITS)
    _exit (0);
  if (FAULT == PRINTS)
    puts ("hello");
  while (FAULT == HANGS)
    pause ();
  if (FAULT == LOGS_SECRET)
    session->host->log (call, MD_LOG_DEBUG, session->token);
}

static int
cover (const struct session *session, struct md_call *call,
       const struct md_request *request, struct md_error *err)
{
  return session->host->covered (call, MD_ALL_SYMBOLS, request->from,
                                 request->to, err);
}

static int
fetch (void *data, struct md_call *call, const struct md_request *request,
       struct md_error *err)
{
  const struct session *session = data;

  fetches++;
  misbehave (session, call);
  if (FAULT == NO_MESSAGE)
    return err->klass = MD_ERR_NETWORK;
  if (FAULT == TWO_CLASSES) {
    fail (err, MD_ERR_PROTOCOL, "one of two");
    return MD_ERR_NETWORK;
  }
  if (FAULT == COVERED_EARLY && cover (session, call, request, err) != MD_OK)
    return err->klass;
  for (uint32_t i = 0; i < request->n_symbols; i++) {
    int klass = ASKS ? ask_rows (session, call, request, i, err)
                     : make_rows (session, call, request, i, err);

    if (klass != MD_OK && FAULT != COVERS_AFTER_CANCEL)
      return klass;
  }
  if (FAULT == NOTHING_COVERED || FAULT == COVERED_EARLY
      || FAULT == PARTIAL_ROWS)
    return MD_OK;
  return cover (session, call, request, err);
}

static const struct md_provider provider = {
  .struct_size = sizeof provider, MD_ARRAY (offer, offers),
  .open = open_session, .close = close_session, .fetch = fetch,
};

static const struct md_iface ifaces[] = {
  { MD_IFACE_PROVIDER, &provider }, { NULL, NULL }
};

MD_PLUGIN (.name = FILE_NAME, .version = "1", .license = "MIT",
           .description = "For tests only", MD_ARRAY (key, keys),
           .ifaces = ifaces,
           .example = "ONE,TWO --schema ohlcv-1d --from 2024-01-01")
