/* SPDX-License-Identifier: Apache-2.0
 *
 * private.h - what the files of this room share.
 */
#pragma once

#include "job.h"

#include "data/nearest.h"

/* ---- faults ----------------------------------------------------------- */

/* Everything that is wrong, so that one look mends all of it.              */
typedef struct Faults Faults;
Faults *faults_new (void);
void faults_free (Faults *faults);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Faults, faults_free)
/* origin: "us.ini:12"; kept once.                                          */
void faults_add (Faults *faults, const char *origin, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
/* CORE_ERROR_USAGE with a line each, by file and line; TRUE when none.     */
gboolean faults_none (const Faults *faults, GError **error);
/* " (did you mean \"...\"?)" or "".  (transfer full)                       */
char *faults_hint (const char *typo, const char *const *names);

/* ---- files ------------------------------------------------------------ */

typedef enum {
  FILE_DEFAULTS, /* system, user: [provider:NAME]                           */
  FILE_INCLUDE,  /* both                                                    */
  FILE_JOB       /* [provider]                                              */
} FileKind;

/* A text to scan, and what every value of it gets.                         */
typedef struct {
  FileKind kind;
  const char *name;    /* how faults call the file                          */
  const char *dir, *exposed;
  ConfigLayer layer;
} ScanSource;
/* Appends a ConfigValue for each sound line of an INI text, escapes undone. */
void config_scan (const ScanSource *source, const char *text, gsize len,
                  GPtrArray *values, Faults *faults);
/* The key of the table; NULL when there is none.  group may be "sink:x".   */
const ConfKey *config_key_find (const char *group, const char *key);
/* A group of this file kind?  Else a fault.                                */
gboolean config_group_check (const char *group, FileKind kind,
                             const char *origin, Faults *faults);
/* [provider] and [sink:NAME] belong to plugins; others to the table.       */
gboolean config_key_check (const char *group, const char *key,
                           const char *origin, Faults *faults);

/* ---- layers ----------------------------------------------------------- */

ConfigValue *config_value_new (ConfigLayer layer, const char *group,
                               const char *key, const char *value,
                               const char *origin, const char *dir,
                               const char *exposed);
void config_value_free (ConfigValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfigValue, config_value_free)
ConfigValue *config_value_copy (const ConfigValue *value);

/* Reads all layers into one list, weakest first.  path NULL: no job file;
 * command: ConfigValues of the command line, or NULL.                      */
GPtrArray *config_layers (const char *path, const GPtrArray *command,
                          const JobOverrides *overrides, Faults *faults);
/* The strongest value; provider (may be NULL) makes [provider:NAME] count
 * for "provider".  An empty value counts as none.                          */
const ConfigValue *config_lookup (const GPtrArray *layers, const char *group,
                                  const char *key, const char *provider);
/* Does a value of `group` count for the wanted one?                        */
gboolean config_group_counts (const char *group, const char *wanted,
                              const char *provider);
/* "acme" of "acme" and of "./build/acme.so".                               */
char *config_provider_name (const char *provider);
/* The first usual environment variable of a key that is set; *ret_name gets
 * its name.  (transfer full)                                               */
char *config_usual_variable (const struct md_key *key, char **ret_name);

/* ---- values ----------------------------------------------------------- */

/* Undoes ${env:}, ${file:} and ${cred:}.  *ret_literal: no reference was
 * in it.                                                                   */
char *config_expand (const ConfigValue *value, gboolean *ret_literal,
                     GError **error);
/* Absolute; "~/" is home.                                                  */
char *config_path (const char *text, const char *dir);
/* "a, b" -> { "a", "b", NULL }                                             */
char **config_list (const char *text);

gboolean value_parse_int (const char *text, gint64 *ret, GError **error);
gboolean value_parse_number (const char *text, double *ret, GError **error);
gboolean value_parse_bool (const char *text, gboolean *ret, GError **error);
gboolean value_parse_size (const char *text, gsize *ret, GError **error);
gboolean value_parse_rate (const char *text, RateLimit *ret, GError **error);
gboolean value_parse_choice (const char *text, const char *choices,
                             guint *ret, GError **error);
/* "https://host:443" of a URL without user and password.                   */
char *value_parse_origin (const char *text, GError **error);

/* Into the member that the key names; dir: for relative paths.             */
gboolean config_member_set (Job *job, const ConfKey *key, const char *text,
                            const char *dir, GError **error);
const char *config_job_place (const Job *job);
/* UTF-8 without control characters?                                       */
gboolean config_is_symbol (const char *text);
/* Expands names, @universe, file: and *; notes gets a line a universe.     */
char **config_symbols (const char *text, const char *dir, GPtrArray *notes,
                       GError **error);

/* ---- a job being built ------------------------------------------------ */

typedef struct {
  Job *job;
  const GPtrArray *layers;
  Faults *faults;
} ConfigBuild;

/* A copy for Job.settings.                                                 */
void config_keep_setting (Job *job, const ConfigValue *value,
                          gboolean secret);
/* The values of a plugin's group as they count, each key once, in the order
 * of their first mention; into `settings` too, if not NULL.                */
void config_keep_group (ConfigBuild *build, const char *group,
                        const char *provider, GHashTable *settings);
void config_apply_sinks (ConfigBuild *build);

/* Overwrites before it frees.                                              */
void config_wipe (char *text);
