/* SPDX-License-Identifier: Apache-2.0
 *
 * universe-update.c - `mdcore universe update`: a new list from a page, or
 * the old one and the reason.
 */
#include "universe-update.h"
#include "output-file.h"

#include "data/interval.h"
#include "net/net.h"

#include <string.h>

#define MOST_BYTES (32 * 1024 * 1024)

/* ---- the page -------------------------------------------------------- */

static gboolean
check_reply (const NetReply *reply, GError **error)
{
  int status = net_reply_status (reply);

  if (status == 200)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_DATA, "the answer is HTTP %d",
               status);
  return FALSE;
}

static GPtrArray *
fetch_symbols (const Cli *cli, const char *page, const char *column,
               GError **error)
{
  const NetOptions options = { .mode = NET_LIVE };
  const NetRequest request = { .url = page, .max_body = MOST_BYTES,
                               .cancel = &cli->cancel };
  g_autoptr (Net) net = net_new (&options, error);
  g_autoptr (NetReply) reply = NULL;
  struct md_error err;
  const char *html;
  gsize len;

  if (net == NULL)
    return NULL;
  md_error_init (&err);
  reply = net_send (net, &request, &err);
  if (reply == NULL) {
    error_from_md (error, &err);
    return NULL;
  }
  if (!check_reply (reply, error))
    return NULL;
  html = net_reply_body (reply, &len);
  return page_read_column (html, len, column, error);
}

/* ---- the file -------------------------------------------------------- */

static gboolean
write_file (const char *path, const char *text, GError **error)
{
  g_autofree char *dir = g_path_get_dirname (path);
  g_autoptr (OutputFile) file = NULL;

  if (g_mkdir_with_parents (dir, 0755) != 0) {
    g_set_error (error, CORE_ERROR, CORE_ERROR_IO,
                 "the folder %s cannot be made", dir);
    return FALSE;
  }
  file = output_file_open (path, NULL, error);
  return file != NULL && output_file_write (file, text, strlen (text), error)
         && output_file_commit (file, error);
}

/* Who was in it until now stays to be asked for as @NAME.DATE.             */
static gboolean
keep_old (const char *name, const Universe *old, const char *own,
          const char *today, GError **error)
{
  g_autofree char *dated = g_strdup_printf ("%s.%.10s", name, old->date);
  g_autofree char *path = universe_own_path (dated);
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;

  if (strcmp (old->path, own) != 0 || strncmp (old->date, today, 10) == 0)
    return TRUE;
  if (g_file_get_contents (old->path, &text, NULL, &local))
    return write_file (path, text, error);
  g_set_error_literal (error, CORE_ERROR, CORE_ERROR_IO, local->message);
  return FALSE;
}

/* ---- the whole ------------------------------------------------------- */

static char *
page_place (const char *page)
{
  return strstr (page, "://") != NULL || g_str_has_prefix (page, "file:")
           ? g_strdup (page) : g_canonicalize_filename (page, NULL);
}

static gboolean
find_source (const UniverseOptions *options, Universe *old, const char *name,
             GError **error)
{
  if (options->page != NULL) {
    g_free (old->page);
    old->page = page_place (options->page);
  }
  if (options->column != NULL || old->column == NULL) {
    g_free (old->column);
    old->column = g_strdup (options->column != NULL ? options->column
                                                    : "Symbol");
  }
  if (old->page != NULL)
    return TRUE;
  g_set_error (error, CORE_ERROR, CORE_ERROR_USAGE,
               "universe: %s names no page to update @%s from: add a line "
               "\"# page: URL\" to it, or use --page", old->path, name);
  return FALSE;
}

static gboolean
replace (const Cli *cli, const char *name, const Universe *old,
         const UniverseOptions *options, UniverseUpdate *update,
         GError **error)
{
  const RefreshLimits limits = { (guint) options->at_least,
                                 options->max_change / 100 };
  g_autofree char *source = NULL, *text = NULL;
  char today[TIME_TEXT_SIZE];

  update->symbols = fetch_symbols (cli, old->page, old->column, error);
  if (update->symbols == NULL
      || !refresh_judge (old, update->symbols, &limits, &update->diff, error))
    return FALSE;
  time_format (clock_now (), today);
  today[10] = '\0';
  update->date = g_strdup (today);
  source = g_strdup_printf ("%s, column %s", old->page, old->column);
  text = universe_text (old, today, source, update->symbols);
  return keep_old (name, old, update->path, today, error)
         && write_file (update->path, text, error);
}

gboolean
universe_update (const Cli *cli, const char *name,
                 const UniverseOptions *options, UniverseUpdate *ret_update,
                 GError **error)
{
  g_autoptr (Universe) old = universe_open (name, error);

  *ret_update = (UniverseUpdate) { .path = universe_own_path (name) };
  if (old == NULL || !find_source (options, old, name, error))
    return FALSE;
  ret_update->source = g_strdup (old->page);
  if (replace (cli, name, old, options, ret_update, error))
    return TRUE;
  g_prefix_error (error, "universe: @%s stays as of %s (%s): %s: ", name,
                  old->date, old->path, old->page);
  return FALSE;
}

void
universe_update_clear (UniverseUpdate *update)
{
  g_free (update->path);
  g_free (update->source);
  g_free (update->date);
  g_clear_pointer (&update->symbols, g_ptr_array_unref);
  refresh_diff_clear (&update->diff);
}
