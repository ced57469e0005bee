/* SPDX-License-Identifier: Apache-2.0
 *
 * job.h - a job, read from its INI file through all the layers.
 *
 * The only room that knows GKeyFile.  Layers, weakest first: built-in,
 * /etc/mdcore/mdcore.ini, ~/.config/mdcore/mdcore.ini, `include`, the job
 * file, MDCORE_<GROUP>__<KEY>, --set group.key=value.  docs/jobs.md is the
 * reference of every key.
 */
#pragma once

#include "data/error.h"

typedef struct {
  guint max_retries;        /* [retry] max_retries = 5                      */
  gint64 base, cap;         /* [retry] base = 1s, cap = 60s: full jitter    */
} RetryPolicy;

typedef struct {
  double per_second;        /* [rate_limit] rate = 200/min; 0 = unlimited   */
  double burst;
} RateLimit;

typedef struct {
  guint threshold;          /* [breaker] failures in a row                  */
  gint64 cool_down;
} BreakerPolicy;

typedef struct {
  double min_score;         /* [quality] gate, 0 = none                     */
  double max_shrink;        /* 0.01                                         */
  double min_volume, max_volume; /* NaN = no bound                          */
  double max_move;          /* NaN = no warning; share of the last close    */
} QualityPolicy;

typedef struct {
  char *name;               /* [sink:NAME]                                  */
  char *type;               /* plugin name                                  */
  GHashTable *settings;     /* key -> value text                            */
} SinkConfig;

typedef struct Job {
  char *name;
  char *file;               /* as given; NULL for `backfill`                */
  char *provider;
  char **datasets;          /* NULL-terminated; none: the provider's        */
                            /*   default                                    */
  char **schemas;           /* one or more                                  */
  char **symbols;           /* resolved: universes and files expanded,      */
                            /*   duplicates removed, order kept; { "*" }    */
  guint selector;           /* enum md_selector (`symbol_kind = parent`)    */
  md_time start, end;       /* MD_ABSENT end = now, at each run             */
  guint workers;            /* 4                                            */
  gint64 revise;            /* ns before now that each run re-asks          */
  gint64 suspect_for;       /* 7d                                           */
  gint64 max_run_time;      /* 0 = none                                     */
  double max_cost;          /* in the provider's currency; NaN = any        */
  gsize memory_limit;       /* 256 MiB                                      */
  gboolean provisional;
  gboolean unknown_is_warning; /* on_unknown = warn                         */
  char *calendar;           /* instead of the provider's; "none"; or NULL   */
  gboolean keep_raw;        /* [store] raw = keep                           */
  gboolean rows_off;        /* [store] rows = off                           */
  char *store_path;
  RetryPolicy retry;
  RateLimit rate;           /* given: overrides the provider's default      */
  GHashTable *buckets;      /* bucket name -> RateLimit* ([rate_limit]      */
                            /*   bucket.NAME = 10/s)                        */
  BreakerPolicy breaker;
  QualityPolicy quality;
  GPtrArray *sinks;         /* of SinkConfig                                */
  char *notify_exec, *notify_webhook;
  gint64 connect_timeout, stall_timeout; /* [network]                       */
  char *ca_file;            /* certificates trusted instead of the system's */

  GPtrArray *settings;      /* ConfigValue of every key, for config show    */
  GPtrArray *universes;     /* of char *: "etf20 of 2025-01-31, 20 symbols" */
} Job;

typedef enum {
  LAYER_BUILT_IN, LAYER_SYSTEM, LAYER_USER, LAYER_INCLUDE, LAYER_JOB,
  LAYER_ENVIRONMENT, LAYER_COMMAND
} ConfigLayer;

/* Where a value came from, for `config show --origin` and for messages.    */
typedef struct {
  char *group, *key, *value; /* as written, before ${...}                   */
  char *origin;             /* "us.ini:12", "environment MDCORE_...",       */
                            /*   "--set", "built-in"                        */
  ConfigLayer layer;
  gboolean secret;
  char *dir;                /* relative paths start here                    */
  char *exposed;            /* how others can read it there, or NULL        */
} ConfigValue;

typedef struct {
  const char *const *sets;  /* --set, NULL-terminated, or NULL              */
  const char *store;        /* --store, or NULL                             */
} JobOverrides;

/* CORE_ERROR_USAGE with every fault found, a line each, as
 * "FILE:LINE: what is wrong (did you mean ...?)".                          */
