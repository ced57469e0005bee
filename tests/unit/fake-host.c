/* SPDX-License-Identifier: Apache-2.0
 *
 * fake-host.c - calls of a plugin, and the services that answer it.
 */
#include "fake-host.h"

#include "fake-host-private.h"

#include <dlfcn.h>
#include <support/time.h>
#include <string.h>

/* ---- life ---------------------------------------------------------------- */

static void
free_request (gpointer data)
{
  FakeRequest *request = data;

  g_free (request->url);
  g_free (request->method);
  g_free (request->headers);
  g_free (request->body);
  g_free (request->bucket);
  g_free (request->auth_key);
  g_free (request);
}

static void
free_reject (gpointer data)
{
  FakeReject *reject = data;

  g_free (reject->raw);
  g_free (reject->reasons);
  g_free (reject);
}

static void
free_mapping (gpointer data)
{
  FakeMapping *mapping = data;

  g_free (mapping->instrument);
  g_free (mapping);
}

static const struct md_plugin *
load (const char *name)
{
  const char *path_list = g_getenv ("MDCORE_TEST_PLUGINS");
  g_auto (GStrv) dirs
    = g_strsplit (path_list != NULL ? path_list : "plugins", ":", 0);
  g_autofree char *file = g_strconcat (name, ".so", NULL);
  md_entry_fn entry;
  void *module = NULL;

  for (guint i = 0; dirs[i] != NULL && module == NULL; i++) {
    g_autofree char *path = g_build_filename (dirs[i], file, NULL);

    module = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  }
  if (module == NULL)
    g_error ("%s: %s", file, dlerror ());
  *(void **) &entry = dlsym (module, MD_ENTRY_NAME);
  g_assert_nonnull (entry);
  return entry ();
}

static void
find_interfaces (FakeHost *host)
{
  for (const struct md_iface *at = host->plugin->ifaces; at->id != NULL;
       at++) {
    if (strcmp (at->id, MD_IFACE_PROVIDER) == 0)
      host->provider = at->vtable;
    else if (strcmp (at->id, MD_IFACE_SYMBOLS) == 0)
      host->symbols = at->vtable;
    else if (strcmp (at->id, MD_IFACE_ESTIMATE) == 0)
      host->estimate = at->vtable;
  }
  g_assert_nonnull (host->provider);
}

FakeHost *
fake_host_new (const char *plugin)
{
  FakeHost *host = g_new0 (FakeHost, 1);

  host->plugin = load (plugin);
  find_interfaces (host);
  host->services = fake_host_services;
  host->now = INT64_C (1717200000) * MD_SECOND;
  g_queue_init (&host->script);
  host->log = g_string_new (NULL);
  fake_host_forget (host);
  return host;
}

static void
drop_collected (FakeHost *host)
{
  g_clear_pointer (&host->requests, g_ptr_array_unref);
  g_clear_pointer (&host->names, g_ptr_array_unref);
  g_clear_pointer (&host->rows, g_array_unref);
  g_clear_pointer (&host->texts, g_ptr_array_unref);
  g_clear_pointer (&host->covered, g_array_unref);
  g_clear_pointer (&host->rejects, g_ptr_array_unref);
  g_clear_pointer (&host->mappings, g_ptr_array_unref);
  g_clear_pointer (&host->facts, g_ptr_array_unref);
}

void
fake_host_forget (FakeHost *host)
{
  drop_collected (host);
  host->requests = g_ptr_array_new_with_free_func (free_request);
  host->names = g_ptr_array_new_with_free_func (g_free);
  host->texts = g_ptr_array_new_with_free_func (g_free);
  host->covered = g_array_new (FALSE, TRUE, sizeof (FakeCovered));
  host->rejects = g_ptr_array_new_with_free_func (free_reject);
  host->mappings = g_ptr_array_new_with_free_func (free_mapping);
  host->facts = g_ptr_array_new_with_free_func (g_free);
  host->record = 0;
  g_string_truncate (host->log, 0);
}

void
fake_host_free (FakeHost *host)
{
  drop_collected (host);
  g_queue_clear_full (&host->script, fake_reply_free);
  g_clear_pointer (&host->reply, fake_reply_free);
  g_string_free (host->log, TRUE);
  g_free (host);
}

/* ---- calls --------------------------------------------------------------- */

static void
start (FakeHost *host)
{
  host->err = (struct md_error) { .struct_size = sizeof host->err,
                                  .symbol = MD_ABSENT_NAME };
}

static const struct md_key *
key_at (const FakeHost *host, gsize i)
{
  return (const void *) ((const char *) host->plugin->keys
                         + i * host->plugin->key_size);
}

static union md_value
parse_value (const struct md_key *key, const char *text)
{
  union md_value value = { .i = MD_ABSENT };

  switch (key->type) {
  case MD_BOOL:
    value.b = text != NULL && strcmp (text, "true") == 0;
    break;
  case MD_DOUBLE:
    value.d = text != NULL ? g_ascii_strtod (text, NULL) : md_absent_f64 ();
    break;
  case MD_INT:
  case MD_DURATION: /* whole seconds are enough here: "30s" */
    if (text != NULL)
      value.i = g_ascii_strtoll (text, NULL, 10)
                * (key->type == MD_DURATION ? MD_SECOND : 1);
    break;
  default:
    value.s = text;
  }
  return value;
}

