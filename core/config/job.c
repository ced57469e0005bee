/* SPDX-License-Identifier: Apache-2.0
 *
 * job.c - a job from its layers: each key of the table into its member.
 */
#include "private.h"

#include <math.h>
#include <string.h>

char *
config_default_store (void)
{
  const char *named = g_getenv ("MDCORE_STORE");

  return g_strdup (named != NULL && *named != '\0' ? named : "mdcore-store");
}

static void
sink_config_free (gpointer data)
{
  SinkConfig *sink = data;

  g_free (sink->name);
  g_free (sink->type);
  g_hash_table_unref (sink->settings);
  g_free (sink);
}

void
job_free (Job *job)
{
  if (job == NULL)
    return;
  g_free (job->name);
  g_free (job->file);
  g_free (job->provider);
  g_strfreev (job->datasets);
  g_strfreev (job->schemas);
  g_strfreev (job->symbols);
  g_free (job->store_path);
  g_free (job->calendar);
  g_free (job->notify_exec);
  g_free (job->ca_file);
  config_wipe (job->notify_webhook);
  g_hash_table_unref (job->buckets);
  g_ptr_array_unref (job->sinks);
  g_ptr_array_unref (job->settings);
  g_ptr_array_unref (job->universes);
  g_free (job);
}

static Job *
job_new (const char *path)
{
  Job *job = g_new0 (Job, 1);

  job->file = g_strdup (path);
  job->start = job->end = MD_ABSENT;
  job->quality.min_volume = job->quality.max_volume = NAN;
  job->quality.max_move = NAN;
  job->max_cost = NAN;
  job->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        g_free);
  job->sinks = g_ptr_array_new_with_free_func (sink_config_free);
  job->settings
    = g_ptr_array_new_with_free_func ((GDestroyNotify) config_value_free);
  job->universes = g_ptr_array_new_with_free_func (g_free);
  return job;
}

/* Where messages place what no line says.                                  */
const char *
config_job_place (const Job *job)
{
  return job->file != NULL ? job->file : "command line";
}

/* ---- all keys ----------------------------------------------------------- */

/* Sets one member from a value; what is wrong is told with its place.      */
static void
apply (ConfigBuild *build, const ConfKey *key, const ConfigValue *value)
{
  g_autoptr (GError) error = NULL;
  char *text = config_expand (value, NULL, &error);

  if (text == NULL
      || !config_member_set (build->job, key, text, value->dir, &error))
    faults_add (build->faults, value->origin, "[%s] %s: %s", key->group,
                key->key, error->message);
  config_wipe (text);
}

static void
missing (ConfigBuild *build, const ConfKey *key)
{
  static const struct {
    const char *key, *how;
  } examples[] = {
    { "provider", "provider = NAME" },
    { "schema", "schema = ohlcv-1h (on the command line: --schema ohlcv-1h)" },
    { "symbols", "symbols = A, B" },
    { "start", "start = 2024-01-01 (on the command line: --from 2024-01-01)" },
  };
  const char *how = "";

  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++) {
    if (strcmp (examples[i].key, key->key) == 0)
      how = examples[i].how;
  }
  faults_add (build->faults, config_job_place (build->job),
              "[%s] %s is missing: write %s", key->group, key->key, how);
}

/* What holds when nobody says anything; NULL: nothing does.                */
static ConfigValue *
built_in_value (const ConfKey *key)
{
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *store = config_default_store ();
  gboolean is_store = strcmp (key->group, "store") == 0
                      && strcmp (key->key, "path") == 0;
  gboolean named = is_store && g_getenv ("MDCORE_STORE") != NULL;

  if (!is_store && key->dflt == NULL)
    return NULL;
  return config_value_new (named ? LAYER_ENVIRONMENT : LAYER_BUILT_IN,
                           key->group, key->key,
                           is_store ? store : key->dflt,
                           named ? "environment MDCORE_STORE" : "built-in",
                           here, NULL);
}

static void
apply_key (ConfigBuild *build, const ConfKey *key)
{
  const ConfigValue *value = config_lookup (build->layers, key->group,
                                            key->key, NULL);
  g_autoptr (ConfigValue) built_in = NULL;

  if (value == NULL)
    value = built_in = built_in_value (key);
  if (value == NULL) {
    if ((key->flags & CONF_REQUIRED) != 0)
      missing (build, key);
    return;
  }
  config_keep_setting (build->job, value, (key->flags & CONF_SECRET) != 0);
  if ((key->flags & CONF_APART) == 0)
    apply (build, key, value);
}

static void
apply_bucket (ConfigBuild *build, const ConfigValue *value)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = config_expand (value, NULL, &error);
  RateLimit rate = { 0 };

  config_keep_setting (build->job, value, FALSE);
  if (text != NULL && value_parse_rate (text, &rate, &error))
    g_hash_table_insert (build->job->buckets,
                         g_strdup (value->key + strlen ("bucket.")),
                         g_memdup2 (&rate, sizeof rate));
  else
    faults_add (build->faults, value->origin, "[rate_limit] %s: %s",
                value->key, error->message);
}

static void
apply_buckets (ConfigBuild *build)
{
  for (guint i = 0; i < build->layers->len; i++) {
    const ConfigValue *value = g_ptr_array_index (build->layers, i);

    if (strcmp (value->group, "rate_limit") == 0
        && g_str_has_prefix (value->key, "bucket.")
        && config_lookup (build->layers, "rate_limit", value->key, NULL)
             == value)
      apply_bucket (build, value);
  }
}

