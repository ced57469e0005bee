/* SPDX-License-Identifier: Apache-2.0
 *
 * bind.c - a plugin's declared keys against what the layers say.
 */
#include "private.h"

#include "data/interval.h"

#include <math.h>
#include <string.h>

typedef struct {
  const Job *job;
  const char *group;     /* "provider", "sink:lake"                         */
  const char *plugin;    /* whose keys they are, for messages               */
  BoundKeys *bound;
  GPtrArray *secrets, *origins, *paths;
  Faults *faults;
} Bind;

static void
wipe_list (char **list)
{
  for (char **text = list; text != NULL && *text != NULL; text++)
    explicit_bzero (*text, strlen (*text));
  g_strfreev (list);
}

void
bound_keys_free (BoundKeys *bound)
{
  if (bound == NULL)
    return;
  for (gsize i = 0; i < bound->n; i++) {
    config_wipe (bound->texts[i]);
    g_free (bound->sources[i]);
  }
  g_free (bound->texts);
  g_free (bound->sources);
  g_free (bound->values);
  wipe_list (bound->secrets);
  g_strfreev (bound->origins);
  g_strfreev (bound->paths);
  g_free (bound);
}

/* ---- where a value comes from ------------------------------------------- */

static const ConfigValue *
setting_of (const Bind *bind, const char *key)
{
  for (guint i = 0; i < bind->job->settings->len; i++) {
    const ConfigValue *value = g_ptr_array_index (bind->job->settings, i);

    if (strcmp (value->group, bind->group) == 0
        && strcmp (value->key, key) == 0)
      return value;
  }
  return NULL;
}

char *
config_usual_variable (const struct md_key *key, char **ret_name)
{
  g_auto (GStrv) names = g_strsplit (key->env != NULL ? key->env : "", "|",
                                     -1);

  for (char **name = names; *name != NULL; name++) {
    const char *text = **name != '\0' ? g_getenv (*name) : NULL;

    if (text != NULL && *text != '\0') {
      *ret_name = g_strdup (*name);
      return g_strdup (text);
    }
  }
  return NULL;
}

static char *
first_variable (const struct md_key *key)
{
  return key->env != NULL ? g_strndup (key->env, strcspn (key->env, "|"))
                          : g_strdup ("NAME");
}

static void
refuse_exposed (Bind *bind, const struct md_key *key, const ConfigValue *value)
{
  g_autofree char *variable = first_variable (key);

  faults_add (bind->faults, value->origin,
              "[%s] %s is a secret, and %s write %s = ${env:%s}", bind->group,
              key->name, value->exposed, key->name, variable);
}

/* From a layer; NULL after a fault.                                        */
static char *
text_of_setting (Bind *bind, const struct md_key *key,
                 const ConfigValue *value)
{
  g_autoptr (GError) error = NULL;
  gboolean literal;
  char *text = config_expand (value, &literal, &error);

  if (text == NULL)
    faults_add (bind->faults, value->origin, "[%s] %s: %s", bind->group,
                key->name, error->message);
  else if (literal && (key->flags & MD_KEY_SECRET) != 0
           && value->exposed != NULL) {
    refuse_exposed (bind, key, value);
    g_clear_pointer (&text, config_wipe);
  }
  return text;
}

static void
missing (Bind *bind, const struct md_key *key)
{
  const char *place = config_job_place (bind->job);
  g_autofree char *variable = first_variable (key);
  g_auto (GStrv) names = g_strsplit (key->env != NULL ? key->env : "", "|",
                                     -1);
  g_autofree char *list = g_strjoinv (" or ", names);

  if (key->env == NULL)
    faults_add (bind->faults, place, "%s needs \"%s\" (%s): write it in [%s]",
                bind->plugin, key->name, key->doc, bind->group);
  else
    faults_add (bind->faults, place,
                "%s needs \"%s\" (%s): set %s, or write %s = ... in [%s]",
                bind->plugin, key->name, key->doc, list, key->name,
                bind->group);
}

/* ---- what a text means -------------------------------------------------- */

static void
set_absent (const struct md_key *key, union md_value *value)
{
  if (key->type == MD_DOUBLE)
    value->d = NAN;
  else if (key->type == MD_INT || key->type == MD_DURATION)
    value->i = MD_ABSENT;
  else
    value->s = NULL;
}

static gboolean
parse_value (const struct md_key *key, const char *text,
             union md_value *ret_value, GError **error)
{
  gboolean yes;
  guint index;

  switch (key->type) {
  case MD_INT:
    return value_parse_int (text, &ret_value->i, error);
  case MD_DOUBLE:
    return value_parse_number (text, &ret_value->d, error);
  case MD_DURATION:
    return duration_parse (text, &ret_value->i, error);
  case MD_BOOL:
    if (!value_parse_bool (text, &yes, error))
      return FALSE;
    ret_value->b = yes;
    return TRUE;
  case MD_CHOICE:
    if (!value_parse_choice (text, key->choices, &index, error))
      return FALSE;
    break;
  default:
    break;
  }
  ret_value->s = text;
  return TRUE;
}

/* ---- one key ------------------------------------------------------------ */

static void
add_once (GPtrArray *list, char *text)
{
  if (g_ptr_array_find_with_equal_func (list, text, g_str_equal, NULL))
    g_free (text);
  else
    g_ptr_array_add (list, text);
}

/* Absolute from here on: nobody else knows which file named it.            */
static void
place_path (char **text, const char *dir)
{
  const char *path = *text;
  char *absolute;

  if (g_str_has_prefix (path, "file://"))
    path += strlen ("file://");
  else if (g_str_has_prefix (path, "file:"))
    path += strlen ("file:");
  absolute = config_path (path, dir);
  g_free (*text);
  *text = absolute;
}

