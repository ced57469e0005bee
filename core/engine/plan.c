/* SPDX-License-Identifier: Apache-2.0
 *
 * plan.c - engine_plan: for each dataset and schema, want minus have, grouped
 * by symbols that want the same and cut into chunks.
 */
#include "limits.h"
#include "plan.h"

#include "data/interval.h"

#include <string.h>

/* Below this, looking up each symbol beats walking the ledger.             */
#define FEW_SYMBOLS 64

/* One dataset and schema of the job.                                       */
typedef struct {
  const EngineInput *input;
  const struct md_offer *offer;
  char *dataset, *schema;  /* GRefString                                    */
  PlanRange range;
  PlanPolicy policy;
  GHashTable *symbols;     /* symbol -> index + 1                           */
  GArray **wants;          /* by symbol; NULL: never asked, all is wanted   */
  GArray *again;           /* Span: settled before and wanted all the same  */
  md_time asked_at;        /* the oldest answer among those                 */
  GArray *everything;      /* the whole range, for those without a ledger   */
  PlanEnds *ends;          /* NULL: symbols do not end                      */
  PlanNotes *notes;
  Plan *plan;
} Part;

/* Symbols that want the same spans.                                        */
typedef struct {
  const GArray *spans;
  GPtrArray *symbols;      /* of char *, borrowed from the job              */
} Group;

/* ---- want ------------------------------------------------------------ */

static PlanRange
range_of_symbol (const Part *part, guint index)
{
  return part->ends != NULL
           ? plan_ends_cut (part->ends, part->input->job->symbols[index],
                            &part->range)
           : part->range;
}

static void
take_want (Part *part, guint index, const GArray *ledger)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();
  const PlanRange range = range_of_symbol (part, index);
  GArray *want = plan_want (part->offer, &range, ledger, &part->policy,
                            waiting);

  for (guint i = 0; i < want->len; i++) {
    const Span *span = &g_array_index (want, Span, i);
    md_time asked_at = plan_asked_at (ledger, span->from, span->to);

    if (asked_at != MD_ABSENT)
      spans_add (part->again, span->from, span->to);
    part->asked_at = MIN (part->asked_at, asked_at);
  }
  for (guint i = 0; i < waiting->len; i++)
    plan_notes_add (part->notes, part->input->job->symbols[index],
                    part->schema, waiting->pdata[i]);
  g_clear_pointer (&part->wants[index], g_array_unref);
  part->wants[index] = want;
}

static AskKey
ask_key (const Part *part, char *selector)
{
  return (AskKey) { .provider = (char *) part->input->plugin->desc.name,
                    .dataset = part->dataset,
                    .schema = part->schema,
                    .selector = selector,
                    .kind = part->input->job->selector };
}

static gboolean
visit_ledger (const AskKey *key, const GArray *spans, gpointer data)
{
  Part *part = data;
  guint index
    = GPOINTER_TO_UINT (g_hash_table_lookup (part->symbols, key->selector));

  if (index > 0 && key->kind == part->input->job->selector)
    take_want (part, index - 1, spans);
  return TRUE;
}

/* What ended and was never asked does not want the whole range either.     */
static void
want_until_ends (Part *part)
{
  char **symbols = part->input->job->symbols;

  for (guint i = 0; part->ends != NULL && symbols[i] != NULL; i++) {
    const PlanRange range = range_of_symbol (part, i);

    if (range.to < part->range.to)
      part->wants[i] = plan_want (part->offer, &range, NULL, &part->policy,
                                  NULL);
  }
}

static gboolean
read_ledger (Part *part, GError **error)
{
  Store *store = part->input->store;
  char **symbols = part->input->job->symbols;
  AskKey all = ask_key (part, NULL);

  want_until_ends (part);
  if (store == NULL)
    return TRUE;
  if (g_hash_table_size (part->symbols) > FEW_SYMBOLS)
    return store_ledger_each (store, &all, visit_ledger, part, error);
  for (guint i = 0; symbols[i] != NULL; i++) {
    const AskKey key = ask_key (part, symbols[i]);
    g_autoptr (GArray) spans = store_ledger (store, &key, error);

    if (spans == NULL)
      return FALSE;
    take_want (part, i, spans);
  }
  return TRUE;
}

