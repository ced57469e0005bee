/* SPDX-License-Identifier: Apache-2.0
 *
 * notify.c - the exec and the webhook of `[notify]`.
 */
#include "notify.h"

#include "observe/log.h"

#include <glib/gstdio.h>
#include <string.h>

#define WEBHOOK_TIMEOUT (30 * MD_SECOND)

/* (transfer full); NULL when it could not be written.                      */
static char *
keep_file (const RunReport *report, const char *json)
{
  g_autofree char *dir = g_build_filename (g_get_user_state_dir (), "mdcore",
                                           "reports", NULL);
  g_autofree char *name = g_strconcat (report->run_id, ".json", NULL);
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GError) error = NULL;

  if (g_mkdir_with_parents (dir, 0700) != 0) {
    log_event (MD_LOG_WARNING, "notify.report", "cannot make %s", dir);
    return NULL;
  }
  if (!g_file_set_contents_full (path, json, -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                 0600, &error)) {
    log_event (MD_LOG_WARNING, "notify.report", "%s", error->message);
    return NULL;
  }
  return g_steal_pointer (&path);
}

static const char *
outcome_text (const RunReport *report)
{
  return report->outcome == RUN_PARTIAL ? "partial"
         : report->outcome == RUN_AUTH ? "auth" : "failed";
}

/* Through the shell, as in a crontab; it inherits no secret but what the
 * user's own environment holds.                                            */
static void
run_program (const Job *job, const RunReport *report, const char *path)
{
  char *argv[] = { (char *) "/bin/sh", (char *) "-c", job->notify_exec, NULL };
  g_auto (GStrv) env = g_get_environ ();
  g_autoptr (GError) error = NULL;
  int status = 0;

  env = g_environ_setenv (env, "MDCORE_REPORT", path != NULL ? path : "", TRUE);
  env = g_environ_setenv (env, "MDCORE_JOB", job->name, TRUE);
  env = g_environ_setenv (env, "MDCORE_RUN", report->run_id, TRUE);
  env = g_environ_setenv (env, "MDCORE_OUTCOME", outcome_text (report), TRUE);
  if (!g_spawn_sync (NULL, argv, env, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL,
                     &status, &error)
      || !g_spawn_check_wait_status (status, &error))
    log_event (MD_LOG_WARNING, "notify.exec", "[notify] exec: %s",
               error->message);
}

static void
post (const Job *job, Net *net, const char *json)
{
  g_autofree char *origin = net_origin (job->notify_webhook);
  const char *const origins[] = { origin, NULL };
  /* Webhook addresses carry their token in the path.                       */
  const char *const secrets[] = { job->notify_webhook, NULL };
  const char *const headers[] = { "Content-Type: application/json", NULL };
  const NetRequest request = {
    .method = "POST",
    .url = job->notify_webhook,
    .headers = headers,
    .body = json,
    .body_len = strlen (json),
    .origins = origins,
    .secrets = secrets,
    .deadline = clock_monotonic () + WEBHOOK_TIMEOUT,
  };
  struct md_error err;
  g_autoptr (NetReply) reply = NULL;

  md_error_init (&err);
  reply = net_send (net, &request, &err);
  if (reply == NULL)
    log_event (MD_LOG_WARNING, "notify.webhook", "[notify] webhook: %s",
               err.message);
  else if (net_reply_status (reply) >= 300)
    log_event (MD_LOG_WARNING, "notify.webhook",
               "[notify] webhook: HTTP status %d", net_reply_status (reply));
}

void
notify_run (const Job *job, Net *net, const RunReport *report,
            const char *report_json)
{
  g_autofree char *path = NULL;

  if (report->outcome == RUN_DONE || report->outcome == RUN_INTERRUPTED
      || (job->notify_exec == NULL && job->notify_webhook == NULL))
    return;
  path = keep_file (report, report_json);
  if (job->notify_exec != NULL)
    run_program (job, report, path);
  if (job->notify_webhook != NULL)
    post (job, net, report_json);
}
