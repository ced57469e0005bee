/* SPDX-License-Identifier: Apache-2.0
 *
 * databento-fixture.h - a session of the provider behind the scripted host,
 * with DBN streams for answers and files.
 */
#pragma once

#include <string.h>

#include "dbn-feed.h"
#include "fake-host.h"

#define DAY(n) ((md_time) JAN_1 + ((n) - 1) * MD_DAY) /* of January 2024     */

typedef struct {
  FakeHost *host;
  void *session;
} Vendor;

static inline Vendor
vendor_new (void)
{
  FakeHost *host = fake_host_new ("databento");

  return (Vendor) { host, fake_host_open (host, "api_key", "db-k", NULL) };
}

static inline void
vendor_free (Vendor *vendor)
{
  fake_host_close (vendor->host, vendor->session);
  fake_host_free (vendor->host);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Vendor, vendor_free)

static inline void
vendor_answers (Vendor *vendor, const GByteArray *bytes)
{
  fake_host_reply (vendor->host, "/v0/timeseries.get_range", 200, NULL,
                   (const char *) bytes->data, bytes->len);
}

static inline int
vendor_fetch (Vendor *vendor, const char *schema, const char *const *symbols,
              md_time from, md_time to)
{
  return fake_host_fetch (vendor->host, vendor->session, "GLBX.MDP3", schema,
                          symbols, from, to, 0);
}

/* A minute bar with the close as its only mark.                            */
static inline void
add_bar (GByteArray *bytes, guint32 instrument, md_time ts, gint64 close)
{
  gsize record = build_record (bytes, 3, 33, FALSE, instrument, ts);

  build_set (bytes, record, 3, "close", close);
}

static inline const struct md_bar *
bar_at (const Vendor *vendor, guint i)
{
  g_assert_cmpuint (i, <, vendor->host->rows->len);
  return &g_array_index (vendor->host->rows, struct md_bar, i);
}

static inline guint
n_rows (const Vendor *vendor)
{
  return vendor->host->rows != NULL ? vendor->host->rows->len : 0;
}

/* "0:2024-01-01T00:00:00Z/..." as fake_host_coverage prints.               */
static inline void
assert_coverage (const Vendor *vendor, const char *expected)
{
  g_autofree char *have = fake_host_coverage (vendor->host);

  g_assert_cmpstr (have, ==, expected);
}

static inline void
assert_says (const Vendor *vendor, const char *part)
{
  if (strstr (vendor->host->err.message, part) == NULL)
    g_error ("\"%s\" does not say \"%s\"", vendor->host->err.message, part);
}
