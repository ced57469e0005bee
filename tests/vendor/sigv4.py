# SPDX-License-Identifier: Apache-2.0
"""Is a request signed as AWS Signature Version 4 asks?  For local servers.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""
import hashlib
import hmac
import re
import urllib.parse


def quoted(text, safe=""):
    return urllib.parse.quote(text, safe=safe + "-_.~")


def canonical(request, signed):
    url = urllib.parse.urlsplit(request.target)
    query = sorted((quoted(k), quoted(v)) for k, v in urllib.parse.parse_qsl(
        url.query, keep_blank_values=True))
    headers = "".join(f"{n}:{' '.join(request.headers.get(n, '').split())}\n"
                      for n in signed)
    payload = request.headers.get("x-amz-content-sha256",
                                  hashlib.sha256(request.body).hexdigest())
    return "\n".join((request.method, url.path,
                      "&".join(f"{k}={v}" for k, v in query), headers,
                      ";".join(signed), payload))


def fault(request, key_id, secret, region, service):
    """An S3 error code, or None where the signature is right."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/"
        r"aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})",
        request.headers.get("Authorization", ""))
    if not found:
        return "AccessDenied"
    given, date, *scope, headers, signature = found.groups()
    if given != key_id:
        return "InvalidAccessKeyId"
    signed = headers.split(";")
    if scope != [region, service] or "host" not in signed:
        return "AuthorizationHeaderMalformed"
    stamp = request.headers.get("x-amz-date", "")
    digest = hashlib.sha256(canonical(request, signed).encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", stamp,
                      f"{date}/{region}/{service}/aws4_request", digest))
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    if stamp[:8] != date or not hmac.compare_digest(expected, signature):
        return "SignatureDoesNotMatch"
    return None