/* ---- groups ---------------------------------------------------------- */

static guint
spans_hash (gconstpointer key)
{
  const GArray *spans = key;
  guint64 hash = spans->len;

  for (guint i = 0; i < spans->len; i++) {
    const Span *span = &g_array_index (spans, Span, i);

    hash = (hash ^ (guint64) span->from) * G_GUINT64_CONSTANT (0x100000001b3);
    hash = (hash ^ (guint64) span->to) * G_GUINT64_CONSTANT (0x100000001b3);
  }
  return (guint) (hash ^ (hash >> 32));
}

static gboolean
spans_equal (gconstpointer a, gconstpointer b)
{
  const GArray *x = a, *y = b;

  return x->len == y->len
         && (x->len == 0
             || memcmp (x->data, y->data, x->len * sizeof (Span)) == 0);
}

static void
group_free (Group *group)
{
  g_ptr_array_unref (group->symbols);
  g_free (group);
}

/* In the job's order, so that the same job makes the same requests.        */
static GPtrArray *
group_symbols (const Part *part)
{
  g_autoptr (GHashTable) by_spans = g_hash_table_new (spans_hash, spans_equal);
  GPtrArray *groups
    = g_ptr_array_new_with_free_func ((GDestroyNotify) group_free);
  char **symbols = part->input->job->symbols;

  for (guint i = 0; symbols[i] != NULL; i++) {
    const GArray *spans = part->wants[i] ? part->wants[i] : part->everything;
    Group *group = g_hash_table_lookup (by_spans, spans);

    if (spans->len == 0)
      continue;
    if (group == NULL) {
      group = g_new0 (Group, 1);
      group->spans = spans;
      group->symbols = g_ptr_array_new ();
      g_ptr_array_add (groups, group);
      g_hash_table_insert (by_spans, (gpointer) spans, group);
    }
    g_ptr_array_add (group->symbols, symbols[i]);
  }
  return groups;
}

/* ---- chunks ---------------------------------------------------------- */

static GPtrArray *
copy_names (const GPtrArray *symbols, guint first, guint n)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = first; i < MIN (first + n, symbols->len); i++)
    g_ptr_array_add (names, g_strdup (symbols->pdata[i]));
  return names;
}

/* Only the day of a change is told.                                        */
static md_time
newer_than (const Part *part, const Span *piece)
{
  const GPtrArray *changed = part->policy.changed;
  md_time first = MD_ABSENT;

  for (guint i = 0; changed != NULL && i < changed->len; i++) {
    const Condition *one = changed->pdata[i];

    if (one->changed != MD_ABSENT && one->from < piece->to
        && one->to > piece->from
        && g_strcmp0 (one->dataset, part->dataset) == 0)
      first = MIN (first, one->changed - MD_DAY);
  }
  return first != MD_ABSENT ? MAX (first, part->asked_at) : part->asked_at;
}

/* Lists of `size` symbols each; `*` is asked with no name at all.          */
static GPtrArray *
split_names (const GPtrArray *symbols, guint size, gboolean all)
{
  GPtrArray *lists
    = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint first = 0; first < symbols->len; first += size)
    g_ptr_array_add (lists, copy_names (symbols, first, all ? 0 : size));
  return lists;
}

static Chunk
model_of (const Part *part)
{
  return (Chunk) { .offer = part->offer,
                   .dataset = part->dataset,
                   .schema = part->schema,
                   .selector = part->input->job->selector };
}

