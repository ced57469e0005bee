/* SPDX-License-Identifier: Apache-2.0
 *
 * cause.c - libcurl's codes as sentences.
 */
#include "cause.h"

#include <string.h>

static const char *
said (const char *reason, CURLcode code)
{
  return reason[0] != '\0' ? reason : curl_easy_strerror (code);
}

static int
no_connection (CURL *easy, const char *reason, struct md_error *err)
{
  long number = 0;

  curl_easy_getinfo (easy, CURLINFO_OS_ERRNO, &number);
  if (number != 0)
    return md_fail (err, MD_ERR_NETWORK, "no connection: %s",
                    g_strerror ((int) number));
  return md_fail (err, MD_ERR_NETWORK, "no connection: %s",
                  said (reason, CURLE_COULDNT_CONNECT));
}

static int
too_late (CURL *easy, const char *reason, struct md_error *err)
{
  curl_off_t connected = 0;

  curl_easy_getinfo (easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
  if (connected == 0)
    return md_fail (err, MD_ERR_NETWORK,
                    "no connection within the time for it: %s",
                    said (reason, CURLE_OPERATION_TIMEDOUT));
  return md_fail (err, MD_ERR_NETWORK,
                  "the answer comes too slowly, under 16 bytes a second: %s",
                  said (reason, CURLE_OPERATION_TIMEDOUT));
}

int
cause_of_connect (CURL *easy, CURLcode code, const char *reason,
                  struct md_error *err)
{
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
    return md_fail (err, MD_ERR_NETWORK, "the name was not found in DNS: %s",
                    said (reason, code));
  case CURLE_COULDNT_CONNECT:
    return no_connection (easy, reason, err);
  case CURLE_OPERATION_TIMEDOUT:
    return too_late (easy, reason, err);
  case CURLE_PEER_FAILED_VERIFICATION:
    /* Asking again does not make it trustworthy.                           */
    return md_fail (err, MD_ERR_CONFIG,
                    "the server's TLS certificate is refused: %s "
                    "([network] ca_file names other authorities)",
                    said (reason, code));
  case CURLE_SSL_CONNECT_ERROR:
    return md_fail (err, MD_ERR_NETWORK, "no TLS connection: %s",
                    said (reason, code));
  case CURLE_SSL_CACERT_BADFILE:
    return md_fail (err, MD_ERR_CONFIG,
                    "the file of trusted certificates cannot be used: %s",
                    said (reason, code));
  default:
    return md_fail (err, MD_ERR_NETWORK, "%s", said (reason, code));
  }
}

/* Where the connection broke off.                                          */
static int
broke_off (const Transfer *transfer, CURLcode code, struct md_error *err)
{
  guint64 got = transfer->body.total;

  if (transfer->header_bytes == 0)
    return md_fail (err, MD_ERR_NETWORK,
                    "the connection ended before any answer: %s",
                    said (transfer->reason, code));
  if (!transfer->answered)
    return md_fail (err, MD_ERR_NETWORK,
                    "the connection ended inside the headers: %s",
                    said (transfer->reason, code));
  if (transfer->announced >= 0)
    return md_fail (err, MD_ERR_NETWORK,
                    "the body ended after %" G_GUINT64_FORMAT " of %"
                    G_GINT64_FORMAT " bytes: %s", got, transfer->announced,
                    said (transfer->reason, code));
  return md_fail (err, MD_ERR_NETWORK,
                  "the body was cut after %" G_GUINT64_FORMAT " bytes: %s",
                  got, said (transfer->reason, code));
}

int
cause_of (const Transfer *transfer, CURLcode code, struct md_error *err)
{
  switch (code) {
  case CURLE_GOT_NOTHING:
  case CURLE_RECV_ERROR:
  case CURLE_SEND_ERROR:
  case CURLE_PARTIAL_FILE:
  case CURLE_HTTP2:
  case CURLE_HTTP2_STREAM:
    /* curl's own limit of headers has the code of a broken connection.     */
    if (strstr (transfer->reason, "headers") != NULL)
      return md_fail (err, MD_ERR_PROTOCOL, "%s", transfer->reason);
    return broke_off (transfer, code, err);
  case CURLE_OUT_OF_MEMORY:
    if (!transfer->answered)
      return md_fail (err, MD_ERR_PROTOCOL,
                      "a header of the answer is larger than 100 KB");
    return md_fail (err, MD_ERR_INTERNAL, "out of memory");
  case CURLE_WEIRD_SERVER_REPLY:
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_BAD_CONTENT_ENCODING:
    return md_fail (err, MD_ERR_PROTOCOL, "the answer is no proper HTTP: %s",
                    said (transfer->reason, code));
  default:
    return cause_of_connect (transfer->easy, code, transfer->reason, err);
  }
}
