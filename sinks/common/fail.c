/* SPDX-License-Identifier: Apache-2.0
 *
 * fail.c - errors of sinks that write files.
 */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
sink_fail (struct md_error *err, int klass, const char *format, ...)
{
  va_list args;

  err->klass = klass;
  va_start (args, format);
  vsnprintf (err->message, sizeof err->message, format, args);
  va_end (args);
  return klass;
}

int
sink_fail_file (struct md_error *err, const char *doing, const char *path)
{
  int number = errno;
  const char *then = "";

  if (number == ENOSPC || number == EDQUOT || number == EFBIG)
    then = "; make room, then `mdcore sync` or the next run goes on";
  else if (number == EACCES || number == EPERM || number == EROFS)
    then = "; let this user write there, then `mdcore sync` or the next run "
           "goes on";
  else if (number == ENAMETOOLONG)
    then = "; choose a shorter path";
  return sink_fail (err, MD_ERR_INTERNAL, "cannot %s %s: %s%s", doing, path,
                    strerror (number), then);
}
