/* SPDX-License-Identifier: Apache-2.0
 *
 * cause.h - why a transfer failed, in a sentence and with its class.
 */
#pragma once

#include "transfer.h"

int cause_of (const Transfer *transfer, CURLcode code, struct md_error *err);
/* The same for a handle without a transfer; `reason` is curl's own text.   */
int cause_of_connect (CURL *easy, CURLcode code, const char *reason,
                      struct md_error *err);