static void
add_chunks (Part *part, const GArray *pieces, GPtrArray *lists)
{
  const Chunk model = model_of (part);
  Chunk *chunk = plan_add_block (part->plan, &model, pieces, lists);

  for (guint i = 0; part->again->len > 0 && i < pieces->len; i++) {
    const Span *piece = &g_array_index (pieces, Span, i);
    g_autoptr (GArray) one = spans_new (), again = NULL;

    spans_add (one, piece->from, piece->to);
    again = spans_intersect (part->again, one);
    for (guint k = 0; k < lists->len; k++, chunk++) {
      chunk->refetch = again->len > 0;
      chunk->newer_than = chunk->refetch ? newer_than (part, piece) : 0;
    }
  }
}

static void
cut_group (Part *part, const Group *group)
{
  gboolean all = part->input->job->selector == MD_SELECT_ALL;
  gboolean files = plan_reads_files (part->input->keys);
  gboolean whole = files || plan_orders_whole (part->input->keys);
  gboolean days = plan_reads_days (part->input->keys);
  guint size = files || days ? MAX (group->symbols->len, 1)
                     : plan_group_size (part->offer,
                                        whole ? 0
                                              : spans_total (group->spans));
  g_autoptr (GArray) pieces = spans_new ();
  g_autoptr (GPtrArray) lists = split_names (group->symbols, size, all);

  for (guint i = 0; i < group->spans->len; i++) {
    const Span *span = &g_array_index (group->spans, Span, i);

    if (whole)
      spans_add (pieces, span->from, span->to);
    else if (days)
      plan_cut_days (part->offer, span->from, span->to, pieces);
    else
      plan_cut (part->offer, size, span->from, span->to, pieces);
  }
  add_chunks (part, pieces, lists);
}

/* `provisional = yes`: the bars that are not final yet, asked at each run.
 * What is charged for is not bought before it is worth keeping.             */
static void
add_provisional (Part *part)
{
  const struct md_offer *offer = part->offer;
  const EngineInput *input = part->input;
  const struct md_interval *interval = &offer->interval;
  guint n = g_strv_length (input->job->symbols);
  guint size = offer->max_symbols > 0 ? offer->max_symbols : n;
  md_time from = MAX (part->range.from, part->range.final), to;
  g_autoptr (GPtrArray) all = g_ptr_array_new (), lists = NULL;
  g_autoptr (GArray) pieces = spans_new ();
  Chunk model = model_of (part);

  model.provisional = TRUE;
  if (!input->job->provisional || interval->count == 0
      || (offer->flags & MD_OFFER_PAID) != 0)
    return;
  to = interval_next (interval, interval_floor (interval, input->now));
  if (input->job->end != MD_ABSENT)
    to = MIN (to, input->job->end);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (all, input->job->symbols[i]);
  spans_add (pieces, from, to);
  lists = split_names (all, MAX (size, 1),
                       input->job->selector == MD_SELECT_ALL);
  plan_add_block (part->plan, &model, pieces, lists);
}

/* ---- a part ---------------------------------------------------------- */

static PlanRange
range_of (const EngineInput *input, const struct md_offer *offer,
          const Calendar *calendar)
{
  const Job *job = input->job;
  struct md_offer settled = *offer;
  PlanRange range;

  settled.settle_ns = limits_settle (input, offer);
  range = plan_range (&settled, job->start, job->end, input->now);
  plan_range_heed (&range, &settled, calendar);
  return range;
}

