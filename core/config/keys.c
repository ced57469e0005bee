/* SPDX-License-Identifier: Apache-2.0
 *
 * keys.c - the one table of the keys that files may hold.
 */
#include "private.h"

#include <string.h>

#define JOB(member) G_STRUCT_OFFSET (Job, member)

static const ConfKey keys[] = {
  { "job", "name", CONF_STRING, 0, NULL, NULL, 0, 0, JOB (name),
    "Name of the job in logs, lineage and reports; the file's name without "
    ".ini when not given" },
  { "job", "provider", CONF_STRING, CONF_REQUIRED, NULL, NULL, 0, 0,
    JOB (provider), "Plugin that brings the data, by name or by path" },
  { "job", "dataset", CONF_LIST, 0, NULL, NULL, 0, 0, JOB (datasets),
    "Feeds of the provider, as `mdcore inspect` lists them; its default when "
    "not given" },
  { "job", "schema", CONF_LIST, CONF_REQUIRED, NULL, NULL, 0, 0,
    JOB (schemas), "What to fetch: ohlcv-1m, trades, ..." },
  { "job", "symbols", CONF_SYMBOLS, CONF_REQUIRED, NULL, NULL, 0, 0,
    JOB (symbols), "Names as the vendor spells them, @universe, file:PATH, "
    "or * alone for all" },
  { "job", "symbol_kind", CONF_CHOICE, 0, "symbol",
    "symbol|parent|continuous|all|id", 0, 0, JOB (selector),
    "What the symbols are" },
  { "job", "start", CONF_TIME, CONF_REQUIRED, NULL, NULL, 0, 0, JOB (start),
    "First time wanted, inclusive, UTC" },
  { "job", "end", CONF_TIME, 0, "now", NULL, 0, 0, JOB (end),
    "End of what is wanted, exclusive, UTC; now is the time of each run" },
  { "job", "include", CONF_LIST, CONF_APART, NULL, NULL, 0, 0, 0,
    "Files whose settings this file starts from and may override" },
  { "job", "sinks", CONF_LIST, CONF_APART, NULL, NULL, 0, 0, 0,
    "Names of the [sink:NAME] groups that the rows also go to" },
  { "job", "workers", CONF_INT, 0, "4", NULL, 1, 256, JOB (workers),
    "Threads that fetch and decode" },
  { "job", "revise", CONF_DURATION, 0, "0", NULL, 0, 0, JOB (revise),
    "How far back from now each run asks again for what it already holds" },
  { "job", "suspect_for", CONF_DURATION, 0, "7d", NULL, 0, 0,
    JOB (suspect_for), "How long an unexpected empty answer is asked again "
    "before it is believed" },
  { "job", "max_run_time", CONF_DURATION, 0, "0", NULL, 0, 0,
    JOB (max_run_time), "A run ends after this long, resumable; 0 is never" },
  { "job", "max_cost", CONF_NUMBER, 0, NULL, NULL, 0, 1e12, JOB (max_cost),
    "Most that a run may cost by the provider's own estimate, in its "
    "currency; a dearer plan is refused before anything is bought" },
  { "job", "memory_limit", CONF_SIZE, 0, "256M", NULL, 16777216, 0,
    JOB (memory_limit), "Most memory for rows that are not stored yet" },
  { "job", "provisional", CONF_BOOL, 0, "no", NULL, 0, 0, JOB (provisional),
    "Also keep the unfinished bar, flagged and never counted as held" },
  { "job", "on_unknown", CONF_CHOICE, 0, "fail", "fail|warn", 0, 0,
    JOB (unknown_is_warning), "What a symbol that the vendor does not know "
    "does to the run" },
  { "job", "calendar", CONF_STRING, 0, NULL, NULL, 0, 0, JOB (calendar),
    "Market hours to go by, as `mdcore calendar list` names them; the "
    "provider's when not given; none goes by no hours" },
  { "store", "path", CONF_PATH, 0, NULL, NULL, 0, 0, JOB (store_path),
    "Folder of the store; else $MDCORE_STORE, else ./mdcore-store" },
  { "store", "raw", CONF_CHOICE, 0, "off", "off|keep", 0, 0, JOB (keep_raw),
    "Whether the vendor's answers are kept as they came" },
  { "store", "rows", CONF_CHOICE, 0, "on", "on|off", 0, 0, JOB (rows_off),
    "off: rows go to the sinks alone, the store keeps the coverage" },
  { "retry", "max_retries", CONF_INT, 0, "5", NULL, 0, 100,
    JOB (retry.max_retries), "How often a failed call is tried again" },
  { "retry", "base", CONF_DURATION, 0, "1s", NULL, 0, 0, JOB (retry.base),
    "Longest wait before the first retry; doubles with each, at random "
    "between 0 and it" },
  { "retry", "cap", CONF_DURATION, 0, "60s", NULL, 0, 0, JOB (retry.cap),
    "Longest wait before any retry" },
  { "rate_limit", "rate", CONF_RATE, 0, NULL, NULL, 0, 0, JOB (rate),
    "Most calls of the default bucket; the provider's own when not given" },
  { "rate_limit", "burst", CONF_NUMBER, 0, NULL, NULL, 1, 1e9,
    JOB (rate.burst), "Calls of the default bucket that may go at once" },
  { "rate_limit", "bucket.", CONF_RATE, CONF_PREFIX | CONF_APART, NULL, NULL,
    0, 0, 0, "The same for a bucket that the provider names: "
    "bucket.NAME = 10/s burst 5" },
  { "network", "connect_timeout", CONF_DURATION, 0, "15s", NULL, 0, 0,
    JOB (connect_timeout), "How long a connection may take to be made" },
  { "network", "stall_timeout", CONF_DURATION, 0, "60s", NULL, 0, 0,
    JOB (stall_timeout), "How long an answer may stand still before the call "
    "counts as failed" },
  { "network", "ca_file", CONF_PATH, 0, NULL, NULL, 0, 0, JOB (ca_file),
    "Certificates to trust instead of the system's" },
  { "breaker", "threshold", CONF_INT, 0, "5", NULL, 0, 1000,
    JOB (breaker.threshold), "Failures in a row after which an origin is "
    "left alone; 0 is never" },
  { "breaker", "cool_down", CONF_DURATION, 0, "60s", NULL, 0, 0,
    JOB (breaker.cool_down), "How long it is left alone before one trial" },
  { "quality", "min_score", CONF_NUMBER, 0, "0", NULL, 0, 1,
    JOB (quality.min_score), "A segment that scores less is quarantined" },
  { "quality", "max_shrink", CONF_NUMBER, 0, "0.01", NULL, 0, 1,
    JOB (quality.max_shrink), "Share of held rows that a new answer may "
    "withdraw; more is quarantined" },
  { "quality", "min_volume", CONF_NUMBER, 0, NULL, NULL, 0, 0,
    JOB (quality.min_volume), "A row with less volume is a dead letter" },
  { "quality", "max_volume", CONF_NUMBER, 0, NULL, NULL, 0, 0,
    JOB (quality.max_volume), "A row with more volume is a dead letter" },
  { "quality", "max_move", CONF_NUMBER, 0, NULL, NULL, 0, 1e9,
    JOB (quality.max_move), "A larger move against the last close, as a "
    "share of it, is a warning" },
  { "notify", "exec", CONF_STRING, 0, NULL, NULL, 0, 0, JOB (notify_exec),
    "Command of the shell, run once for a failed or quarantined run" },
  { "notify", "webhook", CONF_STRING, CONF_SECRET, NULL, NULL, 0, 0,
    JOB (notify_webhook), "URL that gets the report of such a run by POST" },
  { "sink", "type", CONF_STRING, CONF_REQUIRED | CONF_APART, NULL, NULL, 0, 0,
    0, "Plugin that writes; its own keys stand next to this one" },
  { NULL }
};

