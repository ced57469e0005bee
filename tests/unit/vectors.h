/* SPDX-License-Identifier: Apache-2.0
 *
 * vectors.h - recorded answers of ../shared/vectors/VENDOR: every case of the
 * manifest is walked, by what the test says of its file.
 */
#pragma once

#include "fake-host.h"

#include <jansson.h>
#include <math.h>
#include <string.h>
#include <support/decimal.h>
#include <support/time.h>

/* NULL and a skipped test when ../shared is not here.  (transfer full)     */
static inline char *
vector_text (const char *vendor, const char *file)
{
  g_autofree char *path
    = g_build_filename (g_getenv ("MDCORE_TEST_SOURCE"), "..", "shared",
                        "vectors", vendor, file, NULL);
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    g_test_skip ("../shared/vectors is not here");
  return text;
}

/* "fixtures" of the manifest.  (transfer full)                             */
static inline json_t *
vector_cases (const char *vendor)
{
  g_autofree char *text = vector_text (vendor, "manifest.json");
  json_t *manifest = text != NULL ? json_loads (text, 0, NULL) : NULL;
  json_t *cases = NULL;

  if (manifest != NULL) {
    cases = json_incref (json_object_get (manifest, "fixtures"));
    json_decref (manifest);
    g_assert_cmpuint (json_array_size (cases), >, 0);
  }
  return cases;
}

static inline const char *
vector_name (json_t *one)
{
  return json_string_value (json_object_get (one, "file"));
}

/* "ts,o,h,l,c,v" of one row, as the manifest's digests have it.            */
static inline void
vector_append (GString *out, const struct md_bar *row, md_time ts)
{
  const md_price prices[] = { row->open, row->high, row->low, row->close };
  char text[40];
  md_price volume;

  g_string_append_printf (out, "%" G_GINT64_FORMAT, (gint64) ts);
  for (int i = 0; i < 4; i++) {
    md_price_format (prices[i], text);
    g_string_append_printf (out, ",%s", text);
  }
  text[0] = '\0';
  if (!isnan (row->volume)) {
    /* These volumes have at most eight decimals.                           */
    g_snprintf (text, sizeof text, "%.8f", row->volume);
    g_assert_cmpint (md_price_parse (text, strlen (text), &volume), ==, 0);
    md_price_format (volume, text);
  }
  g_string_append_printf (out, ",%s\n", text);
}

static inline void
vector_assert_rows (json_t *one, guint n_rows, const GString *lines)
{
  g_autofree char *digest = g_compute_checksum_for_string (
    G_CHECKSUM_SHA256, lines->str, (gssize) lines->len);

  g_assert_cmpuint (n_rows, ==, (guint) json_integer_value (
    json_object_get (one, "rows")));
  g_assert_cmpstr (digest, ==, json_string_value (json_object_get (
    json_object_get (one, "row_digest"), "sha256")));
}
