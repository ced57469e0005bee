/* SPDX-License-Identifier: Apache-2.0
 *
 * cmd-raw.c - `mdcore raw`: the vendor's answers that `raw = keep` kept.
 */
#include "cmd.h"
#include "ledger-select.h"
#include "out.h"

#include <stdio.h>
#include <string.h>

#define HASH_SHOWN 16

typedef struct {
  OutTable *table; /* or NULL                                               */
  json_t *list;
} Listing;

static gboolean
list_answer (const RawAnswer *answer, gpointer data)
{
  Listing *listing = data;
  g_autofree char *at = out_when (answer->at), *url = out_safe (answer->url);

  if (listing->list != NULL) {
    json_t *object = json_object ();

    out_set_text (object, "hash", answer->hash);
    out_set_time (object, "at", answer->at);
    out_set_text (object, "url", answer->url);
    out_set_text (object, "content_type", answer->content_type);
    json_array_append_new (listing->list, object);
  } else {
    g_autofree char *hash = g_strndup (answer->hash, HASH_SHOWN);

    out_table_add (listing->table, hash, at, url, NULL);
  }
  return TRUE;
}

static gboolean
list_all (const Selection *selection, gboolean json, GError **error)
{
  static const char *const headings[] = { "HASH", "AT", "URL", NULL };
  Listing listing = { json ? NULL : out_table_new (headings),
                      json ? json_array () : NULL };
  gboolean fine = store_raw_each (selection->store, list_answer, &listing,
                                  error);

  if (listing.list != NULL && fine)
    out_print_json (listing.list);
  else if (listing.list != NULL)
    json_decref (listing.list);
  else
    out_table_print (listing.table);
  return fine;
}

/* The exact bytes, on stdout.                                              */
static gboolean
show (const Selection *selection, const char *id, GError **error)
{
  RawAnswer *answer = store_raw (selection->store, id, error);
  gsize len, written;
  const void *bytes;

  if (answer == NULL)
    return FALSE;
  bytes = g_bytes_get_data (answer->body, &len);
  written = fwrite (bytes, 1, len, stdout);
  raw_answer_free (answer);
  if (written == len && fflush (stdout) == 0)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_IO,
               "the answer could not be written to standard output");
  return FALSE;
}

int
cmd_raw (Cli *cli, int argc, char **argv)
{
  g_auto (Selection) selection = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean list, fine;

  if (!cli_parse (cli, "raw", NULL, &argc, &argv, &error))
    return cli_fail (g_steal_pointer (&error));
  list = argc == 2 && strcmp (argv[1], "list") == 0;
  if (!list && !(argc == 3 && strcmp (argv[1], "show") == 0)) {
    g_set_error (&error, CORE_ERROR, CORE_ERROR_USAGE,
                 "raw: `mdcore raw list`, or `mdcore raw show HASH` with the "
                 "first characters of a hash");
    return cli_fail (g_steal_pointer (&error));
  }
  fine = select_open (&selection, cli, STORE_READ, 1, argv, 1, &error)
         && (list ? list_all (&selection, cli->json, &error)
                  : show (&selection, argv[2], &error));
  return fine ? EXIT_DONE : cli_fail (g_steal_pointer (&error));
}