const ConfKey *
config_keys (void)
{
  return keys;
}

static const struct {
  ConfType type;
  const char *name;
} type_names[] = {
  { CONF_STRING, "text" },     { CONF_PATH, "path" },
  { CONF_LIST, "list" },       { CONF_SYMBOLS, "symbols" },
  { CONF_TIME, "time" },       { CONF_DURATION, "duration" },
  { CONF_INT, "integer" },     { CONF_NUMBER, "number" },
  { CONF_SIZE, "size" },       { CONF_RATE, "rate" },
  { CONF_BOOL, "yes or no" },  { CONF_CHOICE, "choice" },
};

const char *
config_type_name (ConfType type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (type_names); i++) {
    if (type_names[i].type == type)
      return type_names[i].name;
  }
  return "text";
}

/* ---- look-up ----------------------------------------------------------- */

/* "sink" of "sink:lake".                                                   */
static char *
group_class (const char *group)
{
  return g_strndup (group, strcspn (group, ":"));
}

const ConfKey *
config_key_find (const char *group, const char *key)
{
  g_autofree char *class = group_class (group);

  for (const ConfKey *k = keys; k->group != NULL; k++) {
    if (strcmp (k->group, class) != 0)
      continue;
    if (strcmp (k->key, key) == 0 && (k->flags & CONF_PREFIX) == 0)
      return k;
    if ((k->flags & CONF_PREFIX) != 0 && g_str_has_prefix (key, k->key)
        && key[strlen (k->key)] != '\0')
      return k;
  }
  return NULL;
}

