/* SPDX-License-Identifier: Apache-2.0
 *
 * entitlement.c - the reason of an unavailable span, written and read.
 */
#include "entitlement.h"

#include "data/error.h"

#define BEGIN "not in the plan \""
#define END "\": "

char *
entitlement_reason (const char *plan, const struct md_error *err)
{
  if (plan == NULL)
    return g_strdup_printf ("%s: %s", error_class_name (err->klass),
                            err->message);
  return g_strconcat (BEGIN, plan, END, err->message, NULL);
}

gboolean
entitlement_is_outdated (const char *reason, const char *plan)
{
  g_autofree char *this_plan = NULL;

  if (plan == NULL || reason == NULL || !g_str_has_prefix (reason, BEGIN))
    return FALSE;
  this_plan = g_strconcat (BEGIN, plan, END, NULL);
  return !g_str_has_prefix (reason, this_plan);
}
