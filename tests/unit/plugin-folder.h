/* SPDX-License-Identifier: Apache-2.0
 *
 * plugin-folder.h - what the tests of core/plugin share: a folder of plugins
 * for each test, and a main that plays the examining child as well.
 */
#pragma once

#include "plugin/plugin.h"

typedef struct {
  char *dir;
} Folder;

void folder_set_up (Folder *folder, gconstpointer data);
void folder_tear_down (Folder *folder, gconstpointer data);
void folder_remove (const char *dir);
char *folder_path (const Folder *folder, const char *name);
void folder_put (const char *path, const void *bytes, gsize len, int mode);
/* Copies a plugin of the corpus; the path.  (transfer full)                */
char *folder_put_plugin (const Folder *folder, const char *which,
                         const char *as);
char *plugin_corpus (const char *name);

/* What examining it says is wrong.  (transfer full)                        */
char *plugin_error (const char *path);
void assert_says (const char *text, const char *part);
PluginInfo *infos_find (GPtrArray *infos, const char *name);
/* This machine may have plugins installed: those under `dir` alone.        */
guint infos_under (GPtrArray *infos, const char *dir);

/* HOME, cache and search path are the tests' own.                          */
int plugin_test_main (int argc, char **argv, void (*add_tests) (void));

#define add(path, function) g_test_add_func ("/plugin/" path, function)
#define add_in_folder(path, function)                                       \
  g_test_add ("/plugin/" path, Folder, NULL, folder_set_up, function,       \
              folder_tear_down)
