/* SPDX-License-Identifier: Apache-2.0
 *
 * decimal.c - decimal text to integers of 1e-9.
 */
#include "decimal.h"