void *
fake_host_open (FakeHost *host, ...)
{
  g_autofree union md_value *config
    = g_new0 (union md_value, host->plugin->n_keys + 1);
  const char *name;
  va_list args;

  for (gsize i = 0; i < host->plugin->n_keys; i++)
    config[i] = parse_value (key_at (host, i), key_at (host, i)->dflt);
  va_start (args, host);
  while ((name = va_arg (args, const char *)) != NULL) {
    const char *text = va_arg (args, const char *);
    gsize i = 0;

    while (i < host->plugin->n_keys
           && strcmp (key_at (host, i)->name, name) != 0)
      i++;
    g_assert_cmpuint (i, <, host->plugin->n_keys);
    config[i] = parse_value (key_at (host, i), text);
  }
  va_end (args);
  start (host);
  return host->provider->open (host, &host->services, config, &host->err);
}

void
fake_host_close (FakeHost *host, void *session)
{
  host->provider->close (session);
}

static const struct md_offer *
find_offer (FakeHost *host, const char *dataset, const char *schema)
{
  struct md_offer *derived = &host->derived;

  for (gsize i = 0; i < host->provider->n_offers; i++) {
    const struct md_offer *offer
      = (const void *) ((const char *) host->provider->offers
                        + i * host->provider->offer_size);

    if (strcmp (offer->schema, schema) == 0
        && (offer->dataset == NULL
            || g_pattern_match_simple (offer->dataset, dataset)))
      return offer;
  }
  *derived = (struct md_offer) { .dataset = NULL };
  if (host->provider->derive == NULL
      || host->provider->derive (dataset, schema, derived, &host->err)
           != MD_OK)
    g_error ("no offer %s %s: %s", dataset, schema, host->err.message);
  return derived;
}

/* The class that is returned and the one in err are the same, and an error
 * says something.                                                          */
static int
finish (FakeHost *host, int klass)
{
  g_assert_cmpint (klass, ==, host->err.klass);
  g_assert_true (klass == MD_OK || host->err.message[0] != '\0');
  if (klass != MD_OK)
    g_test_message ("%s", host->err.message);
  host->request = NULL;
  return klass;
}

static struct md_request
make_request (FakeHost *host, const char *dataset, const char *schema,
              const char *const *symbols, md_time from, md_time to)
{
  guint n = g_strv_length ((char **) symbols);
  guint selector = host->selector != 0 ? host->selector : MD_SELECT_SYMBOL;

  fake_host_forget (host);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (host->names, g_strdup (symbols[i]));
  start (host);
  return (struct md_request) {
    .struct_size = sizeof (struct md_request),
    .offer = find_offer (host, dataset, schema), .dataset = dataset,
    .schema = schema, .symbols = symbols, .n_symbols = n,
    .selector = n > 0 ? selector : MD_SELECT_ALL, .from = from, .to = to
  };
}

int
fake_host_fetch (FakeHost *host, void *session, const char *dataset,
                 const char *schema, const char *const *symbols, md_time from,
                 md_time to, guint flags)
{
  struct md_request request = make_request (host, dataset, schema, symbols,
                                            from, to);

  request.flags = flags;
  host->request = &request;
  return finish (host, host->provider->fetch (session, host, &request,
                                              &host->err));
}

int
fake_host_check (FakeHost *host, void *session, const char *dataset,
                 const char *schema, const char *const *symbols, md_time from,
                 md_time to)
{
  struct md_request request = make_request (host, dataset, schema, symbols,
                                            from, to);

  return finish (host, host->provider->check (session, host, &request,
                                              &host->err));
}

int
fake_host_list (FakeHost *host, void *session, const char *dataset,
                const char *pattern)
{
  fake_host_forget (host);
  start (host);
  return finish (host, host->symbols->list (session, host, dataset, pattern,
                                            &host->err));
}

/* ---- looking at it ------------------------------------------------------- */

const FakeRequest *
fake_host_request (FakeHost *host, guint i)
{
  g_assert_cmpuint (i, <, host->requests->len);
  return host->requests->pdata[i];
}

const char *
fake_host_name (FakeHost *host, guint32 id)
{
  if (id == MD_ABSENT_NAME)
    return NULL;
  g_assert_cmpuint (id, <, host->names->len);
  return host->names->pdata[id];
}

void
fake_host_assert_done (FakeHost *host)
{
  g_assert_cmpuint (host->script.length, ==, 0);
}

static int
by_place (gconstpointer a, gconstpointer b)
{
  const FakeCovered *x = a, *y = b;

  if (x->symbol != y->symbol)
    return x->symbol < y->symbol ? -1 : 1;
  return (x->from > y->from) - (x->from < y->from);
}

char *
fake_host_coverage (FakeHost *host)
{
  g_autoptr (GArray) sorted = g_array_copy (host->covered);
  GString *out = g_string_new (NULL);

  g_array_sort (sorted, by_place);
  for (guint i = 0; i < sorted->len; i++) {
    FakeCovered one = g_array_index (sorted, FakeCovered, i);
    char from[40], to[40];

    while (i + 1 < sorted->len
           && g_array_index (sorted, FakeCovered, i + 1).symbol == one.symbol
           && g_array_index (sorted, FakeCovered, i + 1).from == one.to)
      one.to = g_array_index (sorted, FakeCovered, ++i).to;
    md_time_format (one.from, from);
    md_time_format (one.to, to);
    g_string_append_printf (out, "%s%d:%s/%s", out->len > 0 ? " " : "",
                            (int) one.symbol, from, to);
  }
  return g_string_free (out, FALSE);
}

char *
fake_query (const char *url, const char *name)
{
  const char *query = strchr (url, '?');
  g_auto (GStrv) pairs = g_strsplit (query != NULL ? query + 1 : "", "&", 0);
  gsize len = strlen (name);

  for (guint i = 0; pairs[i] != NULL; i++) {
    if (strncmp (pairs[i], name, len) == 0 && pairs[i][len] == '=')
      return g_uri_unescape_string (pairs[i] + len + 1, NULL);
  }
  return NULL;
}
