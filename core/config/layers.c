/* SPDX-License-Identifier: Apache-2.0
 *
 * layers.c - every value that anything says, weakest first.
 */
#include "private.h"
#include "build-config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No job file is anywhere near; a wrong path may name a device.            */
#define LARGEST_FILE (16 * 1024 * 1024)

/* ---- values ------------------------------------------------------------ */

void
config_wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

ConfigValue *
config_value_new (ConfigLayer layer, const char *group, const char *key,
                  const char *value, const char *origin, const char *dir,
                  const char *exposed)
{
  ConfigValue *made = g_new0 (ConfigValue, 1);

  made->layer = layer;
  made->group = g_strdup (group);
  made->key = g_strdup (key);
  made->value = g_strdup (value);
  made->origin = g_strdup (origin);
  made->dir = g_strdup (dir);
  made->exposed = g_strdup (exposed);
  return made;
}

ConfigValue *
config_value_copy (const ConfigValue *value)
{
  ConfigValue *copy
    = config_value_new (value->layer, value->group, value->key, value->value,
                        value->origin, value->dir, value->exposed);

  copy->secret = value->secret;
  return copy;
}

void
config_value_free (ConfigValue *value)
{
  if (value == NULL)
    return;
  config_wipe (value->value);
  g_free (value->group);
  g_free (value->key);
  g_free (value->origin);
  g_free (value->dir);
  g_free (value->exposed);
  g_free (value);
}

char *
config_provider_name (const char *provider)
{
  g_autofree char *base = g_path_get_basename (provider);

  return g_str_has_suffix (base, ".so")
           ? g_strndup (base, strlen (base) - strlen (".so"))
           : g_steal_pointer (&base);
}

/* "MDCORE_PROVIDER_..." cannot tell '-' from '_' or case.                  */
static gboolean
same_name (const char *a, const char *b)
{
  for (; *a != '\0' && *b != '\0'; a++, b++) {
    char x = *a == '-' ? '_' : g_ascii_tolower (*a);
    char y = *b == '-' ? '_' : g_ascii_tolower (*b);

    if (x != y)
      return FALSE;
  }
  return *a == *b;
}

gboolean
config_group_counts (const char *group, const char *wanted,
                     const char *provider)
{
  if (strcmp (group, wanted) == 0)
    return TRUE;
  if (strcmp (wanted, "provider") == 0 && provider != NULL)
    return g_str_has_prefix (group, "provider:")
           && same_name (group + strlen ("provider:"), provider);
  return g_str_has_prefix (wanted, "sink:") && same_name (group, wanted);
}

const ConfigValue *
config_lookup (const GPtrArray *layers, const char *group, const char *key,
               const char *provider)
{
  for (guint i = layers->len; i-- > 0;) {
    const ConfigValue *value = g_ptr_array_index (layers, i);

    if (strcmp (value->key, key) == 0
        && config_group_counts (value->group, group, provider))
      return *value->value != '\0' ? value : NULL;
  }
  return NULL;
}

/* ---- files ------------------------------------------------------------- */

/* What is read is what was looked at: the descriptor, not the path.        */
static char *
slurp (int fd, const struct stat *info, gsize *ret_len, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 buf[4096];
  gssize n;

  if (S_ISDIR (info->st_mode)) {
    g_set_error_literal (error, CORE_ERROR, CORE_ERROR_USAGE,
                         "is a folder, not a file");
    return NULL;
  }
  while ((n = read (fd, buf, sizeof buf)) != 0) {
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 || bytes->len > LARGEST_FILE) {
      g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE, "%s",
                   n < 0 ? g_strerror (errno) : "is no job file: too large");
      return NULL;
    }
    g_byte_array_append (bytes, buf, (guint) n);
  }
  *ret_len = bytes->len;
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  return (char *) g_byte_array_free (g_steal_pointer (&bytes), FALSE);
}

static char *
exposure (const char *path, const struct stat *info)
{
  if (!S_ISREG (info->st_mode) || (info->st_mode & 044) == 0)
    return NULL;
  return g_strdup_printf ("others may read %s (mode %04o): run `chmod 600 "
                          "%s`, or", path, info->st_mode & 07777, path);
}

