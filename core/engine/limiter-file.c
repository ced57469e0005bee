/* SPDX-License-Identifier: Apache-2.0
 *
 * limiter-file.c - slots under an OFD lock; see limiter-file.h.
 *
 * pread and pwrite rather than a mapping: a process that dies between two
 * stores into a mapping would leave half a slot.
 */
#include "limiter-file.h"

#include "data/clock.h"
#include "observe/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC      "mdcorelimiter/1"
#define MAX_SLOTS  256
/* The lock is held for microseconds.  A holder that was stopped with Ctrl-Z
 * in between must not stop everybody else for good.                        */
#define LOCK_TRIES 1000
#define ALONE_FOR  (10 * MD_SECOND)

typedef struct {
  char magic[16];
  char boot[48];
} Header;

struct LimiterFile {
  GMutex lock;
  char *path;              /* NULL: private                                 */
  int fd;
  gboolean locked, said;
  gint64 alone_until;
  char boot[sizeof ((Header *) NULL)->boot];
  GArray *slots;           /* of LimiterState, as last read                 */
};

static guint64
checksum (const LimiterState *state)
{
  const guint8 *bytes = (const guint8 *) state;
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (gsize i = 0; i < G_STRUCT_OFFSET (LimiterState, checksum); i++)
    hash = (hash ^ bytes[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

static void
read_boot (char *boot, gsize size)
{
  g_autofree char *text = NULL;

  memset (boot, 0, size);
  if (g_file_get_contents ("/proc/sys/kernel/random/boot_id", &text, NULL,
                           NULL))
    g_strlcpy (boot, g_strchomp (text), size);
}

/* Said once: every further call would meet the same.                       */
static void
go_alone (LimiterFile *file, const char *what, int error)
{
  file->alone_until = clock_boottime () + ALONE_FOR;
  if (file->said)
    return;
  file->said = TRUE;
  log_event (MD_LOG_WARNING, "limiter.alone",
             "%s: %s: %s; until that works, other processes with the same "
             "key are not counted in the rate limit",
             file->path, what, g_strerror (error));
}

/* ---- opening --------------------------------------------------------- */

static char *
default_dir (void)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");

  if (runtime != NULL && g_path_is_absolute (runtime)
      && g_file_test (runtime, G_FILE_TEST_IS_DIR))
    return g_build_filename (runtime, "mdcore", NULL);
  return g_strdup_printf ("/var/tmp/mdcore-%u", (unsigned) geteuid ());
}

/* In a directory that everybody may write to, somebody else may have made
 * ours first.                                                              */
static gboolean
dir_is_ours (const char *dir)
{
  struct stat st;

  if (g_mkdir_with_parents (dir, 0700) != 0)
    return FALSE;
  if (lstat (dir, &st) != 0)
    return FALSE;
  errno = EACCES;
  return S_ISDIR (st.st_mode) && st.st_uid == geteuid ()
         && (st.st_mode & 022) == 0;
}

static gboolean
reopen (LimiterFile *file)
{
  g_autofree char *dir = g_path_get_dirname (file->path);

  if (file->fd >= 0)
    close (file->fd);
  file->fd = -1;
  if (dir_is_ours (dir))
    file->fd = open (file->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                     0600);
  if (file->fd < 0)
    go_alone (file, "cannot open the shared state", errno);
  return file->fd >= 0;
}

LimiterFile *
limiter_file_open (const char *dir, const char *key_id)
{
  LimiterFile *file = g_new0 (LimiterFile, 1);
  g_autofree char *folder = dir != NULL ? g_strdup (dir) : default_dir ();
  g_autofree char *name = g_strconcat (key_id, ".limit", NULL);

  g_mutex_init (&file->lock);
  file->fd = -1;
  file->path = g_build_filename (folder, name, NULL);
  file->slots = g_array_new (FALSE, TRUE, sizeof (LimiterState));
  read_boot (file->boot, sizeof file->boot);
  return file;
}

void
limiter_file_close (LimiterFile *file)
{
  if (file->fd >= 0)
    close (file->fd);
  g_array_unref (file->slots);
  g_mutex_clear (&file->lock);
  g_free (file->path);
  g_free (file);
}

/* ---- reading and writing --------------------------------------------- */

static gboolean
set_lock (LimiterFile *file, short type)
{
  struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

  return fcntl (file->fd, F_OFD_SETLK, &lock) == 0;
}

static gboolean
wait_for_lock (LimiterFile *file)
{
  for (int i = 0; i < LOCK_TRIES; i++) {
    if (set_lock (file, F_WRLCK))
      return TRUE;
    if (errno != EAGAIN && errno != EACCES && errno != EINTR)
      break;
    g_usleep (1000);
  }
  go_alone (file, "cannot lock the shared state", errno);
  return FALSE;
}

/* A cleaner of temporary files may have unlinked it under our feet; the next
 * process would then make, and count in, another one.                      */
static gboolean
lock_shared (LimiterFile *file)
{
  struct stat st;

  if (clock_boottime () < file->alone_until)
    return FALSE;
  if (file->fd < 0 && !reopen (file))
    return FALSE;
  if (!wait_for_lock (file))
    return FALSE;
  if (fstat (file->fd, &st) == 0 && st.st_nlink > 0)
    return TRUE;
  return reopen (file) && wait_for_lock (file);
}

static void
start_afresh (LimiterFile *file, const char *why)
{
  Header header = { .magic = MAGIC };

  memcpy (header.boot, file->boot, sizeof header.boot);
  if (why != NULL)
    log_event (MD_LOG_WARNING, "limiter.reset", "%s: %s; started afresh",
               file->path, why);
  g_array_set_size (file->slots, 0);
  if (ftruncate (file->fd, 0) != 0
      || pwrite (file->fd, &header, sizeof header, 0) != sizeof header)
    go_alone (file, "cannot write the shared state", errno);
}

static gboolean
header_fits (LimiterFile *file, const Header *header, gssize len)
{
  if (len == 0)
    start_afresh (file, NULL);
  else if (len != sizeof *header
           || memcmp (header->magic, MAGIC, sizeof MAGIC) != 0)
    start_afresh (file, "is no rate limit state");
  else if (memcmp (header->boot, file->boot, sizeof file->boot) != 0)
    start_afresh (file, NULL); /* of an earlier boot: its times mean nothing */
  else
    return TRUE;
  return FALSE;
}

static void
read_slots (LimiterFile *file)
{
  Header header;
  gssize len = pread (file->fd, &header, sizeof header, 0);

  if (!header_fits (file, &header, len))
    return;
  g_array_set_size (file->slots, MAX_SLOTS);
  len = pread (file->fd, file->slots->data, MAX_SLOTS * sizeof (LimiterState),
               sizeof header);
  g_array_set_size (file->slots, MAX (len, 0) / sizeof (LimiterState));
  for (guint i = 0; i < file->slots->len; i++) {
    LimiterState *state = &g_array_index (file->slots, LimiterState, i);

    if (state->checksum != checksum (state)
        || memchr (state->name, '\0', sizeof state->name) == NULL) {
      start_afresh (file, "is damaged");
      return;
    }
  }
}

static LimiterState *
find_slot (LimiterFile *file, const char *bucket)
{
  g_autofree char *hash = NULL;
  LimiterState fresh = { 0 };

  if (strlen (bucket) >= sizeof fresh.name)
    bucket = hash = g_compute_checksum_for_string (G_CHECKSUM_MD5, bucket, -1);
  for (guint i = 0; i < file->slots->len; i++) {
    LimiterState *state = &g_array_index (file->slots, LimiterState, i);

    if (strcmp (state->name, bucket) == 0)
      return state;
  }
  /* More buckets than any vendor has: the surplus shares the last slot.    */
  if (file->slots->len == MAX_SLOTS)
    return &g_array_index (file->slots, LimiterState, MAX_SLOTS - 1);
  g_strlcpy (fresh.name, bucket, sizeof fresh.name);
  g_array_append_val (file->slots, fresh);
  return &g_array_index (file->slots, LimiterState, file->slots->len - 1);
}

LimiterState *
limiter_file_lock (LimiterFile *file, const char *bucket)
{
  g_mutex_lock (&file->lock);
  file->locked = lock_shared (file);
  if (file->locked)
    read_slots (file);
  return find_slot (file, bucket);
}

void
limiter_file_unlock (LimiterFile *file, LimiterState *state)
{
  gsize index = state - (LimiterState *) (void *) file->slots->data;
  goffset offset = sizeof (Header) + index * sizeof *state;

  state->checksum = checksum (state);
  if (file->locked) {
    if (pwrite (file->fd, state, sizeof *state, offset) != sizeof *state)
      go_alone (file, "cannot write the shared state", errno);
    set_lock (file, F_UNLCK);
    file->locked = FALSE;
  }
  g_mutex_unlock (&file->lock);
}
