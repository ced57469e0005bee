/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers of any shape given to the Alpaca provider: it ends well or says
 * that the page makes no sense, and never breaks a rule that the host checks.
 * The first byte chooses what was asked for.
 */
#include "../unit/fake-host.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define FAR (400 * MD_DAY)

typedef struct {
  const guint8 *data;
  gsize size;
  guint n;
} Answer;

/* The page, and no second one.                                             */
static FakeReply *
serve (const FakeRequest *request, gpointer user_data)
{
  Answer *answer = user_data;

  if (answer->n++ > 0)
    return fake_reply_fail (MD_ERR_NETWORK, "no more");
  return fake_reply_new (200, NULL, answer->data, (gssize) answer->size);
}

static FakeHost *
the_host (void **ret_session)
{
  static FakeHost *host;
  static void *session;

  if (host == NULL) {
    host = fake_host_new ("alpaca");
    session = fake_host_open (host, "key_id", "K", "secret_key", "S", NULL);
    host->server = serve;
  }
  *ret_session = session;
  return host;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const asked[][3] = {
    { "sip/raw", "ohlcv-1m", "AAPL" }, { "sip/split", "ohlcv-1d", "AAPL" },
    { "sip/raw", "trades", "AAPL" }, { "sip/raw", "quotes", "AAPL" },
    { "crypto/us", "trades", "BTC/USD" }, { "us_equity", "actions", "AAPL" },
    { "us_equity", "sessions", "XNYS" } };
  Answer answer = { data + 1, size - 1, 0 };
  void *session;
  FakeHost *host = the_host (&session);
  guint which;
  int klass;

  if (size == 0)
    return 0;
  host->server_data = &answer;
  which = (data[0] - '0') % (G_N_ELEMENTS (asked) + 1);
  if (which == G_N_ELEMENTS (asked)) {
    klass = fake_host_list (host, session, "sip/raw", "A*");
  } else {
    const char *const symbols[] = { asked[which][2], "MSFT", NULL };

    klass = fake_host_fetch (host, session, asked[which][0], asked[which][1],
                             symbols, G_MININT64 + FAR, G_MAXINT64 - FAR, 0);
  }
  g_assert_true (klass == MD_OK || klass == MD_ERR_PROTOCOL
                 || (klass == MD_ERR_NETWORK && answer.n > 1));
  return 0;
}
