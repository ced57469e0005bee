/* SPDX-License-Identifier: Apache-2.0
 *
 * cli.c - what the subcommands share: options, failure, store path, help.
 */
#include "cli.h"

#include "data/nearest.h"
#include "observe/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Not g_printerr: it would turn a symbol's letters into '?' in a C locale. */
int
cli_fail (GError *error)
{
  int status = error_exit_status (error);

  fprintf (stderr, "mdcore: %s\n", error->message);
  g_error_free (error);
  return status;
}

int
cli_usage (const char *name, const char *format, ...)
{
  va_list args;

  fprintf (stderr, "mdcore %s: ", name);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fprintf (stderr, "; `mdcore %s --help` tells more\n", name);
  return EXIT_USAGE;
}

char *
cli_store_path (Cli *cli, const Job *job)
{
  if (cli->store != NULL)
    return g_strdup (cli->store);
  if (job != NULL && job->store_path != NULL)
    return g_strdup (job->store_path);
  return config_default_store ();
}

Job *
cli_load_job (Cli *cli, const char *path, GError **error)
{
  JobOverrides overrides = { .sets = (const char *const *) cli->sets,
                             .store = cli->store };

  return job_load (path, &overrides, error);
}

/* ---- common options --------------------------------------------------- */

#define N_COMMON 8

/* Texts are FILENAME, or GOption would refuse what the locale cannot say. */
static void
common_options (Cli *cli, GOptionEntry entries[N_COMMON])
{
  const GOptionEntry common[N_COMMON] = {
    { "plugin-path", 0, 0, G_OPTION_ARG_FILENAME, &cli->plugin_path,
      "Look for plugins in these directories first", "DIR[:DIR]" },
    { "store", 0, 0, G_OPTION_ARG_FILENAME, &cli->store,
      "The store to use", "PATH" },
    { "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &cli->sets,
      "Override one setting of the job", "GROUP.KEY=VALUE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &cli->json, "Answer as JSON", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &cli->quiet, "No progress", NULL },
    { "log-level", 0, 0, G_OPTION_ARG_FILENAME, &cli->log_level,
      "debug, info, warning or error", "LEVEL" },
    { "log-format", 0, 0, G_OPTION_ARG_FILENAME, &cli->log_format,
      "text or json", "FORMAT" },
    { NULL }
  };

  memcpy (entries, common, sizeof common);
}

void
cli_clear (Cli *cli)
{
  g_free (cli->plugin_path);
  g_free (cli->store);
  g_strfreev (cli->sets);
  g_free (cli->log_level);
  g_free (cli->log_format);
}

static gboolean
bad_choice (GError **error, const char *option, const char *value,
            const char *const *choices)
{
  g_autofree char *list = g_strjoinv (", ", (char **) choices);

  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "--%s %s: must be one of %s", option, value, list);
  return FALSE;
}

static gboolean
apply_log_options (const Cli *cli, GError **error)
{
  static const char *const formats[] = { "text", "json", NULL };
  static const char *const levels[] = { "debug", "info", "warning", "error",
                                        NULL };
  static const int numbers[] = { MD_LOG_DEBUG, MD_LOG_INFO, MD_LOG_WARNING,
                                 LOG_ERROR };
  const char *format = cli->log_format != NULL ? cli->log_format : "text";
  const char *level = cli->log_level != NULL ? cli->log_level : "info";
  gsize i = 0;

  if (!g_strv_contains (formats, format))
    return bad_choice (error, "log-format", format, formats);
  while (levels[i] != NULL && strcmp (levels[i], level) != 0)
    i++;
  if (levels[i] == NULL)
    return bad_choice (error, "log-level", level, levels);
  log_setup (strcmp (format, "json") == 0 ? LOG_JSON : LOG_TEXT, numbers[i]);
  return TRUE;
}

/* ---- parsing ---------------------------------------------------------- */

/* GOption says "Unknown option --refresh": name the one that was meant.    */
static void
suggest_option (GError **error, const char *command,
                const GOptionEntry *entries, const GOptionEntry *common)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *message = g_strdup ((*error)->message);
  const char *typo = strstr (message, "--"), *nearest = NULL;

  for (; entries != NULL && entries->long_name != NULL; entries++)
    g_ptr_array_add (names, (gpointer) entries->long_name);
  for (; common->long_name != NULL; common++)
    g_ptr_array_add (names, (gpointer) common->long_name);
  g_ptr_array_add (names, NULL);
  if (g_error_matches (*error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION)
      && typo != NULL)
    nearest = nearest_name (typo + 2, (const char *const *) names->pdata);
  g_clear_error (error);
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "%s: %s%s%s%s; `mdcore %s --help` lists the options", command,
               message, nearest != NULL ? " (did you mean --" : "",
               nearest != NULL ? nearest : "", nearest != NULL ? "?)" : "",
               command);
}