static FileKind
kind_of (ConfigLayer layer)
{
  return layer == LAYER_JOB       ? FILE_JOB
         : layer == LAYER_INCLUDE ? FILE_INCLUDE
                                  : FILE_DEFAULTS;
}

/* named_by: the line that names the file; NULL when it may be absent.      */
static void
read_file (const char *path, ConfigLayer layer, const char *named_by,
           GPtrArray *values, Faults *faults)
{
  g_autofree char *dirname = g_path_get_dirname (path), *dir = NULL;
  g_autofree char *exposed = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;
  struct stat info = { 0 };
  gsize len = 0;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &info) != 0) {
    if (named_by != NULL || errno != ENOENT)
      faults_add (faults, named_by != NULL ? named_by : path, "%s: %s", path,
                  g_strerror (errno));
    if (fd >= 0)
      close (fd);
    return;
  }
  text = slurp (fd, &info, &len, &error);
  close (fd);
  if (text == NULL) {
    faults_add (faults, path, "%s", error->message);
    return;
  }
  dir = g_canonicalize_filename (dirname, NULL);
  exposed = exposure (path, &info);
  config_scan (&(ScanSource) { kind_of (layer), path, dir, exposed, layer },
               text, len, values, faults);
  explicit_bzero (text, len);
}

static char *
system_file (void)
{
  const char *named = g_getenv ("MDCORE_SYSTEM_CONFIG");

  return g_strdup (named != NULL ? named : MDCORE_SYSCONF_DIR "/mdcore.ini");
}

/* One level, and in job files only: what a job starts from stays easy to
 * tell.                                                                    */
static void
refuse_include (const GPtrArray *values, guint first, Faults *faults)
{
  for (guint i = first; i < values->len; i++) {
    const ConfigValue *value = g_ptr_array_index (values, i);

    if (strcmp (value->group, "job") == 0
        && strcmp (value->key, "include") == 0)
      faults_add (faults, value->origin, "only a job file can include others");
  }
}

/* Weaker than the file that names them; the later one is the stronger one. */
static void
read_includes (const GPtrArray *job_file, GPtrArray *values, Faults *faults)
{
  const ConfigValue *include = config_lookup (job_file, "job", "include", NULL);
  g_auto (GStrv) paths = include != NULL ? config_list (include->value) : NULL;
  guint first = values->len;

  for (char **p = paths; p != NULL && *p != NULL; p++) {
    g_autofree char *path = config_path (*p, include->dir);

    read_file (path, LAYER_INCLUDE, include->origin, values, faults);
  }
  refuse_include (values, first, faults);
}

static void
read_job (const char *path, GPtrArray *values, Faults *faults)
{
  g_autoptr (GPtrArray) own
    = g_ptr_array_new_with_free_func ((GDestroyNotify) config_value_free);

  read_file (path, LAYER_JOB, "job file", own, faults);
  read_includes (own, values, faults);
  for (guint i = 0; i < own->len; i++)
    g_ptr_array_add (values, config_value_copy (g_ptr_array_index (own, i)));
}

/* ---- environment and command line -------------------------------------- */

/* The group that an upper-case name stands for: "SINK_LAKE" -> "sink:lake".
 * (transfer full)                                                          */
static char *
group_of_variable (const char *upper)
{
  static const char *const classes[] = { "sink_", "provider_" };
  g_autofree char *lower = g_ascii_strdown (upper, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++) {
    gsize len = strlen (classes[i]);

    if (g_str_has_prefix (lower, classes[i])) {
      lower[len - 1] = ':';
      return g_steal_pointer (&lower);
    }
  }
  return g_steal_pointer (&lower);
}

static char *
key_of_variable (const char *group, const char *upper)
{
  char *lower = g_ascii_strdown (upper, -1);

  if (strcmp (group, "rate_limit") == 0
      && g_str_has_prefix (lower, "bucket_"))
    lower[strlen ("bucket")] = '.';
  return lower;
}

