/* SPDX-License-Identifier: Apache-2.0
 *
 * decode.h - encodings undone: what the transfer put around the content
 * (Content-Encoding), and what the content itself is packed in.
 *
 * A decoder takes the source that it reads from.
 */
#pragma once

#include "source.h"

Source *gunzip_new (Source *upstream);
Source *unzstd_new (Source *upstream);

typedef enum { PACKED_NOT, PACKED_GZIP, PACKED_ZSTD, PACKED_ZIP } Packing;

/* By the first bytes.                                                      */
Packing decode_packing (const guint8 *head, gsize len);
int decode_sniff (Source *source, Packing *ret_packing, struct md_error *err);
/* gzip or zstd undone; for others the source itself.                       */
Source *decode_packed (Source *upstream, Packing packing);
/* A Content-Encoding header undone, last coding first; NULL and PROTOCOL for
 * one that was not asked for.  upstream is freed on failure.               */
Source *decode_encodings (Source *upstream, const char *encodings,
                          struct md_error *err);

/* The members of a zip as they stand in the stream, one after the other.   */
typedef struct Unzip Unzip;
Unzip *unzip_new (Source *upstream);
/* *ret_name is NULL after the last, when the stream has ended, too.        */
int unzip_next (Unzip *unzip, const char **ret_name, struct md_error *err);
/* The bytes of the current member; ends with the next unzip_next.          */
Source *unzip_member (Unzip *unzip);
void unzip_free (Unzip *unzip);
