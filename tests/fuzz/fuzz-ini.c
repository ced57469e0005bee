/* SPDX-License-Identifier: Apache-2.0
 *
 * An INI text: each value that comes out is of a known key, with a sound
 * line of its own, and written again it reads the same.
 */
#include "config/private.h"
#include "data/interval.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static GPtrArray *
scan (const char *text, gsize size, gboolean *ret_sound)
{
  const ScanSource source = { FILE_INCLUDE, "f", "/", NULL, LAYER_INCLUDE };
  GPtrArray *values
    = g_ptr_array_new_with_free_func ((GDestroyNotify) config_value_free);
  g_autoptr (Faults) faults = faults_new ();
  g_autofree char *exact = g_memdup2 (text, size);
  g_autoptr (GError) error = NULL;

  config_scan (&source, exact, size, values, faults);
  *ret_sound = faults_none (faults, &error);
  return values;
}

/* As a line may hold it: GKeyFile writes the escapes, except for blanks,
 * which only count at the ends and before a comment.                       */
static char *
spelled (const ConfigValue *value)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  g_key_file_set_string (file, "g", "k", value->value);
  text = g_key_file_get_value (file, "g", "k", NULL);
  words = g_strsplit (text, " ", -1);
  return g_strjoinv ("\\s", words);
}

static void
check_value (const ConfigValue *value)
{
  g_autofree char *text = spelled (value);
  g_autofree char *again = g_strdup_printf ("[%s]\n%s = %s\n", value->group,
                                            value->key, text);
  g_autoptr (GPtrArray) values = NULL;
  gboolean sound;

  g_assert_true (g_utf8_validate (value->value, -1, NULL));
  g_assert_true (g_str_has_prefix (value->origin, "f:"));
  values = scan (again, strlen (again), &sound);
  if (sound) {
    const ConfigValue *same = g_ptr_array_index (values, 0);

    g_assert_cmpuint (values->len, ==, 1);
    g_assert_cmpstr (same->value, ==, value->value);
  }
}

/* As any type: read or refused, and what is read is in its range.          */
static void
check_types (const char *text)
{
  RateLimit rate = { 0 };
  g_auto (GStrv) list = config_list (text);
  g_autofree char *origin = value_parse_origin (text, NULL);
  gboolean yes = 2;
  double number = 0;
  gint64 whole, ns = 0;
  gsize size;

  value_parse_int (text, &whole, NULL);
  value_parse_size (text, &size, NULL);
  if (value_parse_number (text, &number, NULL))
    g_assert_true (isfinite (number));
  if (value_parse_rate (text, &rate, NULL))
    g_assert_true (rate.per_second > 0 && isfinite (rate.per_second));
  if (value_parse_bool (text, &yes, NULL))
    g_assert_true (yes == TRUE || yes == FALSE);
  if (duration_parse (text, &ns, NULL))
    g_assert_cmpint (ns, >=, 0);
  for (char **word = list; *word != NULL; word++)
    g_assert_true (**word != '\0' && strchr (*word, ',') == NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gboolean sound;
  g_autoptr (GPtrArray) values = scan ((const char *) data, size, &sound);

  for (guint i = 0; i < values->len; i++) {
    const ConfigValue *value = g_ptr_array_index (values, i);

    check_types (value->value);
    if (sound)
      check_value (value);
  }
  return 0;
}
