/* SPDX-License-Identifier: Apache-2.0
 *
 * judge.c - is what a plugin declares about itself and its keys sound?
 * Offers are judged in judge-offers.c.
 */
#include "private.h"

#include "data/interval.h"

#include <math.h>
#include <string.h>

#define TEXT_MAX 4096
#define NAME_MAX_LEN 64

gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, CORE_ERROR, CORE_ERROR_PLUGIN, message);
  return FALSE;
}

/* ---- texts ------------------------------------------------------------ */

/* It goes to terminals, logs and files: no control characters, no surprises
 * in the middle of a line.                                                 */
gboolean
plugin_judge_text (const char *what, const char *text, GError **error)
{
  if (text == NULL)
    return refuse (error, "%s is missing (NULL)", what);
  if (*text == '\0')
    return refuse (error, "%s is empty", what);
  if (strnlen (text, TEXT_MAX) == TEXT_MAX)
    return refuse (error, "%s is longer than %d bytes", what, TEXT_MAX);
  if (!g_utf8_validate (text, -1, NULL))
    return refuse (error, "%s is not UTF-8", what);
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return refuse (error, "%s holds a control character or line break", what);
  }
  return TRUE;
}

static gboolean
judge_optional (const char *what, const char *text, GError **error)
{
  return text == NULL || plugin_judge_text (what, text, error);
}

gboolean
plugin_name_is_good (const char *text, const char *more)
{
  if (text == NULL || !g_ascii_islower (*text)
      || strnlen (text, NAME_MAX_LEN + 1) > NAME_MAX_LEN)
    return FALSE;
  for (; *text != '\0'; text++) {
    if (!g_ascii_islower (*text) && !g_ascii_isdigit (*text)
        && strchr (more, *text) == NULL)
      return FALSE;
  }
  return TRUE;
}

gboolean
plugin_name_is_file_name (const char *name)
{
  return plugin_name_is_good (name, "-");
}

/* ---- keys ------------------------------------------------------------- */

static gboolean
is_choice (const char *choices, const char *value)
{
  g_auto (GStrv) list = g_strsplit (choices, "|", -1);

  return g_strv_contains ((const char *const *) list, value);
}

static gboolean
is_bool (const char *text)
{
  static const char *const words[] = {
    "yes", "no", "true", "false", "on", "off", "1", "0", NULL
  };

  return g_strv_contains (words, text);
}

static gboolean
is_double (const char *text)
{
  char *end;
  double value;

  if (*text == '\0' || g_ascii_isspace (*text))
    return FALSE;
  value = g_ascii_strtod (text, &end);
  return *end == '\0' && isfinite (value);
}

static gboolean
is_value (const struct md_key *key, const char *text)
{
  gint64 number;

  switch (key->type) {
  case MD_INT:
    return g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64 - 1,
                                     &number, NULL);
  case MD_BOOL:
    return is_bool (text);
  case MD_DOUBLE:
    return is_double (text);
  case MD_DURATION:
    return duration_parse (text, &number, NULL);
  case MD_CHOICE:
    return is_choice (key->choices, text);
  default:
    return TRUE;
  }
}

const char *
plugin_type_name (guint type)
{
  switch (type) {
  case MD_STRING: return "string";
  case MD_INT: return "int";
  case MD_BOOL: return "bool";
  case MD_DOUBLE: return "double";
  case MD_DURATION: return "duration";
  case MD_CHOICE: return "choice";
  default: return NULL;
  }
}

static gboolean
judge_choices (const struct md_key *key, GError **error)
{
  if (key->type != MD_CHOICE && key->choices != NULL)
    return refuse (error, "its key \"%s\" has choices but is no MD_CHOICE",
                   key->name);
  if (key->type != MD_CHOICE)
    return TRUE;
  if (key->choices == NULL || *key->choices == '\0'
      || is_choice (key->choices, ""))
    return refuse (error, "its key \"%s\" is an MD_CHOICE without proper "
                   "choices (\"a|b|c\")", key->name);
  return plugin_judge_text ("choices", key->choices, error);
}

static gboolean
judge_env (const struct md_key *key, GError **error)
{
  g_auto (GStrv) names = key->env != NULL ? g_strsplit (key->env, "|", -1)
                                          : NULL;

  for (char **name = names; name != NULL && *name != NULL; name++) {
    if (!(g_ascii_isalpha (**name) || **name == '_')
        || strspn (*name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw"
                   "xyz0123456789_") != strlen (*name))
      return refuse (error, "its key \"%s\" names the environment variables "
                     "\"%s\"; expected \"NAME|OTHER\"", key->name, key->env);
  }
  return TRUE;
}

