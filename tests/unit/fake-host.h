/* SPDX-License-Identifier: Apache-2.0
 *
 * fake-host.h - a host for testing one provider without core or network:
 * answers are scripted, what the plugin says is collected.
 *
 *   FakeHost *host = fake_host_new ("coinbase");       loads coinbase.so
 *   fake_host_reply (host, "/candles", 200, NULL, "[]", -1);
 *   void *session = fake_host_open (host, "base_url", "http://x", NULL);
 *   klass = fake_host_fetch (host, session, "spot", "ohlcv-1m",
 *                            symbols, from, to, 0);
 *
 * It aborts the test where the plugin breaks a rule that the engine trusts:
 * coverage that overlaps or leaves the request, rows where everything was
 * said to be covered, unknown ids, a script that was not followed.
 */
#pragma once

#include <glib.h>
#include <mdcore.h>

typedef struct {
  char *url;               /* the whole one                                 */
  char *method;            /* "GET" unless the plugin said otherwise        */
  char *headers;           /* a line each                                   */
  char *body;              /* or NULL                                       */
  gsize body_len;
  char *bucket;            /* or NULL                                       */
  guint auth;              /* enum md_auth_kind                             */
  char *auth_key;          /* or NULL                                       */
  gint64 range_from, range_to;
} FakeRequest;

typedef struct {
  guint32 symbol;
  md_time from, to;
} FakeCovered;

typedef struct {
  guint32 symbol;
  md_time ts;
  char *raw, *reasons;
} FakeReject;

typedef struct {
  guint32 symbol;
  char *instrument;
  md_time from, to;
} FakeMapping;

typedef struct md_call FakeHost;
typedef struct _FakeReply FakeReply;
/* A whole server in a function: the reply to this request, made with
 * fake_reply_new or fake_reply_fail.                                       */
typedef FakeReply *(*FakeServer) (const FakeRequest *request, gpointer data);

struct md_call {
  struct md_host services; /* what the plugin sees                          */
  const struct md_plugin *plugin;
  const struct md_provider *provider;
  const struct md_symbols *symbols;     /* or NULL                          */
  const struct md_estimate *estimate;   /* or NULL                          */
  const struct md_request *request;     /* of the fetch that runs           */
  struct md_offer derived;              /* of its dataset, if it is         */
  struct md_error err;     /* of the last call                              */

  md_time now;             /* 2024-06-01T00:00:00Z until set                */
  gboolean cancelled;
  gsize read_size;         /* most bytes that `read` gives at once, 0 = all */
  guint selector;          /* of fetches, MD_SELECT_SYMBOL until set; no    */
                           /*   symbols are asked for as MD_SELECT_ALL      */
  FakeServer server;       /* instead of a script                           */
  gpointer server_data;

  GQueue script;           /* of FakeReply                                  */
  FakeReply *reply;        /* the last one given                            */
  gsize read_at;
  guint member;            /* of an archive, from 1; 0 before the first     */
  GPtrArray *requests;     /* of FakeRequest                                */
  GPtrArray *names;        /* of char *, by id                              */
  guint record;            /* kind of the rows                              */
  GArray *rows;            /* of the record's struct, in order of emission; */
                           /*   texts are copied                            */
  GPtrArray *texts;
  GArray *covered;         /* of FakeCovered                                */
  GPtrArray *rejects;      /* of FakeReject                                 */
  GPtrArray *mappings;     /* of FakeMapping                                */
  GPtrArray *facts;        /* "name=value" of facts, "from text changed" of */
                           /*   conditions, times in RFC 3339 or "-"        */
  GString *log;            /* a line each                                   */
};

/* Loads NAME.so of MDCORE_TEST_PLUGINS.                                    */
FakeHost *fake_host_new (const char *plugin);
void fake_host_free (FakeHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeHost, fake_host_free)

/* ---- the vendor -------------------------------------------------------- */

/* Headers: "Name: value" lines or NULL.  len -1: strlen.                   */
FakeReply *fake_reply_new (int status, const char *headers, const void *body,
                           gssize len);
/* The exchange fails before there is an answer.                            */
FakeReply *fake_reply_fail (int klass, const char *message);
/* Makes it an archive or a folder, and adds a file (the reply's own body is
 * not used).                                                               */
void fake_reply_add_member (FakeReply *reply, const char *name,
                            const void *body, gsize len);
/* A pulled body fails after its last byte instead of ending.               */
void fake_reply_break (FakeReply *reply, int klass, const char *message);
/* Next in the script; the request's URL must contain `url_part`.           */
void fake_host_reply (FakeHost *host, const char *url_part, int status,
                      const char *headers, const char *body, gssize len);
void fake_host_fail (FakeHost *host, const char *url_part, int klass,
                     const char *message);

/* ---- calls ------------------------------------------------------------- */

/* Names and values of keys, ended with NULL; defaults for the rest.  NULL:
 * refused, see host->err.                                                  */
void *fake_host_open (FakeHost *host, ...) G_GNUC_NULL_TERMINATED;
void fake_host_close (FakeHost *host, void *session);
/* Forgets what was collected (not what the session knows), then fetches.
 * `symbols` ends with NULL.  Returns the class.                            */
int fake_host_fetch (FakeHost *host, void *session, const char *dataset,
                     const char *schema, const char *const *symbols,
                     md_time from, md_time to, guint flags);
int fake_host_check (FakeHost *host, void *session, const char *dataset,
                     const char *schema, const char *const *symbols,
                     md_time from, md_time to);
int fake_host_list (FakeHost *host, void *session, const char *dataset,
                    const char *pattern);
/* The script's next reply, to be changed.                                  */
FakeReply *fake_host_last_reply (FakeHost *host);

const FakeRequest *fake_host_request (FakeHost *host, guint i);
const char *fake_host_name (FakeHost *host, guint32 id); /* NULL = absent   */
/* Nothing of the script is left.                                           */
void fake_host_assert_done (FakeHost *host);
/* "0:FROM/TO 1:FROM/TO" in RFC 3339, symbols and times in order, touching
 * intervals joined.  (transfer full)                                       */
char *fake_host_coverage (FakeHost *host);
/* Value of a query parameter of a URL, decoded; NULL = none.
 * (transfer full)                                                          */
char *fake_query (const char *url, const char *name);
