/* SPDX-License-Identifier: Apache-2.0
 *
 * record.c - one exchange after the other into the recording.
 */
#include "record.h"

#include "exchange.h"
#include "record-body.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct Recorder {
  char *path;
  FILE *file;
  pthread_mutex_t lock; /* of the file and the number                       */
  guint bodies;         /* written as files of their own                    */
};

struct Recording {
  Recorder *recorder;
  Exchange *exchange;
  Redactor *redactor;
  RecordBody *body;
  gboolean done;
};

/* ---- the file ------------------------------------------------------------ */

/* What is there must be empty, or a recording itself.                      */
static gboolean
may_replace (const char *path)
{
  char start[sizeof EXCHANGE_MAGIC] = "";
  FILE *file = fopen (path, "re");
  gsize n;

  if (file == NULL)
    return errno == ENOENT;
  n = fread (start, 1, sizeof start - 1, file);
  fclose (file);
  return n == 0 || strcmp (start, EXCHANGE_MAGIC) == 0;
}

Recorder *
recorder_new (const char *path, GError **error)
{
  Recorder *recorder;
  FILE *file;

  if (!may_replace (path)) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
                 "%s: there is a file that is no recording; name another one",
                 path);
    return NULL;
  }
  file = fopen (path, "we");
  if (file == NULL
      || fputs (EXCHANGE_MAGIC "\n", file) < 0 || fflush (file) != 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_IO,
                 "%s: the recording cannot be written: %s", path,
                 g_strerror (errno));
    if (file != NULL)
      fclose (file);
    return NULL;
  }
  recorder = g_new0 (Recorder, 1);
  recorder->path = g_strdup (path);
  recorder->file = file;
  pthread_mutex_init (&recorder->lock, NULL);
  return recorder;
}

void
recorder_free (Recorder *recorder)
{
  if (recorder == NULL)
    return;
  fclose (recorder->file);
  pthread_mutex_destroy (&recorder->lock);
  g_free (recorder->path);
  g_free (recorder);
}

static char *
next_body_path (gpointer data)
{
  Recorder *recorder = data;
  guint number;

  pthread_mutex_lock (&recorder->lock);
  number = ++recorder->bodies;
  pthread_mutex_unlock (&recorder->lock);
  return g_strdup_printf ("%s.%04u.body", recorder->path, number);
}

static int
append (Recorder *recorder, const GString *text, struct md_error *err)
{
  gboolean written;

  pthread_mutex_lock (&recorder->lock);
  written = fwrite (text->str, 1, text->len, recorder->file) == text->len
            && fflush (recorder->file) == 0;
  pthread_mutex_unlock (&recorder->lock);
  if (written)
    return MD_OK;
  return md_fail (err, MD_ERR_CONFIG, "the recording %s cannot be written: %s",
                  recorder->path, g_strerror (errno));
}

/* ---- one exchange --------------------------------------------------------- */

Recording *
recording_new (Recorder *recorder, const NetRequest *request, const char *url)
{
  Recording *recording = g_new0 (Recording, 1);

  recording->recorder = recorder;
  recording->redactor = redactor_for_request (request);
  recording->exchange
    = exchange_from_request (request, url, recording->redactor);
  recording->body = record_body_new (recording->redactor, next_body_path,
                                     recorder);
  return recording;
}

void
recording_answer (Recording *recording, int status, const GPtrArray *headers)
{
  recording->exchange->status = status;
  for (guint i = 0; i < headers->len; i++) {
    const Header *header = g_ptr_array_index (headers, i);

    exchange_keep_header (recording->exchange->headers, recording->redactor,
                          header->name, header->value);
  }
}

int
recording_data (Recording *recording, const guint8 *data, gsize len,
                struct md_error *err)
{
  return record_body_add (recording->body, data, len, err);
}

int
recording_end (Recording *recording, struct md_error *err)
{
  Exchange *exchange = recording->exchange;
  g_autoptr (GString) text = g_string_new (NULL);
  int klass;

  recording->done = TRUE;
  klass = record_body_finish (recording->body, &exchange->body,
                              &exchange->side_file, err);
  if (klass != MD_OK)
    return klass;
  exchange_print (exchange, text);
  return append (recording->recorder, text, err);
}

/* A failure of the recording itself is not reported over the one that is
 * recorded.                                                                */
void
recording_fail (Recording *recording, const struct md_error *failure)
{
  struct md_error ignored;
  g_autofree char *line = NULL, *clean = NULL;

  if (recording->done)
    return;
  line = g_strdelimit (g_strdup (failure->message), "\r\n", ' ');
  clean = redactor_apply (recording->redactor, line);
  md_fail (&recording->exchange->failure, failure->klass, "%s", clean);
  recording_end (recording, &ignored);
}

void
recording_free (Recording *recording)
{
  struct md_error unread;

  if (recording == NULL)
    return;
  if (!recording->done && recording->exchange->status != 0) {
    md_fail (&unread, MD_ERR_CANCELLED, "not read to its end when recorded");
    recording_fail (recording, &unread);
  }
  record_body_free (recording->body);
  exchange_free (recording->exchange);
  redactor_free (recording->redactor);
  g_free (recording);
}
