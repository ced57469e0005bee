/* SPDX-License-Identifier: Apache-2.0
 *
 * A fuzz target without a fuzzer: its seeds, then a bounded number of
 * mutations of them from a fixed start, so that the normal suite runs every
 * target the same way each time.
 *
 *   mutate-NAME FOLDER-OF-SEEDS RUNS
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_SIZE 4096

static GPtrArray *
load_seeds (const char *folder)
{
  GPtrArray *seeds =
    g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GList) names = NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    names = g_list_prepend (names, g_build_filename (folder, name, NULL));
  /* A folder has no order, and the run must.                               */
  names = g_list_sort (names, (GCompareFunc) strcmp);
  for (GList *at = names; at != NULL; at = at->next) {
    g_autofree char *path = at->data;
    char *text;
    gsize len;

    if (g_file_get_contents (path, &text, &len, NULL))
      g_ptr_array_add (seeds, g_bytes_new_take (text, len));
  }
  return seeds;
}

/* Pieces of one seed moved over or into another.                           */
static void
splice (GByteArray *text, GBytes *other, GRand *rand)
{
  gsize size, from, len, at;
  const guint8 *data = g_bytes_get_data (other, &size);

  if (size == 0)
    return;
  from = (gsize) g_rand_int_range (rand, 0, (gint32) size);
  len = (gsize) g_rand_int_range (rand, 1, 33);
  len = MIN (len, size - from);
  at = (gsize) g_rand_int_range (rand, 0, (gint32) text->len + 1);
  if (g_rand_boolean (rand) && text->len + len <= MAX_SIZE) {
    g_byte_array_set_size (text, text->len + (guint) len);
    memmove (text->data + at + len, text->data + at, text->len - len - at);
  }
  memcpy (text->data + at, data + from, MIN (len, text->len - at));
}

static void
remove_piece (GByteArray *text, GRand *rand)
{
  guint at, len;

  if (text->len == 0)
    return;
  at = (guint) g_rand_int_range (rand, 0, (gint32) text->len);
  len = (guint) g_rand_int_range (rand, 1, 17);
  len = MIN (len, text->len - at);
  g_byte_array_remove_range (text, at, len);
}

static void
change_byte (GByteArray *text, GRand *rand)
{
  static const char special[] = "\"\\{}[]:,0123456789.-+eE \n\r\tunftl/\x80";
  guint8 *byte;

  if (text->len == 0)
    return;
  byte = &text->data[g_rand_int_range (rand, 0, (gint32) text->len)];
  switch (g_rand_int_range (rand, 0, 4)) {
  case 0:
    *byte ^= (guint8) (1 << g_rand_int_range (rand, 0, 8));
    break;
  case 1:
    *byte = (guint8) g_rand_int (rand);
    break;
  default:
    *byte = (guint8) special[g_rand_int_range (rand, 0,
                                               sizeof special - 1)];
  }
}

static void
mutate (GByteArray *text, GPtrArray *seeds, GRand *rand)
{
  int steps = g_rand_int_range (rand, 1, 6);

  for (int i = 0; i < steps; i++) {
    switch (g_rand_int_range (rand, 0, 8)) {
    case 0:
    case 1:
      splice (text, seeds->pdata[g_rand_int_range (rand, 0,
                                                   (gint32) seeds->len)],
              rand);
      break;
    case 2:
      remove_piece (text, rand);
      break;
    case 3:
      if (g_rand_int_range (rand, 0, 4) == 0 && text->len > 0)
        g_byte_array_set_size (text, (guint) g_rand_int_range (
                                       rand, 0, (gint32) text->len));
      break;
    default:
      change_byte (text, rand);
    }
  }
}

int
main (int argc, char **argv)
{
  const char *env = g_getenv ("MDCORE_FUZZ_SEED");
  guint32 start = env != NULL ? (guint32) strtoul (env, NULL, 10) : 20240102;
  long runs = argc > 2 ? strtol (argv[2], NULL, 10) : 0;
  g_autoptr (GRand) rand = g_rand_new_with_seed (start);
  g_autoptr (GPtrArray) seeds = load_seeds (argc > 1 ? argv[1] : ".");

  printf ("1..2\n# seed %u (MDCORE_FUZZ_SEED), %ld runs\n", start, runs);
  fflush (stdout);
  for (guint i = 0; i < seeds->len; i++) {
    gsize size;
    const guint8 *data = g_bytes_get_data (seeds->pdata[i], &size);

    LLVMFuzzerTestOneInput (data, size);
  }
  printf ("%s 1 - %u seeds\n", seeds->len > 0 ? "ok" : "not ok", seeds->len);
  for (long i = 0; i < runs && seeds->len > 0; i++) {
    g_autoptr (GByteArray) text = g_byte_array_new ();
    gsize size;
    const guint8 *data =
      g_bytes_get_data (seeds->pdata[(guint) i % seeds->len], &size);

    g_byte_array_append (text, data, (guint) MIN (size, MAX_SIZE));
    mutate (text, seeds, rand);
    LLVMFuzzerTestOneInput (text->data, text->len);
  }
  printf ("ok 2 - %ld mutations\n", runs);
  return seeds->len > 0 ? 0 : 1;
}
