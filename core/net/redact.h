/* SPDX-License-Identifier: Apache-2.0
 *
 * redact.h - secrets out of URLs, error texts and recordings.
 */
#pragma once

#include "data/redact.h"
#include "net.h"

/* The request's secrets and its credentials.                               */
Redactor *redactor_for_request (const NetRequest *request);
/* Also the values of parameters that are named like credentials (token=...,
 * apikey=...), declared or not.  (transfer full)                           */
char *url_redact (const char *url, const Redactor *redactor);
