/* SPDX-License-Identifier: Apache-2.0
 *
 * list.c - the pages of reference lists.
 */
#include "polygon.h"

static int
read_rows (struct pg_job *job, const struct pg_page *page,
           pg_list_reader read, void *data, struct md_error *err)
{
  struct md_json json;
  int klass = MD_OK;

  if (page->rows.ptr == NULL)
    return MD_OK;
  md_json_init (&json, page->rows.ptr, page->rows.len);
  if (!md_json_enter_array (&json))
    return md_error_say (err, MD_ERR_PROTOCOL, "%s: \"results\" is no array",
                         job->what);
  while (klass == MD_OK && md_json_next (&json))
    klass = read (job, &json, data, err);
  return klass;
}

int
pg_walk_list (struct pg_job *job, struct md_url *url, pg_list_reader read,
              void *data, struct md_error *err)
{
  struct md_tokens tokens = { .count = 0 };
  struct md_reply reply;
  struct pg_page page;
  int klass;

  do {
    klass = tokens.token[0] == '\0'
              ? MD_OK : pg_next_url (job, tokens.token, url, err);
    if (klass == MD_OK)
      klass = pg_get (job, url, &reply, err);
    if (klass == MD_OK)
      klass = pg_read_page (job, &reply, &page, err);
    if (klass == MD_OK)
      klass = md_next_token (&tokens, job->what, page.next, err);
    if (klass == MD_OK)
      klass = read_rows (job, &page, read, data, err);
  } while (klass == MD_OK && page.next[0] != '\0');
  return klass;
}