Job *job_load (const char *path, const JobOverrides *overrides,
               GError **error);
/* A job without a file: provider, symbols, schema, from, to as texts (NULL =
 * default).                                                                */
Job *job_for_backfill (const char *provider, const char *const *symbols,
                       const char *schema, const char *from, const char *to,
                       const JobOverrides *overrides, GError **error);
void job_free (Job *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

/* [provider] against the plugin's declared keys: types, choices, required,
 * environment names, defaults, ${env:} ${file:} ${cred:}.                  */
typedef struct {
  union md_value *values;   /* in the order of the keys                     */
  gsize n;
  char **secrets;           /* values, NULL-terminated; wiped when freed    */
  char **origins;           /* of MD_KEY_ORIGIN keys, "https://host:port"   */
  char **paths;             /* of MD_KEY_PATH keys, absolute                */
  const struct md_key *keys;
  char **texts;             /* of each key, or NULL where it has no value   */
  char **sources;           /* where that came from                         */
} BoundKeys;
BoundKeys *job_bind_keys (const Job *job, const struct md_key *keys, gsize n,
                          GError **error);
/* The same for one sink's group.                                           */
BoundKeys *job_bind_sink_keys (const Job *job, const SinkConfig *sink,
                               const struct md_key *keys, gsize n,
                               GError **error);
void bound_keys_free (BoundKeys *bound);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BoundKeys, bound_keys_free)
/* The value of a declared key as text, or NULL.                            */
const char *bound_keys_get (const BoundKeys *bound, const char *name);

/* Where the text of a declared key came from: "us.ini:12", "environment
 * VARIABLE", "built-in" (its default), or NULL when it has none.           */
const char *bound_keys_origin (const BoundKeys *bound, const char *name);

/* Every declared key of [provider] or of "sink:NAME" that has a value, from
 * wherever it comes, and whatever else the group holds; nothing is read
 * through ${...}.  keys NULL: the plugin is not known, so all is secret.
 * (transfer full; of ConfigValue)                                          */
GPtrArray *job_describe_keys (const Job *job, const char *group,
                              const struct md_key *keys, gsize n);
/* Where a key's value came from, else the job's file: for messages.        */
const char *job_origin (const Job *job, const char *group, const char *key);
/* The name that a provider's data is filed under: "acme" of a path, too.   */
char *job_provider_name (const Job *job);

/* ---- the keys of every group ------------------------------------------ */

typedef enum {
  CONF_STRING = 10,   /* one line of text                                   */
  CONF_PATH = 20,     /* relative to the file that names it; "~/" is home   */
  CONF_LIST = 30,     /* texts between commas                               */
  CONF_SYMBOLS = 40,  /* names, @universe, file:PATH, or * alone            */
  CONF_TIME = 50,     /* 2024-01-31, RFC 3339, nanoseconds, or now          */
  CONF_DURATION = 60, /* 90s, 3d, 1h30m                                     */
  CONF_INT = 70,
  CONF_NUMBER = 80,
  CONF_SIZE = 90,     /* 64M, 2G: powers of 1024                            */
  CONF_RATE = 100,    /* 200/min, 10/s burst 5                              */
  CONF_BOOL = 110,    /* yes or no                                          */
  CONF_CHOICE = 120
} ConfType;

#define CONF_REQUIRED (1u << 0)
#define CONF_SECRET   (1u << 1) /* masked wherever settings are shown       */
#define CONF_PREFIX   (1u << 2) /* `bucket.`: a name of one's own follows   */
#define CONF_APART    (1u << 3) /* no member of Job: see config/job.c       */

/* One key that a file may hold.  The table drives parsing, suggestions,
 * `config show`, `config keys` and the check of docs/jobs.md.              */
typedef struct {
  const char *group;     /* "sink": of every [sink:NAME]                    */
  const char *key;
  ConfType type;
  guint flags;           /* CONF_...                                        */
  const char *dflt;      /* as it would be written, or NULL                 */
  const char *choices;   /* "fail|warn", the index is what is stored        */
  double min, max;       /* of numbers; both 0 = any                        */
  gsize offset;          /* in Job                                          */
  const char *doc;       /* one line                                        */
} ConfKey;
/* Ends with group NULL.                                                    */
const ConfKey *config_keys (void);
const char *config_type_name (ConfType type);

/* Default store path: $MDCORE_STORE, else ./mdcore-store.                  */
char *config_default_store (void);
