/* SPDX-License-Identifier: Apache-2.0
 *
 * adopt.c - a plugin's descriptor into the host's layout.
 *
 * Structs only grow at the end, so the smaller of the two sizes is what both
 * sides know: that much is copied into zeroed structs of ours, and nothing
 * behind this file ever looks at theirs.
 */
#include "private.h"

#include "data/table.h"

#include <string.h>

#define STRUCT_MAX 65536 /* no struct of any minor will be longer           */
#define ARRAY_MAX  4096

#define END_OF(type, member)                                                \
  (G_STRUCT_OFFSET (type, member) + sizeof (((type *) NULL)->member))

/* ---- stubs for absent optional callbacks ------------------------------ */

static int
stub_check (void *session, struct md_call *call,
            const struct md_request *request, struct md_error *err)
{
  return MD_OK;
}

static int
stub_resolve (void *session, struct md_call *call,
              const struct md_request *request, struct md_error *err)
{
  return md_fail (err, MD_ERR_UNSUPPORTED,
                  "this plugin does not resolve symbols");
}

static int
stub_on_timer (void *session, struct md_call *call, struct md_conn *conn,
               struct md_error *err)
{
  return MD_OK;
}

static int
stub_on_close (void *session, struct md_call *call, int why, int code,
               const char *text, struct md_error *err)
{
  return MD_OK;
}

static int
stub_attach (void *sink, struct md_call *call, const struct md_feed *feed,
             struct md_error *err)
{
  return MD_OK;
}

static int
stub_align (void *sink, struct md_call *call, const struct md_segment *segment,
            md_time *from, md_time *to, struct md_error *err)
{
  return MD_OK;
}

static int
stub_rewind (void *sink, struct md_call *call, uint64_t commit,
             struct md_error *err)
{
  return md_fail (err, MD_ERR_UNSUPPORTED, "it cannot take segments out again, "
                  "which `[store] rows = off` needs");
}

static int
stub_compact (void *sink, struct md_call *call, struct md_error *err)
{
  return md_fail (err, MD_ERR_UNSUPPORTED, "it has nothing to compact");
}

gboolean
plugin_has_compact (const Plugin *plugin)
{
  return plugin->has_sink && plugin->sink.compact != stub_compact;
}

gboolean
plugin_can_rewind (const Plugin *plugin)
{
  return plugin->has_sink && plugin->sink.rewind != stub_rewind;
}

gboolean
plugin_has_check (const Plugin *plugin)
{
  return plugin->has_provider && plugin->provider.check != stub_check;
}

gboolean
plugin_has_resolve (const Plugin *plugin)
{
  return plugin->has_symbols && plugin->symbols.resolve != stub_resolve;
}

/* ---- structs and arrays ----------------------------------------------- */

static gboolean
adopt_struct (void *ours, gsize our_size, const void *theirs, gsize least,
              const char *type, GError **error)
{
  guint32 size;

  memcpy (&size, theirs, sizeof size);
  if (size < least)
    return refuse (error, "its struct %s says struct_size = %u, at least "
                   "%" G_GSIZE_FORMAT " are needed; set .struct_size = sizeof "
                   "(struct %s)", type, size, least, type);
  if (size > STRUCT_MAX)
    return refuse (error, "its struct %s says struct_size = %u, no such struct "
                   "is that long; set .struct_size = sizeof (struct %s)", type,
                   size, type);
  memcpy (ours, theirs, MIN (size, our_size));
  return TRUE;
}

typedef struct {
  const char *field;   /* "key": keys, n_keys, key_size                     */
  gsize least, ours;   /* stride                                            */
} ArrayShape;

static const ArrayShape key_shape = {
  "key", END_OF (struct md_key, doc), sizeof (struct md_key)
};
static const ArrayShape offer_shape = {
  "offer", END_OF (struct md_offer, settle_ns), sizeof (struct md_offer)
};
static const ArrayShape limit_shape = {
  "limit", END_OF (struct md_limit, burst), sizeof (struct md_limit)
};

static gboolean
array_is_sane (const ArrayShape *shape, const void *theirs, gsize n,
               gsize stride, GError **error)
{
  if (n > ARRAY_MAX)
    return refuse (error, "its n_%ss is %" G_GSIZE_FORMAT ", more than %d; set "
                   "the array with MD_ARRAY (%s, ...)", shape->field, n,
                   ARRAY_MAX, shape->field);
  if (theirs == NULL)
    return refuse (error, "its n_%ss is %" G_GSIZE_FORMAT " but %ss is NULL",
                   shape->field, n, shape->field);
  if (stride < shape->least || stride > STRUCT_MAX
      || stride % sizeof (void *) != 0)
    return refuse (error, "its %s_size is %" G_GSIZE_FORMAT ", no size of a "
                   "struct md_%s (at least %" G_GSIZE_FORMAT "); set the array "
                   "with MD_ARRAY (%s, ...)", shape->field, stride,
                   shape->field, shape->least, shape->field);
  return TRUE;
}

