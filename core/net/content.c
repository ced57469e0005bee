/* SPDX-License-Identifier: Apache-2.0
 *
 * content.c - members one after the other.
 */
#include "content.h"

#include <string.h>

typedef enum { AT_START, AT_MEMBER, AT_END } Place;

struct Content {
  Source *source;        /* borrowed until it becomes the zip's or member's */
  Folder *folder;
  gboolean raw;
  Place place;
  Unzip *unzip;
  Source *member;
};

/* Lends a source that somebody else frees.                                 */
typedef struct {
  Source base;
  Source *lender;
} Loan;

static int
loan_next (Source *source, const guint8 **ret_data, gsize *ret_len,
           struct md_error *err)
{
  return source_next (((Loan *) source)->lender, ret_data, ret_len, err);
}

static int
loan_read (Source *source, void *buf, gsize size, gsize *ret_len,
           struct md_error *err)
{
  return source_read (((Loan *) source)->lender, buf, size, ret_len, err);
}

static Source *
borrow (Source *lender)
{
  static const SourceOps lends = { .next = loan_next,
                                   .free = (void (*) (Source *)) g_free };
  static const SourceOps fills = { .next = loan_next, .read = loan_read,
                                   .free = (void (*) (Source *)) g_free };
  Loan *loan = g_new0 (Loan, 1);

  loan->base.ops = lender->ops->read != NULL ? &fills : &lends;
  loan->base.cut_class = lender->cut_class;
  loan->lender = lender;
  return &loan->base;
}

Content *
content_new (Source *source, Folder *folder, gboolean raw)
{
  Content *content = g_new0 (Content, 1);

  content->source = source;
  content->folder = folder;
  content->raw = raw;
  return content;
}

void
content_free (Content *content)
{
  if (content == NULL)
    return;
  source_free (content->member);
  unzip_free (content->unzip);
  g_free (content);
}

gboolean
content_is_archive (const Content *content)
{
  return content->unzip != NULL || content->folder != NULL;
}

int
content_is_plain (Content *content, gboolean *ret_plain, struct md_error *err)
{
  Packing packing = PACKED_NOT;
  int klass = MD_OK;

  if (content->source != NULL && !content->raw)
    klass = decode_sniff (content->source, &packing, err);
  *ret_plain = content->source != NULL && packing == PACKED_NOT;
  return klass;
}

/* Makes `member` the current one; takes it.                                */
static int
enter (Content *content, Source *member, struct md_error *err)
{
  Packing packing = PACKED_NOT;
  int klass = MD_OK;

  content->member = member;
  if (!content->raw)
    klass = decode_sniff (member, &packing, err);
  content->member = decode_packed (member, packing);
  return klass;
}

static int
next_zipped (Content *content, const char **ret_name, struct md_error *err)
{
  int klass = unzip_next (content->unzip, ret_name, err);

  if (klass != MD_OK || *ret_name == NULL)
    return klass;
  return enter (content, unzip_member (content->unzip), err);
}

static int
next_file (Content *content, const char **ret_name, struct md_error *err)
{
  Source *file = NULL;
  int klass = folder_next (content->folder, ret_name, &file, err);

  if (klass != MD_OK || file == NULL)
    return klass;
  return enter (content, file, err);
}

static int
first_of_body (Content *content, const char **ret_name, struct md_error *err)
{
  Packing packing = PACKED_NOT;
  int klass = MD_OK;

  if (!content->raw)
    klass = decode_sniff (content->source, &packing, err);
  if (klass != MD_OK)
    return klass;
  if (packing == PACKED_ZIP) {
    content->unzip = unzip_new (borrow (content->source));
    return next_zipped (content, ret_name, err);
  }
  content->member = decode_packed (borrow (content->source), packing);
  *ret_name = "";
  return MD_OK;
}

int
content_next (Content *content, const char **ret_name, struct md_error *err)
{
  Place before = content->place;
  const char *name = NULL;
  int klass = MD_OK;

  g_clear_pointer (&content->member, source_free);
  if (content->folder != NULL)
    klass = next_file (content, &name, err);
  else if (content->unzip != NULL && before == AT_MEMBER)
    klass = next_zipped (content, &name, err);
  else if (before == AT_START)
    klass = first_of_body (content, &name, err);
  if (klass != MD_OK)
    return klass;
  content->place = name != NULL ? AT_MEMBER : AT_END;
  *ret_name = name;
  return MD_OK;
}

int
content_read (Content *content, void *buf, gsize size, gsize *ret_len,
              struct md_error *err)
{
  *ret_len = 0;
  if (content->place == AT_START) {
    const char *name;
    int klass = content_next (content, &name, err);

    if (klass != MD_OK)
      return klass;
  }
  return content->member == NULL ? MD_OK
                                 : source_read (content->member, buf, size,
                                                ret_len, err);
}
