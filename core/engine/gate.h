/* SPDX-License-Identifier: Apache-2.0
 *
 * gate.h - the first call of a provider and key runs alone until it is known
 * to be welcome, so that a wrong key costs one call and not one a worker.
 */
#pragma once

#include "data/clock.h"

typedef struct Gate Gate;

Gate *gate_new (void);
void gate_free (Gate *gate);
/* Waits while another thread's first call is unanswered.  FALSE: cancelled. */
gboolean gate_enter (Gate *gate, const Cancel *cancel);
/* The vendor gave data, or refused for another reason than the key.        */
void gate_open (Gate *gate);
/* This thread's attempt ended without knowing; the next one tries.         */
void gate_leave (Gate *gate);