static const Command *
find_command (const char *name)
{
  for (const Command *c = commands; c->name != NULL; c++) {
    if (strcmp (c->name, name) == 0)
      return c;
  }
  return NULL;
}

/* "--" ends the options and is no argument itself.                         */
static void
drop_separator (int *argc, char **argv)
{
  if (*argc < 2 || strcmp (argv[1], "--") != 0)
    return;
  memmove (argv + 1, argv + 2, (gsize) (*argc - 1) * sizeof *argv);
  (*argc)--;
}

gboolean
cli_parse (Cli *cli, const char *name, const GOptionEntry *entries, int *argc,
           char ***argv, GError **error)
{
  const Command *command = find_command (name);
  g_autoptr (GOptionContext) context = NULL;
  g_autofree char *program = g_strconcat ("mdcore ", name, NULL);
  GOptionEntry common[N_COMMON];
  GError *local = NULL;

  common_options (cli, common);
  context = g_option_context_new (command != NULL ? command->synopsis : NULL);
  if (command != NULL)
    g_option_context_set_summary (context, command->summary);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, common, NULL);
  /* The usage line shows the program's name, not argv[0].                  */
  g_set_prgname (program);
  if (!g_option_context_parse (context, argc, argv, &local)) {
    suggest_option (&local, name, entries, common);
    g_propagate_error (error, local);
    return FALSE;
  }
  drop_separator (argc, *argv);
  return apply_log_options (cli, error);
}

/* ---- finding the command ---------------------------------------------- */

/* How many arguments a common option takes up here, 0 = it is none.        */
static int
common_option_width (const char *arg)
{
  Cli nobody;
  GOptionEntry common[N_COMMON];

  common_options (&nobody, common);
  for (const GOptionEntry *e = common; e->long_name != NULL; e++) {
    gsize len = strlen (e->long_name);

    if (e->short_name != 0 && arg[1] == e->short_name && arg[2] == '\0')
      return 1;
    if (!g_str_has_prefix (arg, "--")
        || strncmp (arg + 2, e->long_name, len) != 0)
      continue;
    if (arg[2 + len] == '=')
      return 1;
    if (arg[2 + len] == '\0')
      return e->arg == G_OPTION_ARG_NONE ? 1 : 2;
  }
  return 0;
}

gboolean
cli_find_command (int argc, char **argv)
{
  int at = 1;
  char *name;

  while (at < argc && argv[at][0] == '-') {
    int width = common_option_width (argv[at]);

    if (width == 0)
      break;
    at += width;
  }
  if (at >= argc)
    return FALSE;
  name = argv[at];
  memmove (argv + 2, argv + 1, (gsize) (at - 1) * sizeof *argv);
  argv[1] = name;
  return TRUE;
}

static void
print_common_options (void)
{
  Cli nobody;
  GOptionEntry common[N_COMMON];

  common_options (&nobody, common);
  for (const GOptionEntry *e = common; e->long_name != NULL; e++) {
    g_autofree char *option
      = g_strconcat ("--", e->long_name, e->arg_description ? "=" : "",
                     e->arg_description ? e->arg_description : "", NULL);

    printf ("  %-26s%s\n", option, e->description);
  }
}

void
cli_print_help (void)
{
  puts ("Usage: mdcore COMMAND [OPTION...]\n\nCommands:");
  for (const Command *c = commands; c->name != NULL; c++) {
    if (!c->hidden)
      printf ("  %-26s%s\n", c->name, c->summary);
  }
  puts ("\nOptions of every command:");
  print_common_options ();
  puts ("  --version                 Print the version and end\n\n"
        "`mdcore COMMAND --help` tells more.");
}

static int
unknown_command (const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *nearest;

  for (const Command *c = commands; c->name != NULL; c++) {
    if (!c->hidden)
      g_ptr_array_add (names, (gpointer) c->name);
  }
  g_ptr_array_add (names, NULL);
  nearest = nearest_name (name, (const char *const *) names->pdata);
  fprintf (stderr, "mdcore: unknown %s \"%s\"%s%s%s; `mdcore --help` lists "
           "them\n", name[0] == '-' ? "option" : "command", name,
           nearest != NULL ? " (did you mean \"" : "",
           nearest != NULL ? nearest : "", nearest != NULL ? "\"?)" : "");
  return EXIT_USAGE;
}

int
cli_run (Cli *cli, int argc, char **argv)
{
  const Command *command = find_command (argv[1]);

  return command != NULL ? command->run (cli, argc - 1, argv + 1)
                         : unknown_command (argv[1]);
}
