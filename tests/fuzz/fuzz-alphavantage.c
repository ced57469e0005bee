/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers of any shape given to the Alpha Vantage provider: it never breaks a
 * rule that the host checks, and repeats no key.  The first byte chooses what
 * was asked for.
 */
#include "../unit/fake-host.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  const guint8 *data;
  gsize size;
  guint n;
} Answer;

/* The same answer however often, as a vendor gives it that is asked again;
 * and no more than a year of months.                                       */
static FakeReply *
serve (const FakeRequest *request, gpointer user_data)
{
  Answer *answer = user_data;

  if (answer->n++ > 12)
    return fake_reply_fail (MD_ERR_NETWORK, "no more");
  return fake_reply_new (200, NULL, answer->data, (gssize) answer->size);
}

/* 2026-05-01, and the end of that month.                                   */
#define FROM (INT64_C (1777593600) * MD_SECOND)
#define NOW (FROM + 31 * MD_DAY)

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const asked[][3] = {
    { "stocks/raw", "ohlcv-5m", "IBM" }, { "stocks/raw", "ohlcv-1d", "IBM" },
    { "stocks/adjusted", "ohlcv-1w", "IBM" },
    { "stocks/raw", "actions", "IBM" }, { "fx", "ohlcv-1mo", "EUR/USD" },
    { "fx", "ohlcv-5m", "EUR/USD" }, { "crypto", "ohlcv-1d", "BTC/EUR" } };
  static FakeHost *host;
  static void *session;
  Answer answer = { data + 1, size - 1, 0 };
  guint which;

  if (size == 0)
    return 0;
  if (host == NULL) {
    host = fake_host_new ("alphavantage");
    host->now = NOW;
    session = fake_host_open (host, "api_key", "KEYCANARY", NULL);
    host->server = serve;
  }
  host->server_data = &answer;
  which = (data[0] - '0') % (G_N_ELEMENTS (asked) + 1);
  if (which == G_N_ELEMENTS (asked)) {
    fake_host_list (host, session, "stocks/raw", "A*");
  } else {
    const char *const symbols[] = { asked[which][2], NULL };

    /* Any class may be right: texts of the answer choose it.               */
    fake_host_fetch (host, session, asked[which][0], asked[which][1], symbols,
                     FROM, FROM + 21 * MD_DAY,
                     data[0] >= 'a' ? MD_REQUEST_PROVISIONAL : 0);
  }
  g_assert_null (strstr (host->err.message, "KEYCANARY"));
  return 0;
}
