/* SPDX-License-Identifier: Apache-2.0
 *
 * job.c - a job from its layers.
 */
#include "job.h"

char *
config_default_store (void)
{
  const char *named = g_getenv ("MDCORE_STORE");

  return g_strdup (named != NULL && *named != '\0' ? named : "mdcore-store");
}
