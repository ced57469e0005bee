/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers of any shape given to the OANDA provider: it ends well or says that
 * the answer makes no sense, and never breaks a rule that the host checks.
 * The first byte chooses what was asked for.
 */
#include "../unit/fake-host.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  const guint8 *data;
  gsize size;
  guint n;
} Answer;

/* The answer, and no second one.                                           */
static FakeReply *
serve (const FakeRequest *request, gpointer user_data)
{
  Answer *answer = user_data;

  if (answer->n++ > 0)
    return fake_reply_fail (MD_ERR_NETWORK, "no more");
  return fake_reply_new (200, NULL, answer->data, (gssize) answer->size);
}

/* 2024-01-08, a Monday.                                                    */
#define FROM (INT64_C (1704672000) * MD_SECOND)

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const asked[][2] = {
    { "mid", "ohlcv-1m" }, { "bid", "ohlcv-1h" }, { "mid", "ohlcv-1d" },
    { "ask/utc", "ohlcv-1w" }, { "mid/0/Sunday@Europe/London", "ohlcv-1mo" } };
  static const char *const symbols[] = { "EUR_USD", NULL };
  static FakeHost *host;
  static void *session;
  Answer answer = { data + 1, size - 1, 0 };
  guint which;
  int klass;

  if (size == 0)
    return 0;
  if (host == NULL) {
    host = fake_host_new ("oanda");
    session = fake_host_open (host, "token", "T", "account",
                              "101-004-1-001", NULL);
    host->server = serve;
  }
  host->server_data = &answer;
  which = (data[0] - '0') % (G_N_ELEMENTS (asked) + 1);
  if (which == G_N_ELEMENTS (asked))
    klass = fake_host_list (host, session, "mid", "*");
  else
    klass = fake_host_fetch (host, session, asked[which][0], asked[which][1],
                             symbols, FROM, FROM + 60 * MD_DAY,
                             data[0] >= 'a' ? MD_REQUEST_PROVISIONAL : 0);
  g_assert_true (klass == MD_OK || klass == MD_ERR_PROTOCOL
                 || klass == MD_ERR_NETWORK);
  return 0;
}