static void
read_environment (GPtrArray *values, Faults *faults)
{
  g_auto (GStrv) names = g_listenv ();
  g_autofree char *here = g_get_current_dir ();

  for (char **name = names; *name != NULL; name++) {
    const char *rest = *name + strlen ("MDCORE_");
    const char *gap = strstr (*name, "__");
    g_autofree char *upper = NULL, *group = NULL, *key = NULL, *origin = NULL;

    if (!g_str_has_prefix (*name, "MDCORE_") || gap == NULL || gap <= rest)
      continue;
    upper = g_strndup (rest, (gsize) (gap - rest));
    group = group_of_variable (upper);
    key = key_of_variable (group, gap + 2);
    origin = g_strconcat ("environment ", *name, NULL);
    if (!g_utf8_validate (g_getenv (*name), -1, NULL))
      faults_add (faults, origin, "not valid UTF-8");
    /* [provider] and [provider:NAME] are both fine here.                   */
    else if (config_group_check (group, FILE_INCLUDE, origin, faults)
        && config_key_check (group, key, origin, faults))
      g_ptr_array_add (values,
                       config_value_new (LAYER_ENVIRONMENT, group, key,
                                         g_getenv (*name), origin, here,
                                         NULL));
  }
}

static void
read_set (const char *set, const char *here, GPtrArray *values,
          Faults *faults)
{
  const char *equals = strchr (set, '='), *dot = strchr (set, '.');
  g_autofree char *group = NULL, *key = NULL;

  if (equals == NULL || dot == NULL || dot > equals || dot == set
      || dot + 1 == equals) {
    g_autofree char *name = g_strndup (set, strcspn (set, "="));

    faults_add (faults, "--set", "\"%s\": write GROUP.KEY=VALUE", name);
    return;
  }
  group = g_strndup (set, (gsize) (dot - set));
  key = g_strndup (dot + 1, (gsize) (equals - dot - 1));
  if (!g_utf8_validate (set, -1, NULL)) {
    faults_add (faults, "--set", "%s.%s: not valid UTF-8", group, key);
    return;
  }
  if (config_group_check (group, FILE_INCLUDE, "--set", faults)
      && config_key_check (group, key, "--set", faults))
    g_ptr_array_add (values,
                     config_value_new (LAYER_COMMAND, group, key, equals + 1,
                                       "--set", here,
                                       "every user of this machine sees "
                                       "command lines:"));
}

/* ---- all of them ------------------------------------------------------- */

static void
read_files (const char *job, GPtrArray *values, Faults *faults)
{
  g_autofree char *system = system_file ();
  g_autofree char *user = g_build_filename (g_get_user_config_dir (),
                                            "mdcore", "mdcore.ini", NULL);

  read_file (system, LAYER_SYSTEM, NULL, values, faults);
  read_file (user, LAYER_USER, NULL, values, faults);
  refuse_include (values, 0, faults);
  if (job != NULL)
    read_job (job, values, faults);
}

GPtrArray *
config_layers (const char *path, const GPtrArray *command,
               const JobOverrides *overrides, Faults *faults)
{
  GPtrArray *values
    = g_ptr_array_new_with_free_func ((GDestroyNotify) config_value_free);
  g_autofree char *here = g_get_current_dir ();
  guint first;

  read_files (path, values, faults);
  first = values->len;
  read_environment (values, faults);
  for (guint i = 0; command != NULL && i < command->len; i++)
    g_ptr_array_add (values,
                     config_value_copy (g_ptr_array_index (command, i)));
  for (const char *const *s = overrides != NULL ? overrides->sets : NULL;
       s != NULL && *s != NULL; s++)
    read_set (*s, here, values, faults);
  if (overrides != NULL && overrides->store != NULL)
    g_ptr_array_add (values,
                     config_value_new (LAYER_COMMAND, "store", "path",
                                       overrides->store, "--store", here,
                                       NULL));
  refuse_include (values, first, faults);
  return values;
}
