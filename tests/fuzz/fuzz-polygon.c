/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers of any shape given to the Polygon provider: it ends well or says
 * that the answer makes no sense, and never breaks a rule that the host
 * checks.  The first byte chooses what was asked for.
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

typedef struct {
  FakeHost *host;
  void *session;
} Side;

static Side
side (const char *source)
{
  Side made = { .host = fake_host_new ("polygon") };

  made.session = fake_host_open (made.host, "api_key", "K", "source", source,
                                 "folder", "/files", "s3_key_id", "I",
                                 "s3_secret", "S", NULL);
  made.host->server = serve;
  return made;
}

/* A Monday in New York.                                                    */
#define FAR (400 * MD_DAY)
#define FROM (INT64_C (1709528400) * MD_SECOND)

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const asked[][4] = {
    { "rest", "stocks/raw", "ohlcv-1m", "AAPL" },
    { "rest", "stocks/split", "ohlcv-1d", "AAPL" },
    { "rest", "stocks/raw", "trades", "AAPL" },
    { "rest", "stocks/raw", "quotes", "AAPL" },
    { "rest", "us_equity", "actions", "AAPL" },
    { "rest", "stocks/raw", "ohlcv-1d", NULL },
    { "folder", "stocks/raw", "ohlcv-1m", "AAPL" },
    { "folder", "stocks/raw", "trades", "AAPL" },
    { "folder", "stocks/raw", "quotes", NULL },
    { "s3", "stocks/raw", "ohlcv-1d", "AAPL" } };
  static Side sides[3];
  Answer answer = { data + 1, size - 1, 0 };
  Side *one;
  guint which;
  int klass;

  if (size == 0)
    return 0;
  if (sides[0].host == NULL) {
    sides[0] = side ("rest");
    sides[1] = side ("folder");
    sides[2] = side ("s3");
  }
  which = (data[0] - '0') % (G_N_ELEMENTS (asked) + 1);
  one = &sides[which < 6 || which == G_N_ELEMENTS (asked) ? 0
               : which < 9 ? 1 : 2];
  one->host->server_data = &answer;
  if (which == G_N_ELEMENTS (asked)) {
    klass = fake_host_list (one->host, one->session, "stocks/raw", "A*");
  } else {
    const char *const symbols[] = { asked[which][3],
                                    asked[which][3] ? "MSFT" : NULL, NULL };

    /* Pages may hold any time; a day's answer must hold that day's.        */
    klass = fake_host_fetch (one->host, one->session, asked[which][1],
                             asked[which][2], symbols,
                             which < 5 ? G_MININT64 + FAR : FROM,
                             which < 5 ? G_MAXINT64 - FAR : FROM + MD_DAY, 0);
  }
  g_assert_true (klass == MD_OK || klass == MD_ERR_PROTOCOL
                 || (klass == MD_ERR_NETWORK && answer.n > 1));
  return 0;
}
