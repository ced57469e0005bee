/* SPDX-License-Identifier: Apache-2.0
 *
 * error.h - the one GError domain of the core.
 *
 * Codes below 1000 are `enum md_class` as plugins report it; the others are
 * failures that only the core can have.  `error_exit_status` maps both to the
 * documented exit status of the program.
 */
#pragma once

#include <glib.h>
#include <mdcore.h>

#define CORE_ERROR (core_error_quark ())
GQuark core_error_quark (void);

typedef enum {
  CORE_ERROR_USAGE         = 1000, /* command line or job file: exit 2      */
  CORE_ERROR_STORE_MISSING = 1100, /* the store's group: exit 5             */
  CORE_ERROR_STORE_LOCKED  = 1110,
  CORE_ERROR_STORE_DAMAGED = 1120,
  CORE_ERROR_STORE_FORMAT  = 1130, /* written by a newer program            */
  CORE_ERROR_STORE_FULL    = 1140, /* no space, or not writable             */
  CORE_ERROR_STORE         = 1190,
  CORE_ERROR_PLUGIN        = 1200, /* could not be loaded: exit 6           */
  CORE_ERROR_DATA          = 1300, /* bytes that are not what they claim    */
  CORE_ERROR_IO            = 1400
} CoreError;

/* Fills `err` (may be NULL); returns klass, so `return md_fail (...)`.     */
int md_fail (struct md_error *err, int klass, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
void md_error_init (struct md_error *err);
/* GError of the same class and sentence.                                   */
void error_from_md (GError **error, const struct md_error *err);
/* And back; an unclassified GError becomes MD_ERR_INTERNAL.                */
int error_to_md (const GError *error, struct md_error *err);
/* "auth", "limited", ... for logs, JSON and metrics.                       */
const char *error_class_name (int code);
/* 1, 2, 4, 5 or 6 (docs/cli.md).                                           */
int error_exit_status (const GError *error);
