/* SPDX-License-Identifier: Apache-2.0
 *
 * lock.c - the writer's lock and the text in it.
 */
#include "lock.h"
#include "fail.h"

#include "data/clock.h"
#include "data/interval.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* A reader that looks whether the lock is held holds it for an instant.    */
#define TRIES   20
#define TRY_GAP (5 * MD_SECOND / 1000)

struct Lock {
  int fd;
  char *head;  /* pid, command, since                                       */
  gboolean ignores_gate; /* a reader outlasted the wait                     */
};

static char *
lock_file (const char *dir)
{
  return g_build_filename (dir, "lock", NULL);
}

/* The program's name and its words: no options, and nothing with '=', where
 * a setting or a secret could be.                                          */
static char *
own_command (void)
{
  g_autofree char *bytes = NULL;
  gsize len = 0;
  GString *text = g_string_new (NULL);

  if (!g_file_get_contents ("/proc/self/cmdline", &bytes, &len, NULL))
    return g_string_free (text, FALSE);
  for (gsize at = 0; at < len; at += strlen (bytes + at) + 1) {
    const char *word = bytes + at;

    if (word[0] == '-' || strchr (word, '=') != NULL)
      continue;
    if (text->len == 0)
      g_string_append (text, strrchr (word, '/') ? strrchr (word, '/') + 1
                                                 : word);
    else
      g_string_append_printf (text, " %s", word);
  }
  g_string_truncate (text, MIN (text->len, 200));
  return g_string_free (text, FALSE);
}

static char *
describe_holder (int fd)
{
  char text[1024] = "";
  ssize_t n = pread (fd, text, sizeof text - 1, 0);
  g_auto (GStrv) lines = NULL;

  if (n <= 0)
    return g_strdup ("another process");
  lines = g_strsplit (text, "\n", 5);
  if (g_strv_length (lines) < 4)
    return g_strdup ("another process");
  return g_strdup_printf ("process %s (%s, since %s)%s%s", lines[0], lines[1],
                          lines[2], *lines[3] != '\0' ? ": " : "", lines[3]);
}

static gboolean
fail_locked (GError **error, const char *dir, int fd)
{
  g_autofree char *holder = describe_holder (fd);

  g_set_error (error, CORE_ERROR, CORE_ERROR_STORE_LOCKED,
               "store %s is being written by %s; wait until it has finished, "
               "or stop it: what it committed stays", dir, holder);
  return FALSE;
}

static gboolean
take (int fd, const char *dir, const char *file, GError **error)
{
  for (int tries = 1; flock (fd, LOCK_EX | LOCK_NB) < 0; tries++) {
    if (errno == EINTR)
      continue;
    if (errno != EWOULDBLOCK)
      return fail_errno (error, file, errno, "lock it");
    if (tries == TRIES)
      return fail_locked (error, dir, fd);
    g_usleep (TRY_GAP / 1000);
  }
  return TRUE;
}

Lock *
lock_take (const char *dir, GError **error)
{
  g_autofree char *file = lock_file (dir);
  g_autofree char *command = NULL;
  char since[TIME_TEXT_SIZE];
  int fd = open (file, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  Lock *lock;

  if (fd < 0) {
    fail_errno (error, file, errno, "open it for writing");
    return NULL;
  }
  if (!take (fd, dir, file, error)) {
    close (fd);
    return NULL;
  }
  lock = g_new0 (Lock, 1);
  lock->fd = fd;
  command = own_command ();
  time_format (clock_now () / MD_SECOND * MD_SECOND, since);
  lock->head = g_strdup_printf ("%d\n%s\n%s\n", (int) getpid (), command,
                                since);
  lock_set_progress (lock, "");
  return lock;
}

/* A disk without room for the text changes nothing about the lock.         */
static gboolean
write_text (int fd, const char *text, gsize len)
{
  return pwrite (fd, text, len, 0) == (ssize_t) len
         && ftruncate (fd, (off_t) len) == 0;
}

/* One write of the whole text, so that who reads it sees no half of it.    */
void
lock_set_progress (Lock *lock, const char *line)
{
  g_autofree char *text = g_strdup_printf ("%s%.400s\n", lock->head, line);
  gsize len = strlen (text);

  for (char *c = text + strlen (lock->head); c < text + len - 1; c++)
    *c = *c == '\n' ? ' ' : *c;
  write_text (lock->fd, text, len);
}

void
lock_release (Lock *lock)
{
  if (lock == NULL)
    return;
  write_text (lock->fd, "", 0);
  flock (lock->fd, LOCK_UN); /* a forked child may still have the file      */
  close (lock->fd);
  g_free (lock->head);
  g_free (lock);
}

gboolean
lock_is_held (const char *dir)
{
  g_autofree char *file = lock_file (dir);
  int fd = open (file, O_RDONLY | O_CLOEXEC);
  gboolean held;

  if (fd < 0)
    return FALSE;
  held = flock (fd, LOCK_SH | LOCK_NB) < 0;
  close (fd);
  return held;
}

/* ---- readers --------------------------------------------------------- */

/* A lock of one byte of the file, which has nothing to do with flock.      */
struct Gate {
  int fd;
};

/* Opening a view of hundreds of tables takes seconds on a busy machine.     */
#define GATE_WAIT (10 * MD_SECOND)

static struct flock
gate_byte (short type)
{
  return (struct flock) { .l_type = type, .l_whence = SEEK_SET, .l_start = 0,
                          .l_len = 1 };
}

Gate *
gate_hold (const char *dir)
{
  g_autofree char *file = lock_file (dir);
  struct flock byte = gate_byte (F_RDLCK);
  int fd = open (file, O_RDONLY | O_CLOEXEC);
  Gate *gate;

  if (fd < 0)
    return NULL;
  if (fcntl (fd, F_OFD_SETLK, &byte) < 0) {
    close (fd);
    return NULL;
  }
  gate = g_new0 (Gate, 1);
  gate->fd = fd;
  return gate;
}

void
gate_release (Gate *gate)
{
  if (gate == NULL)
    return;
  close (gate->fd);
  g_free (gate);
}

static gboolean
gate_is_free (const Lock *lock)
{
  struct flock byte = gate_byte (F_WRLCK);

  return fcntl (lock->fd, F_OFD_GETLK, &byte) < 0 || byte.l_type == F_UNLCK;
}

/* A reader that hangs costs the wait once: nobody is waited for again before
 * the gate was seen free.                                                   */
void
lock_give_way (Lock *lock)
{
  gint64 deadline = clock_monotonic () + (lock->ignores_gate ? 0 : GATE_WAIT);

  lock->ignores_gate = FALSE;
  while (!gate_is_free (lock)) {
    if (clock_monotonic () >= deadline) {
      lock->ignores_gate = TRUE;
      return;
    }
    clock_wait_until (clock_monotonic () + MD_SECOND / 1000, NULL);
  }
}
