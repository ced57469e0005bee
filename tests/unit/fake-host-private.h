/* SPDX-License-Identifier: Apache-2.0
 *
 * fake-host-private.h - between the two files of the fake host.
 */
#pragma once

#include "fake-host.h"

extern const struct md_host fake_host_services;
void fake_host_forget (FakeHost *host);
void fake_reply_free (gpointer reply);
