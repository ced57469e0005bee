/* SPDX-License-Identifier: Apache-2.0
 *
 * error.c - error classes, their names and exit statuses.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

G_DEFINE_QUARK (mdcore-error, core_error)

void
md_error_init (struct md_error *err)
{
  *err = (struct md_error) { .struct_size = sizeof *err,
                             .symbol = MD_ABSENT_NAME };
}

int
md_fail (struct md_error *err, int klass, const char *format, ...)
{
  va_list args;

  if (err == NULL)
    return klass;
  md_error_init (err);
  err->klass = klass;
  va_start (args, format);
  vsnprintf (err->message, sizeof err->message, format, args);
  va_end (args);
  return klass;
}

void
error_from_md (GError **error, const struct md_error *err)
{
  g_set_error_literal (error, CORE_ERROR,
                       err->klass != MD_OK ? err->klass : MD_ERR_INTERNAL,
                       err->message);
}

int
error_to_md (const GError *error, struct md_error *err)
{
  int klass = error->domain == CORE_ERROR && error->code < CORE_ERROR_USAGE
                ? error->code : MD_ERR_INTERNAL;

  return md_fail (err, klass, "%s", error->message);
}

static const struct {
  int code;
  const char *name;
  int exit_status;
} classes[] = {
  { MD_OK, "ok", 0 },
  { MD_ERR_CONFIG, "config", 2 },
  { MD_ERR_AUTH, "auth", 4 },
  { MD_ERR_REQUEST, "request", 1 },
  { MD_ERR_NOT_FOUND, "not-found", 1 },
  { MD_ERR_ENTITLEMENT, "entitlement", 1 },
  { MD_ERR_LIMITED, "limited", 1 },
  { MD_ERR_QUOTA, "quota-until", 1 },
  { MD_ERR_NETWORK, "network", 1 },
  { MD_ERR_PROTOCOL, "protocol", 1 },
  { MD_ERR_CANCELLED, "cancelled", 1 },
  { MD_ERR_UNSUPPORTED, "unsupported", 1 },
  { MD_ERR_INTERNAL, "internal", 1 },
  { CORE_ERROR_USAGE, "usage", 2 },
  { CORE_ERROR_STORE_MISSING, "store-missing", 5 },
  { CORE_ERROR_STORE_LOCKED, "store-locked", 5 },
  { CORE_ERROR_STORE_DAMAGED, "store-damaged", 5 },
  { CORE_ERROR_STORE_FORMAT, "store-format", 5 },
  { CORE_ERROR_STORE_FULL, "store-full", 5 },
  { CORE_ERROR_STORE, "store", 5 },
  { CORE_ERROR_PLUGIN, "plugin", 6 },
  { CORE_ERROR_DATA, "data", 1 },
  { CORE_ERROR_IO, "io", 1 },
};

const char *
error_class_name (int code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++) {
    if (classes[i].code == code)
      return classes[i].name;
  }
  return "internal";
}

int
error_exit_status (const GError *error)
{
  if (error->domain == G_OPTION_ERROR)
    return 2;
  if (error->domain != CORE_ERROR)
    return 1;
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++) {
    if (classes[i].code == error->code)
      return classes[i].exit_status;
  }
  return 1;
}