/* ---- what only the whole shows ------------------------------------------ */

static const char *
origin_of (const ConfigBuild *build, const char *group, const char *key)
{
  const ConfigValue *value = config_lookup (build->layers, group, key, NULL);

  return value != NULL ? value->origin : config_job_place (build->job);
}

static void
finish_selector (ConfigBuild *build)
{
  Job *job = build->job;

  /* The table stores the index of the choice.                              */
  job->selector = (job->selector + 1) * 10;
  if (job->symbols == NULL)
    return;
  if (strcmp (job->symbols[0], "*") == 0)
    job->selector = MD_SELECT_ALL;
  else if (job->selector == MD_SELECT_ALL)
    faults_add (build->faults, origin_of (build, "job", "symbols"),
                "[job] symbols: symbol_kind = all goes with symbols = *");
}

static char *
default_name (const Job *job)
{
  g_autofree char *base = NULL;

  if (job->file == NULL)
    return g_strdup ("backfill");
  base = g_path_get_basename (job->file);
  return g_str_has_suffix (base, ".ini")
           ? g_strndup (base, strlen (base) - strlen (".ini"))
           : g_steal_pointer (&base);
}

/* Rows that are nowhere but in the sinks cannot be compared with new ones. */
static void
finish_rows_off (ConfigBuild *build)
{
  const Job *job = build->job;

  if (!job->rows_off)
    return;
  if (job->sinks->len == 0)
    faults_add (build->faults, origin_of (build, "store", "rows"),
                "[store] rows: off needs `sinks` in [job], or the rows would "
                "go nowhere");
  if (job->revise > 0)
    faults_add (build->faults, origin_of (build, "job", "revise"),
                "[job] revise: rows = off keeps nothing that could be "
                "revised; leave one of them out");
  if (job->provisional)
    faults_add (build->faults, origin_of (build, "job", "provisional"),
                "[job] provisional: rows = off cannot replace an unfinished "
                "bar; leave one of them out");
}

static void
finish (ConfigBuild *build)
{
  Job *job = build->job;

  finish_selector (build);
  finish_rows_off (build);
  if (job->name == NULL)
    job->name = default_name (job);
  if (job->datasets == NULL)
    job->datasets = g_new0 (char *, 1);
  if (job->start != MD_ABSENT && job->end != MD_ABSENT
      && job->end <= job->start)
    faults_add (build->faults, origin_of (build, "job", "end"),
                "[job] end: must be after start");
  if (job->retry.cap < job->retry.base)
    faults_add (build->faults, origin_of (build, "retry", "cap"),
                "[retry] cap: must not be less than base");
  if (job->quality.min_volume > job->quality.max_volume)
    faults_add (build->faults, origin_of (build, "quality", "max_volume"),
                "[quality] max_volume: must not be less than min_volume");
}

/* A path is relative to the file that names it, a name is looked up.       */
static void
place_provider (ConfigBuild *build)
{
  Job *job = build->job;
  const ConfigValue *value = config_lookup (build->layers, "job", "provider",
                                            NULL);
  g_autofree char *text = g_steal_pointer (&job->provider);

  if (text == NULL)
    return;
  job->provider = strchr (text, '/') != NULL ? config_path (text, value->dir)
                                             : g_strdup (text);
}

static Job *
build_job (const char *path, const GPtrArray *command,
           const JobOverrides *overrides, GError **error)
{
  g_autoptr (Faults) faults = faults_new ();
  g_autoptr (GPtrArray) layers = config_layers (path, command, overrides,
                                                faults);
  g_autoptr (Job) job = job_new (path);
  ConfigBuild build = { job, layers, faults };
  g_autofree char *provider = NULL;

  for (const ConfKey *key = config_keys (); key->group != NULL; key++) {
    if (strcmp (key->group, "sink") != 0 && (key->flags & CONF_PREFIX) == 0)
      apply_key (&build, key);
  }
  apply_buckets (&build);
  place_provider (&build);
  provider = job->provider != NULL ? config_provider_name (job->provider)
                                   : NULL;
  config_keep_group (&build, "provider", provider, NULL);
  config_apply_sinks (&build);
  finish (&build);
  return faults_none (faults, error) ? g_steal_pointer (&job) : NULL;
}

Job *
job_load (const char *path, const JobOverrides *overrides, GError **error)
{
  return build_job (path, NULL, overrides, error);
}

static void
add_command (GPtrArray *command, const char *key, const char *value)
{
  g_autofree char *here = g_get_current_dir ();

  if (value != NULL)
    g_ptr_array_add (command,
                     config_value_new (LAYER_COMMAND, "job", key, value,
                                       "command line", here, NULL));
}

Job *
job_for_backfill (const char *provider, const char *const *symbols,
                  const char *schema, const char *from, const char *to,
                  const JobOverrides *overrides, GError **error)
{
  g_autoptr (GPtrArray) command
    = g_ptr_array_new_with_free_func ((GDestroyNotify) config_value_free);
  g_autofree char *list = g_strjoinv (",", (char **) symbols);

  add_command (command, "provider", provider);
  add_command (command, "symbols", list);
  add_command (command, "schema", schema);
  add_command (command, "start", from);
  add_command (command, "end", to);
  return build_job (NULL, command, overrides, error);
}
