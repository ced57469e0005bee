/* SPDX-License-Identifier: Apache-2.0
 *
 * files.h - walking through local files (files.c) and making a fetch of them
 * (import.c).
 */
#ifndef DATABENTO_FILES_H
#define DATABENTO_FILES_H

#include "databento.h"

enum file_kind {
  FILE_DBN, FILE_FRAGMENT, FILE_ZIP, FILE_LEGACY,
  FILE_SUPPORT, /* manifests and the like of a batch download                */
  FILE_OTHER
};

enum file_kind file_kind (const char *name);
/* Of a fragment, from its name; 0: the name does not tell.                  */
unsigned file_version (const char *name);
bool file_name_is_safe (const char *name);

struct walk {
  struct feed *feed;
  /* Before a file of a folder is opened.                                    */
  bool (*wants) (const struct walk *walk, const char *path);
  /* For each file or member, its bytes ready to be read; `shown` names it in
   * messages, `name` tells its kind.                                        */
  int (*visit) (struct walk *walk, const char *shown, const char *name,
                struct md_error *err);
};

int walk_files (struct walk *walk, const char *path, struct md_error *err);

#endif
