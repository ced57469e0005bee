/* SPDX-License-Identifier: Apache-2.0
 *
 * The pull reader against Jansson's DOM on the same page of ten thousand
 * minute bars, turned into rows with exact prices, interleaved in one run.
 */
#include <support/json.h>
#include <support/time.h>

#include <glib.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROWS 10000
#define ROUNDS 15

struct row {
  md_time t;
  md_price o, h, l, c;
  double v, vw;
  int64_t n;
};

static char *
make_page (gsize *ret_len)
{
  GString *page = g_string_new ("{\"bars\":{\"AAPL\":[");
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  int price = 18200;

  for (int i = 0; i < ROWS; i++) {
    int spread = g_rand_int_range (rand, 0, 9);
    char t[40];

    price += g_rand_int_range (rand, -5, 6);
    md_time_format (i * MD_MINUTE + INT64_C (1704186000) * MD_SECOND, t);
    g_string_append_printf (
      page,
      "%s{\"c\":%d.%02d,\"h\":%d.%02d,\"l\":%d.%02d,\"n\":%d,\"o\":%d.%02d,"
      "\"t\":\"%s\",\"v\":%d,\"vw\":%d.%06d}",
      i > 0 ? "," : "", price / 100, price % 100, (price + spread) / 100,
      (price + spread) % 100, (price - spread) / 100, (price - spread) % 100,
      g_rand_int_range (rand, 1, 900), price / 100, price % 100, t,
      g_rand_int_range (rand, 100, 99999), price / 100,
      g_rand_int_range (rand, 0, 1000000));
  }
  g_string_append (page, "]},\"next_page_token\":null}");
  *ret_len = page->len;
  return g_string_free (page, FALSE);
}

static bool
read_row (struct md_json *json, struct row *row)
{
  struct md_text key, t;
  bool escapes;

  if (!md_json_enter_object (json))
    return false;
  while (md_json_next_key (json, &key)) {
    if (md_json_key_is (key, "c"))
      md_json_price (json, &row->c);
    else if (md_json_key_is (key, "h"))
      md_json_price (json, &row->h);
    else if (md_json_key_is (key, "l"))
      md_json_price (json, &row->l);
    else if (md_json_key_is (key, "n"))
      md_json_i64 (json, &row->n);
    else if (md_json_key_is (key, "o"))
      md_json_price (json, &row->o);
    else if (md_json_key_is (key, "t"))
      (void) (md_json_string (json, &t, &escapes)
              && md_time_parse (t.ptr, t.len, &row->t));
    else if (md_json_key_is (key, "v"))
      md_json_f64 (json, &row->v);
    else if (md_json_key_is (key, "vw"))
      md_json_f64 (json, &row->vw);
  }
  return true;
}

static gsize
with_reader (const char *text, gsize len, struct row *rows)
{
  struct md_json json;
  struct md_text key;
  gsize n = 0;

  md_json_init (&json, text, len);
  md_json_enter_object (&json);
  while (md_json_next_key (&json, &key)) {
    if (!md_json_key_is (key, "bars") || !md_json_enter_object (&json))
      continue;
    while (md_json_next_key (&json, &key)) {
      md_json_enter_array (&json);
      while (md_json_next (&json) && n < ROWS)
        n += read_row (&json, &rows[n]);
    }
  }
  return md_json_finish (&json) ? n : 0;
}

static md_price
price_of (json_t *row, const char *key)
{
  return llround (json_number_value (json_object_get (row, key)) * 1e9);
}

static gsize
with_jansson (const char *text, gsize len, struct row *rows)
{
  json_t *root = json_loadb (text, len, 0, NULL), *row;
  gsize i;

  json_array_foreach (json_object_get (json_object_get (root, "bars"),
                                       "AAPL"), i, row) {
    const char *t = json_string_value (json_object_get (row, "t"));

    rows[i].o = price_of (row, "o");
    rows[i].h = price_of (row, "h");
    rows[i].l = price_of (row, "l");
    rows[i].c = price_of (row, "c");
    rows[i].v = json_number_value (json_object_get (row, "v"));
    rows[i].vw = json_number_value (json_object_get (row, "vw"));
    rows[i].n = json_integer_value (json_object_get (row, "n"));
    if (!md_time_parse (t, strlen (t), &rows[i].t))
      break;
  }
  json_decref (root);
  return i;
}

static gsize
with_skip (const char *text, gsize len, struct row *rows)
{
  struct md_json json;

  md_json_init (&json, text, len);
  return md_json_finish (&json) ? ROWS : 0;
}

static int
by_value (const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

int
main (void)
{
  static struct row rows[3][ROWS];
  static const struct {
    const char *name;
    gsize (*read) (const char *, gsize, struct row *);
  } ways[] = {
    { "md_json, rows", with_reader },
    { "Jansson DOM, rows", with_jansson },
    { "md_json, check only", with_skip },
  };
  double seconds[3][ROUNDS], median[3];
  gsize len;
  g_autofree char *page = make_page (&len);

  for (int round = 0; round < ROUNDS; round++) {
    for (gsize w = 0; w < G_N_ELEMENTS (ways); w++) {
      gint64 start = g_get_monotonic_time ();

      for (int again = 0; again < (w == 1 ? 1 : 8); again++)
        g_assert_cmpuint (ways[w].read (page, len, rows[w]), ==, ROWS);
      seconds[w][round] = (double) (g_get_monotonic_time () - start)
                          / (w == 1 ? 1e6 : 8e6);
    }
  }
  g_assert_cmpmem (rows[0], sizeof rows[0], rows[1], sizeof rows[1]);
  for (gsize w = 0; w < G_N_ELEMENTS (ways); w++) {
    qsort (seconds[w], ROUNDS, sizeof seconds[w][0], by_value);
    median[w] = seconds[w][ROUNDS / 2];
    printf ("%-20s %7.0f MB/s  %6.2f M rows/s  %5.2fx time\n", ways[w].name,
            (double) len / median[w] / 1e6, ROWS / median[w] / 1e6,
            median[w] / median[0]);
  }
  return 0;
}