static GPtrArray *
group_names (FileKind kind)
{
  GPtrArray *names = g_ptr_array_new ();

  for (const ConfKey *k = keys; k->group != NULL; k++) {
    if (strcmp (k->group, "sink") != 0
        && (names->len == 0
            || strcmp (g_ptr_array_index (names, names->len - 1), k->group)))
      g_ptr_array_add (names, (gpointer) k->group);
  }
  if (kind != FILE_DEFAULTS)
    g_ptr_array_add (names, (gpointer) "provider");
  g_ptr_array_add (names, NULL);
  return names;
}

static gboolean
is_name (const char *text)
{
  for (const char *c = text; *c != '\0'; c++) {
    if (!g_ascii_isalnum (*c) && strchr ("_-", *c) == NULL)
      return FALSE;
  }
  return *text != '\0';
}

/* "sink:lake", "provider:NAME".                                            */
static gboolean
check_named_group (const char *group, FileKind kind, const char *origin,
                   Faults *faults)
{
  static const char *const classes[] = { "sink", "provider", NULL };
  g_autofree char *class = group_class (group);
  const char *name = group + strlen (class) + 1;

  if (!g_strv_contains (classes, class)) {
    g_autofree char *hint = faults_hint (class, classes);

    faults_add (faults, origin, "unknown group [%s]%s", group, hint);
    return FALSE;
  }
  if (!is_name (name)) {
    faults_add (faults, origin,
                "[%s]: names are letters, digits, \"-\" and \"_\"", group);
    return FALSE;
  }
  if (strcmp (class, "provider") == 0 && kind == FILE_JOB) {
    faults_add (faults, origin,
                "[%s] stands in the system's or user's file; write [provider] "
                "in a job", group);
    return FALSE;
  }
  return TRUE;
}

gboolean
config_group_check (const char *group, FileKind kind, const char *origin,
                    Faults *faults)
{
  g_autoptr (GPtrArray) names = group_names (kind);
  const char *const *known = (const char *const *) names->pdata;
  g_autofree char *hint = NULL;

  if (g_strv_contains (known, group))
    return TRUE;
  if (strchr (group, ':') != NULL)
    return check_named_group (group, kind, origin, faults);
  if (strcmp (group, "provider") == 0) {
    faults_add (faults, origin, "[provider] would apply to every provider: "
                "write [provider:NAME] here");
    return FALSE;
  }
  if (strcmp (group, "sink") == 0) {
    faults_add (faults, origin, "[sink] needs a name: write [sink:NAME]");
    return FALSE;
  }
  hint = faults_hint (group, known);
  faults_add (faults, origin, "unknown group [%s]%s", group, hint);
  return FALSE;
}

/* Which group a key that stands in the wrong one belongs to.               */
static const char *
home_of (const char *key)
{
  for (const ConfKey *k = keys; k->group != NULL; k++) {
    if (strcmp (k->key, key) == 0)
      return k->group;
  }
  return NULL;
}

gboolean
config_key_check (const char *group, const char *key, const char *origin,
                  Faults *faults)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *class = group_class (group), *hint = NULL;
  const char *home;

  if (strcmp (class, "provider") == 0 || strcmp (class, "sink") == 0
      || config_key_find (group, key) != NULL)
    return TRUE;
  for (const ConfKey *k = keys; k->group != NULL; k++) {
    if (strcmp (k->group, class) == 0)
      g_ptr_array_add (names, (gpointer) k->key);
  }
  g_ptr_array_add (names, NULL);
  home = home_of (key);
  hint = home != NULL ? g_strdup_printf (" (it belongs to [%s])", home)
                      : faults_hint (key, (const char *const *) names->pdata);
  faults_add (faults, origin, "unknown key \"%s\" in [%s]%s", key, group, hint);
  return FALSE;
}
