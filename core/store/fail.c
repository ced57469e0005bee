/* SPDX-License-Identifier: Apache-2.0
 *
 * fail.c - RocksDB's and the system's failures as the core's errors.
 *
 * RocksDB's C API reports a status as text, so the class is found in the
 * text: its own prefixes, and the system's words for what went wrong.
 */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <rocksdb/c.h>

/* No room, or nobody may write here.                                       */
static gboolean
is_full (int code)
{
  return code == ENOSPC || code == EDQUOT || code == EFBIG || code == EROFS
         || code == EACCES || code == EPERM;
}

static const int full_codes[] = { ENOSPC, EDQUOT, EFBIG, EROFS, EACCES, EPERM };

/* errno is not in the message, its text is: g_strerror is the C locale's
 * because the program never calls setlocale.                               */
static gboolean
says_full (const char *message)
{
  for (gsize i = 0; i < G_N_ELEMENTS (full_codes); i++) {
    if (strstr (message, strerror (full_codes[i])) != NULL)
      return TRUE;
  }
  return strstr (message, "Space limit") != NULL;
}

static CoreError
classify (const char *message)
{
  if (says_full (message))
    return CORE_ERROR_STORE_FULL;
  if (g_str_has_prefix (message, "Corruption")
      || strstr (message, "No such file or directory") != NULL
      || strstr (message, "not found") != NULL)
    return CORE_ERROR_STORE_DAMAGED;
  return CORE_ERROR_STORE;
}

gboolean
fail_rocks (GError **error, const char *path, char *message)
{
  CoreError code = classify (message);

  if (code == CORE_ERROR_STORE_FULL)
    g_set_error (error, CORE_ERROR, code,
                 "store %s cannot be written: %s; make room or grant access, "
                 "then run again: nothing that was committed is lost",
                 path, message);
  else if (code == CORE_ERROR_STORE_DAMAGED)
    g_set_error (error, CORE_ERROR, code,
                 "store %s is damaged: %s; `mdcore store verify` says what is "
                 "readable, `mdcore store restore` brings back a backup",
                 path, message);
  else
    g_set_error (error, CORE_ERROR, code, "store %s: %s", path, message);
  rocksdb_free (message);
  return FALSE;
}

gboolean
fail_errno (GError **error, const char *file, int code, const char *doing)
{
  g_set_error (error, CORE_ERROR,
               is_full (code) ? CORE_ERROR_STORE_FULL : CORE_ERROR_STORE,
               "%s: cannot %s: %s", file, doing, g_strerror (code));
  return FALSE;
}

gboolean
fail_damaged (GError **error, const char *path, const char *format, ...)
{
  va_list args;
  g_autofree char *what = NULL;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_DAMAGED,
               "store %s is damaged: %s; `mdcore store verify` lists all "
               "faults, `mdcore store restore` brings back a backup",
               path, what);
  return FALSE;
}

gboolean
fail_block (GError **error, const char *path, GError *cause)
{
  if (cause->code == CORE_ERROR_DATA)
    fail_damaged (error, path, "%s", cause->message);
  else
    g_set_error (error, cause->domain, cause->code, "store %s: %s", path,
                 cause->message);
  g_error_free (cause);
  return FALSE;
}