static void
part_init (Part *part, const EngineInput *input, const struct md_offer *offer,
           const char *dataset, const char *schema, const Calendar *calendar,
           Plan *plan)
{
  const Job *job = input->job;

  *part = (Part) {
    .input = input,
    .offer = offer,
    .dataset = g_ref_string_new (dataset),
    .schema = g_ref_string_new (schema),
    .range = range_of (input, offer, calendar),
    /* What is charged for is not bought again on suspicion.                */
    .policy = { input->now, input->refetch_from, input->refetch_to,
                (offer->flags & MD_OFFER_PAID) != 0 ? 0 : job->revise,
                limits_plan (input), input->changed, dataset },
    .asked_at = MD_ABSENT,
    .symbols = g_hash_table_new (g_str_hash, g_str_equal),
    .wants = g_new0 (GArray *, g_strv_length (job->symbols)),
    .again = spans_new (),
    .notes = plan_notes_new (),
    .plan = plan,
  };
  part->everything
    = plan_want (offer, &part->range, NULL, &part->policy, NULL);
  for (guint i = 0; job->symbols[i] != NULL; i++)
    g_hash_table_insert (part->symbols, job->symbols[i],
                         GUINT_TO_POINTER (i + 1));
}

static void
part_clear (Part *part)
{
  for (guint i = 0; part->input->job->symbols[i] != NULL; i++)
    g_clear_pointer (&part->wants[i], g_array_unref);
  g_free (part->wants);
  g_array_unref (part->everything);
  g_array_unref (part->again);
  g_hash_table_unref (part->symbols);
  g_ref_string_release (part->dataset);
  g_ref_string_release (part->schema);
  plan_notes_finish (part->notes, part->plan->notes);
}

static void
note_range (const Part *part)
{
  char next[TIME_TEXT_SIZE];
  Plan *plan = part->plan;

  if (!part->range.held)
    return;
  plan->next_final = MIN (plan->next_final, part->range.next_final);
  if (part->range.from < part->range.to) {
    plan->held_until = MIN (plan->held_until, part->range.to);
    return;
  }
  time_format (part->range.next_final, next);
  g_ptr_array_add (plan->notes,
                   g_strdup_printf ("%s, %s: nothing is final yet, first at "
                                    "%s", part->dataset, part->schema, next));
}

static gboolean
plan_part (const EngineInput *input, const char *dataset, const char *schema,
           PlanEnds *ends, Plan *plan, GError **error)
{
  const struct md_offer *offer
    = plugin_offer (input->plugin, dataset, schema, error);
  const Calendar *calendar;
  gboolean done;
  Part part;

  if (offer == NULL
      || !hours_of (input->job, offer, dataset, &calendar, error))
    return FALSE;
  part_init (&part, input, offer, dataset, schema, calendar, plan);
  /* An end that was told too early is corrected by a later action.          */
  part.ends = offer->record != MD_ACTION ? ends : NULL;
  note_range (&part);
  done = read_ledger (&part, error);
  if (done) {
    g_autoptr (GPtrArray) groups = group_symbols (&part);

    for (guint i = 0; i < groups->len; i++)
      cut_group (&part, groups->pdata[i]);
    add_provisional (&part);
  }
  part_clear (&part);
  return done;
}

/* ---- the whole -------------------------------------------------------- */

/* What is asked for by --refetch is asked whatever is known of its end.    */
static PlanEnds *
read_ends (const EngineInput *input, GError **error)
{
  gboolean known = input->job->selector == MD_SELECT_SYMBOL
                   && input->refetch_from == MD_ABSENT;

  return plan_ends_new (known ? input->store : NULL,
                        input->plugin->desc.name, error);
}

static gboolean
plan_parts (const EngineInput *input, Plan *plan, GError **error)
{
  const Job *job = input->job;
  g_autoptr (PlanEnds) ends = read_ends (input, error);
  gboolean done = ends != NULL;

  for (char **d = job->datasets; *d != NULL && done; d++) {
    for (char **s = job->schemas; *s != NULL && done; s++)
      done = plan_part (input, *d, *s, ends, plan, error);
  }
  if (done)
    plan_ends_tell (ends, plan->notes);
  return done;
}

Plan *
engine_plan (const EngineInput *input, GError **error)
{
  g_autoptr (Plan) plan = plan_new ();

  if (!plan_parts (input, plan, error))
    return NULL;
  plan_finish (plan, input);
  return g_steal_pointer (&plan);
}
