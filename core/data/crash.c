/* SPDX-License-Identifier: Apache-2.0
 *
 * crash.c - the list of crash points, and dying at one of them.
 */
#include "crash.h"

#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {
#if MDCORE_TEST_HOOKS
  "open:before-create",   /* the lock is held, nothing is there yet         */
  "open:before-format",   /* families exist, the format is not written      */
  "open:after",           /* the store is open for writing                  */
  "commit:before-write",  /* the batch is complete, nothing is written      */
  "commit:after-write",   /* it is on disk, nobody has been told            */
  "backup:after-tables",  /* tables are copied, the log is not              */
  "backup:before-rename", /* the copy is whole, its name is not             */
  "note:before-write",    /* a provider's note is not on disk               */
  "note:after-write",     /* it is, and the provider has not been told      */
  "download:piece",       /* some bytes of a download are in its file       */
  "download:whole",       /* all are, nobody has checked them               */
  "download:renamed",     /* it is checked and has its name                 */
  "prune:after-ledger",   /* the ledger says pruned, rows are still there   */
#endif
  NULL
};

const char *const *
crash_point_names (void)
{
  return names;
}

#if MDCORE_TEST_HOOKS
/* Times until death, per process; G_MININT until the first look.           */
static gint left = G_MININT;

static gboolean
is_meant (const char *wanted, const char *name)
{
  gsize len = strlen (name);

  return strncmp (wanted, name, len) == 0
         && (wanted[len] == '\0'
             || (wanted[len] == ':' && g_ascii_isdigit (wanted[len + 1])));
}

void
crash_point (const char *name)
{
  const char *wanted = g_getenv ("MDCORE_CRASH_AT");

  if (!g_strv_contains (names, name))
    g_error ("crash point \"%s\" is not in the list of crash.c", name);
  if (wanted == NULL || !is_meant (wanted, name))
    return;
  if (g_atomic_int_get (&left) == G_MININT) {
    const char *count = wanted + strlen (name);
    int times = *count == ':' ? atoi (count + 1) : 1;

    g_atomic_int_compare_and_exchange (&left, G_MININT, MAX (times, 1));
  }
  if (g_atomic_int_dec_and_test (&left))
    kill (getpid (), SIGKILL);
}
#endif