static gboolean
accept (Bind *bind, gsize i, const char *dir, GError **error)
{
  const struct md_key *key = &bind->bound->keys[i];
  char **text = &bind->bound->texts[i];

  if ((key->flags & MD_KEY_PATH) != 0) {
    place_path (text, dir);
    add_once (bind->paths, g_strdup (*text));
  }
  if ((key->flags & MD_KEY_ORIGIN) != 0) {
    char *origin = value_parse_origin (*text, error);

    if (origin == NULL)
      return FALSE;
    add_once (bind->origins, origin);
  }
  if ((key->flags & MD_KEY_SECRET) != 0)
    add_once (bind->secrets, g_strdup (*text));
  return parse_value (key, *text, &bind->bound->values[i], error);
}

/* What went wrong with a secret is told without its text.                  */
static void
tell_bad_value (Bind *bind, const struct md_key *key, const char *origin,
                const GError *error)
{
  faults_add (bind->faults, origin, "[%s] %s: %s", bind->group, key->name,
              (key->flags & MD_KEY_SECRET) != 0
                ? "the secret has not the form that this key needs"
                : error->message);
}

static void
bind_key (Bind *bind, gsize i)
{
  const struct md_key *key = &bind->bound->keys[i];
  const ConfigValue *value = setting_of (bind, key->name);
  g_autofree char *variable = NULL, *here = g_get_current_dir ();
  g_autoptr (GError) error = NULL;
  char **source = &bind->bound->sources[i];
  char *text;

  set_absent (key, &bind->bound->values[i]);
  if (value != NULL) {
    text = text_of_setting (bind, key, value);
    if (text == NULL)
      return;
    *source = g_strdup (value->origin);
  } else if ((text = config_usual_variable (key, &variable)) != NULL) {
    *source = g_strconcat ("environment ", variable, NULL);
  } else if (key->dflt != NULL) {
    text = g_strdup (key->dflt);
    *source = g_strdup ("built-in");
  } else {
    if ((key->flags & MD_KEY_REQUIRED) != 0)
      missing (bind, key);
    return;
  }
  bind->bound->texts[i] = text;
  if (!accept (bind, i, value != NULL ? value->dir : here, &error))
    tell_bad_value (bind, key, *source, error);
}

/* ---- all of them -------------------------------------------------------- */

static void
check_known (Bind *bind)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (gsize i = 0; i < bind->bound->n; i++)
    g_ptr_array_add (names, (gpointer) bind->bound->keys[i].name);
  if (g_str_has_prefix (bind->group, "sink:"))
    g_ptr_array_add (names, (gpointer) "type");
  g_ptr_array_add (names, NULL);
  for (guint i = 0; i < bind->job->settings->len; i++) {
    const ConfigValue *value = g_ptr_array_index (bind->job->settings, i);
    const char *const *known = (const char *const *) names->pdata;
    g_autofree char *hint = NULL;

    if (strcmp (value->group, bind->group) != 0
        || g_strv_contains (known, value->key))
      continue;
    hint = faults_hint (value->key, known);
    faults_add (bind->faults, value->origin,
                "unknown key \"%s\" in [%s] of %s%s; `mdcore inspect %s` "
                "lists the keys", value->key, bind->group, bind->plugin, hint,
                bind->plugin);
  }
}

static char **
take_list (GPtrArray *list)
{
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (list, FALSE);
}

static BoundKeys *
bind_group (const Job *job, const char *group, const char *plugin,
            const struct md_key *keys, gsize n, GError **error)
{
  g_autoptr (Faults) faults = faults_new ();
  g_autoptr (BoundKeys) bound = g_new0 (BoundKeys, 1);
  Bind bind = { job, group, plugin, bound, g_ptr_array_new (),
                g_ptr_array_new (), g_ptr_array_new (), faults };

  bound->n = n;
  bound->keys = keys;
  bound->values = g_new0 (union md_value, n + 1);
  bound->texts = g_new0 (char *, n + 1);
  bound->sources = g_new0 (char *, n + 1);
  check_known (&bind);
  for (gsize i = 0; i < n; i++)
    bind_key (&bind, i);
  bound->secrets = take_list (bind.secrets);
  bound->origins = take_list (bind.origins);
  bound->paths = take_list (bind.paths);
  return faults_none (faults, error) ? g_steal_pointer (&bound) : NULL;
}

BoundKeys *
job_bind_keys (const Job *job, const struct md_key *keys, gsize n,
               GError **error)
{
  g_autofree char *plugin = config_provider_name (job->provider);

  return bind_group (job, "provider", plugin, keys, n, error);
}

BoundKeys *
job_bind_sink_keys (const Job *job, const SinkConfig *sink,
                    const struct md_key *keys, gsize n, GError **error)
{
  g_autofree char *group = g_strconcat ("sink:", sink->name, NULL);

  return bind_group (job, group, sink->type, keys, n, error);
}

static gssize
index_of (const BoundKeys *bound, const char *name)
{
  for (gsize i = 0; i < bound->n; i++) {
    if (strcmp (bound->keys[i].name, name) == 0)
      return (gssize) i;
  }
  return -1;
}

const char *
bound_keys_get (const BoundKeys *bound, const char *name)
{
  gssize i = index_of (bound, name);

  return i >= 0 ? bound->texts[i] : NULL;
}

const char *
bound_keys_origin (const BoundKeys *bound, const char *name)
{
  gssize i = index_of (bound, name);

  return i >= 0 && bound->texts[i] != NULL ? bound->sources[i] : NULL;
}
