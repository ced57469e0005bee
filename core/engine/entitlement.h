/* SPDX-License-Identifier: Apache-2.0
 *
 * entitlement.h - what the ledger says where the vendor's plan does not reach,
 * so that a better plan is asked at once.  Pure.
 */
#pragma once

#include "engine.h"

/* "not in the plan \"free\": HTTP 403: ..."; without the plan where it is
 * NULL.  (transfer full)                                                   */
char *entitlement_reason (const char *plan, const struct md_error *err);
/* The reason names a plan, and it is not this one.                         */
gboolean entitlement_is_outdated (const char *reason, const char *plan);