/* An empty array becomes NULL.                                             */
static gboolean
adopt_array (const ArrayShape *shape, const char *theirs, gsize n,
             gsize stride, void **ret_ours, GError **error)
{
  char *ours;

  if (n == 0)
    return TRUE;
  if (!array_is_sane (shape, theirs, n, stride, error))
    return FALSE;
  ours = g_malloc0_n (n, shape->ours);
  for (gsize i = 0; i < n; i++)
    memcpy (ours + i * shape->ours, theirs + i * stride,
            MIN (stride, shape->ours));
  *ret_ours = ours;
  return TRUE;
}

/* ---- interfaces ------------------------------------------------------- */

typedef struct {
  const char *id, *type;
  gsize has, vtable, size, least; /* has, vtable: offsets in Plugin         */
} IfaceShape;

#define IFACE(id, name, last)                                               \
  { id, "md_" #name, G_STRUCT_OFFSET (Plugin, has_##name),                  \
    G_STRUCT_OFFSET (Plugin, name), sizeof (struct md_##name),              \
    END_OF (struct md_##name, last) }

static const IfaceShape iface_shapes[] = {
  IFACE (MD_IFACE_PROVIDER, provider, fetch),
  IFACE (MD_IFACE_STREAM, stream, on_data),
  IFACE (MD_IFACE_SYMBOLS, symbols, list),
  IFACE (MD_IFACE_ESTIMATE, estimate, estimate),
  IFACE (MD_IFACE_SINK, sink, last_commit),
  IFACE (MD_IFACE_DETAILS, details, details),
  IFACE (MD_IFACE_CONDITIONS, conditions, conditions),
};

typedef void (*AnyFn) (void);

#define CALLBACK(iface, name, stub)                                         \
  { #iface, #name, G_STRUCT_OFFSET (Plugin, has_##iface),                   \
    G_STRUCT_OFFSET (Plugin, iface.name), (AnyFn) stub }

/* Without a stub a callback is required.                                   */
static const struct {
  const char *iface, *name;
  gsize has, slot;
  AnyFn stub;
} callbacks[] = {
  CALLBACK (provider, open, NULL), CALLBACK (provider, close, NULL),
  CALLBACK (provider, fetch, NULL), CALLBACK (provider, check, stub_check),
  CALLBACK (stream, endpoint, NULL), CALLBACK (stream, on_open, NULL),
  CALLBACK (stream, on_data, NULL),
  CALLBACK (stream, on_timer, stub_on_timer),
  CALLBACK (stream, on_close, stub_on_close),
  CALLBACK (symbols, list, NULL),
  CALLBACK (symbols, resolve, stub_resolve),
  CALLBACK (estimate, estimate, NULL),
  CALLBACK (sink, open, NULL), CALLBACK (sink, close, NULL),
  CALLBACK (sink, begin, NULL), CALLBACK (sink, write, NULL),
  CALLBACK (sink, commit, NULL), CALLBACK (sink, abort, NULL),
  CALLBACK (sink, last_commit, NULL),
  CALLBACK (sink, attach, stub_attach), CALLBACK (sink, align, stub_align),
  CALLBACK (sink, rewind, stub_rewind), CALLBACK (sink, compact, stub_compact),
  CALLBACK (details, details, NULL),
  CALLBACK (conditions, conditions, NULL),
};

static gboolean
adopt_iface (Plugin *plugin, const struct md_iface *iface, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (iface_shapes); i++) {
    const IfaceShape *shape = &iface_shapes[i];
    gboolean *has = &G_STRUCT_MEMBER (gboolean, plugin, shape->has);

    if (strcmp (iface->id, shape->id) != 0)
      continue;
    if (*has)
      return refuse (error, "it lists the interface %s twice", iface->id);
    if (iface->vtable == NULL)
      return refuse (error, "its interface %s has no vtable", iface->id);
    *has = TRUE;
    if (i == 0)
      plugin->theirs = iface->vtable;
    return adopt_struct (G_STRUCT_MEMBER_P (plugin, shape->vtable),
                         shape->size, iface->vtable, shape->least,
                         shape->type, error);
  }
  return TRUE; /* a later revision, or somebody's own: not for us           */
}

static gboolean
adopt_ifaces (Plugin *plugin, GError **error)
{
  const struct md_iface *iface = plugin->desc.ifaces;

  if (iface == NULL)
    return refuse (error, "its descriptor has no ifaces");
  for (gsize i = 0; iface[i].id != NULL; i++) {
    if (i == 64)
      return refuse (error, "its ifaces do not end with { NULL, NULL }");
    if (!plugin_judge_text ("an interface id", iface[i].id, error)
        || !adopt_iface (plugin, &iface[i], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
adopt_callbacks (Plugin *plugin, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (callbacks); i++) {
    void *slot = G_STRUCT_MEMBER_P (plugin, callbacks[i].slot);
    AnyFn fn;

    memcpy (&fn, slot, sizeof fn);
    if (!G_STRUCT_MEMBER (gboolean, plugin, callbacks[i].has) || fn != NULL)
      continue;
    if (callbacks[i].stub == NULL)
      return refuse (error, "its struct md_%s has no `%s`, which is required",
                     callbacks[i].iface, callbacks[i].name);
    memcpy (slot, &callbacks[i].stub, sizeof fn);
  }
  return TRUE;
}

/* ---- the whole -------------------------------------------------------- */

/* Before anything else: with another major not even the layout is known.   */
static gboolean
negotiate (const struct md_plugin *theirs, GError **error)
{
  if (theirs->abi_major != MD_ABI_MAJOR)
    return refuse (error, "it was built for ABI %u.%u and this mdcore has "
                   "%d.%d; rebuild it with this mdcore's SDK",
                   theirs->abi_major, theirs->abi_minor, MD_ABI_MAJOR,
                   MD_ABI_MINOR);
  return TRUE;
}

static gboolean
negotiate_minor (const struct md_plugin *desc, GError **error)
{
  if (desc->needs_minor > MD_ABI_MINOR)
    return refuse (error, "it needs ABI %d.%u or newer and this mdcore has "
                   "%d.%d; update mdcore", MD_ABI_MAJOR, desc->needs_minor,
                   MD_ABI_MAJOR, MD_ABI_MINOR);
  return TRUE;
}

static gboolean
adopt_tables (Plugin *plugin, GError **error)
{
  for (gsize i = 0; i < plugin->provider.n_offers; i++) {
    struct md_offer *offer
      = (struct md_offer *) plugin_offer_at (plugin, i);
    g_autoptr (GError) local = NULL;

    if (offer->table == NULL)
      continue;
    offer->table = table_adopt (offer->table, &local);
    if (offer->table == NULL)
      return refuse (error, "the table of its offer \"%s\": %s",
                     offer->schema != NULL ? offer->schema : "?",
                     local->message);
  }
  return TRUE;
}

/* What is freed must be ours, so nothing of theirs stays, also on failure. */
static gboolean
adopt_arrays (Plugin *plugin, GError **error)
{
  struct md_plugin *desc = &plugin->desc;
  struct md_provider *provider = &plugin->provider;
  void *keys = NULL, *offers = NULL, *limits = NULL;
  gboolean ok;

  ok = adopt_array (&key_shape, (const char *) desc->keys, desc->n_keys,
                    desc->key_size, &keys, error)
       && adopt_array (&offer_shape, (const char *) provider->offers,
                       provider->n_offers, provider->offer_size, &offers,
                       error)
       && adopt_array (&limit_shape, (const char *) provider->limits,
                       provider->n_limits, provider->limit_size, &limits,
                       error);
  desc->keys = keys;
  desc->key_size = key_shape.ours;
  provider->offers = offers;
  provider->offer_size = offer_shape.ours;
  provider->limits = limits;
  provider->limit_size = limit_shape.ours;
  return ok;
}

gboolean
plugin_adopt (Plugin *plugin, const struct md_plugin *theirs,
              const char *name, GError **error)
{
  Plugin adopted = { .path = plugin->path };
  gboolean ok;

  if (theirs == NULL)
    return refuse (error, "its %s () returned NULL", MD_ENTRY_NAME);
  if (!negotiate (theirs, error)
      || !adopt_struct (&adopted.desc, sizeof adopted.desc, theirs,
                        END_OF (struct md_plugin, ifaces), "md_plugin",
                        error)
      || !negotiate_minor (&adopted.desc, error)
      || !adopt_ifaces (&adopted, error))
    return FALSE;
  ok = adopt_arrays (&adopted, error);
  *plugin = adopted;
  return ok && adopt_callbacks (plugin, error)
         && plugin_judge (plugin, name, error)
         && adopt_tables (plugin, error)
         && plugin_judge_offers (plugin, error);
}
