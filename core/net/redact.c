/* SPDX-License-Identifier: Apache-2.0
 *
 * redact.c - secrets out of URLs and texts.
 */
#include "redact.h"

#include "request.h"

#include <string.h>

char *
net_redact (const char *text, const char *const *secrets)
{
  g_autoptr (Redactor) redactor = redactor_new ();

  for (; secrets != NULL && *secrets != NULL; secrets++)
    redactor_add (redactor, *secrets);
  return redactor_apply (redactor, text);
}

Redactor *
redactor_for_request (const NetRequest *request)
{
  Redactor *redactor = redactor_new ();
  const char *own[3];

  auth_secrets (&request->auth, own);
  for (const char *const *s = own; *s != NULL; s++)
    redactor_add (redactor, *s);
  for (const char *const *s = request->secrets; s != NULL && *s != NULL; s++)
    redactor_add (redactor, *s);
  return redactor;
}

static gboolean
sounds_secret (const char *name, gsize len)
{
  static const char *const names[] = {
    "key", "apikey", "api_key", "api-key", "apitoken", "api_token", "token",
    "access_token", "access_key", "auth", "sig", "signature", "secret",
    "client_secret", "password", "passwd", "awsaccesskeyid",
    "x-amz-signature", "x-amz-credential", "x-amz-security-token",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strlen (names[i]) == len
        && g_ascii_strncasecmp (name, names[i], len) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
append_parameter (GString *out, const char *parameter)
{
  const char *equals = strchr (parameter, '=');

  if (equals != NULL && sounds_secret (parameter, (gsize) (equals - parameter)))
    g_string_append_printf (out, "%.*s=***", (int) (equals - parameter),
                            parameter);
  else
    g_string_append (out, parameter);
}

char *
url_redact (const char *url, const Redactor *redactor)
{
  g_auto (GStrv) halves = g_strsplit (url, "?", 2);
  g_auto (GStrv) parameters = NULL;
  g_autoptr (GString) out = g_string_new (halves[0]);

  if (halves[0] != NULL && halves[1] != NULL) {
    parameters = g_strsplit (halves[1], "&", -1);
    for (guint i = 0; parameters[i] != NULL; i++) {
      g_string_append_c (out, i == 0 ? '?' : '&');
      append_parameter (out, parameters[i]);
    }
  }
  return redactor_apply (redactor, out->str);
}