static gboolean
judge_flags (const struct md_key *key, GError **error)
{
  guint texts = MD_KEY_SECRET | MD_KEY_ORIGIN | MD_KEY_PATH;

  if ((key->flags & texts) && key->type != MD_STRING)
    return refuse (error, "its key \"%s\" is a secret, URL or path and must be "
                   "an MD_STRING", key->name);
  if ((key->flags & MD_KEY_SECRET) && key->dflt != NULL)
    return refuse (error, "its key \"%s\" is a secret with a default; a secret "
                   "in a program is none", key->name);
  if ((key->flags & MD_KEY_REQUIRED) && key->dflt != NULL)
    return refuse (error, "its key \"%s\" is required and has a default; it "
                   "can only be one of them", key->name);
  return TRUE;
}

static gboolean
judge_default (const struct md_key *key, GError **error)
{
  if (key->dflt == NULL)
    return TRUE;
  if (!g_utf8_validate (key->dflt, -1, NULL) || !is_value (key, key->dflt))
    return refuse (error, "its key \"%s\" has the default \"%s\", which is no "
                   "%s%s%s", key->name, key->dflt, plugin_type_name (key->type),
                   key->type == MD_CHOICE ? " of " : "",
                   key->type == MD_CHOICE ? key->choices : "");
  if ((key->flags & MD_KEY_ORIGIN) && strstr (key->dflt, "://") == NULL)
    return refuse (error, "its key \"%s\" has the default \"%s\", which is no "
                   "URL", key->name, key->dflt);
  return TRUE;
}

static gboolean
judge_key (const struct md_key *key, gsize i, GError **error)
{
  g_autofree char *doc = NULL;

  if (!plugin_name_is_good (key->name, "_"))
    return refuse (error, "key %" G_GSIZE_FORMAT " is named \"%s\"; a key is "
                   "lower-case letters, digits and '_'", i + 1,
                   key->name != NULL ? key->name : "(NULL)");
  if (plugin_type_name (key->type) == NULL)
    return refuse (error, "its key \"%s\" has the unknown type %u", key->name,
                   key->type);
  doc = g_strdup_printf ("the doc of its key \"%s\"", key->name);
  return plugin_judge_text (doc, key->doc, error)
         && judge_choices (key, error) && judge_env (key, error)
         && judge_flags (key, error) && judge_default (key, error);
}

static gboolean
judge_keys (const Plugin *plugin, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < plugin->desc.n_keys; i++) {
    const struct md_key *key = plugin_key_at (plugin, i);

    if (!judge_key (key, i, error))
      return FALSE;
    if (!g_hash_table_add (seen, (char *) key->name))
      return refuse (error, "it declares the key \"%s\" twice", key->name);
  }
  return TRUE;
}

/* ---- the descriptor --------------------------------------------------- */

static gboolean
judge_name (const struct md_plugin *desc, const char *name, GError **error)
{
  if (!plugin_judge_text ("its name", desc->name, error))
    return FALSE;
  if (!plugin_name_is_file_name (desc->name))
    return refuse (error, "its name \"%s\" is no plugin name: lower-case "
                   "letters, digits and '-', at most %d", desc->name,
                   NAME_MAX_LEN);
  if (strcmp (desc->name, name) != 0)
    return refuse (error, "it calls itself \"%s\" but its file is %s.so; "
                   "rename one of the two", desc->name, name);
  return TRUE;
}

static gboolean
judge_interfaces (const Plugin *plugin, GError **error)
{
  if (!plugin->has_provider
      && (plugin->has_stream || plugin->has_symbols || plugin->has_estimate
          || plugin->has_details || plugin->has_conditions))
    return refuse (error, "it has no %s, whose `open` makes the sessions of "
                   "its other interfaces", MD_IFACE_PROVIDER);
  if (!plugin->has_provider && !plugin->has_sink)
    return refuse (error, "it has no interface that this mdcore knows; it "
                   "names %s", plugin->desc.ifaces[0].id != NULL
                   ? plugin->desc.ifaces[0].id : "none");
  return TRUE;
}

gboolean
plugin_judge (const Plugin *plugin, const char *name, GError **error)
{
  const struct md_plugin *desc = &plugin->desc;

  return judge_name (desc, name, error)
         && plugin_judge_text ("its version", desc->version, error)
         && plugin_judge_text ("its description", desc->description, error)
         && plugin_judge_text ("its license", desc->license, error)
         && judge_optional ("its homepage", desc->homepage, error)
         && judge_optional ("its example", desc->example, error)
         && judge_interfaces (plugin, error) && judge_keys (plugin, error);
}
