/* SPDX-License-Identifier: Apache-2.0
 *
 * stubs.c - entries of the policies that are still to come.
 */
#include "row-json.h"
#include "rules.h"

#define STUB(type, name, ...)                                             \
  type name (__VA_ARGS__)                                                 \
  {                                                                       \
    g_error (#name " is not there yet");                                  \
  }

STUB (void, rule_score_init, RuleScore *s)
STUB (void, rule_score_add, RuleScore *i, const RuleScore *s)
STUB (double, rule_score, const RuleScore *s)
STUB (gboolean, rule_score_passes, const RuleScore *s, const QualityPolicy *q)
STUB (void, rules_apply, const RuleInput *i, Columns *c, GPtrArray *d,
      RuleScore *s)
STUB (void, row_append_json, GString *o, const Columns *c, gsize r,
      const char *i)
STUB (GBytes *, row_to_json, const Columns *c, gsize r, const char *i)
STUB (gboolean, row_from_json, const char *t, gsize l, Columns *c, char **i,
      GError **e)
