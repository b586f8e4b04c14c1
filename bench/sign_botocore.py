#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Signs one EC2 request with botocore, as often as it is told to.

Standard input: the body, then a count a line. Standard output: botocore's version and the signature at
2026-01-01T00:00:00Z, then for each count the CPU time of one signature in nanoseconds. The request is used again, which
is the fastest way with botocore: no AWSRequest is made anew.
"""
import sys
import time

import botocore
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

URL = "https://ec2.us-east-1.amazonaws.com/"
CREDENTIALS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


def new_request(body):
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    return AWSRequest(method="POST", url=URL, data=body, headers=headers)


def known_signature(signer, request):
    """What add_auth does, but for the clock."""
    request.context["timestamp"] = "20260101T000000Z"
    signer._modify_request_before_signing(request)
    canonical = signer.canonical_request(request)
    return signer.signature(signer.string_to_sign(request, canonical), request)


def cpu_ns(signer, request, count):
    start = time.process_time_ns()
    for _ in range(count):
        signer.add_auth(request)
    return (time.process_time_ns() - start) / count


def main():
    signer = SigV4Auth(CREDENTIALS, "ec2", "us-east-1")
    body = sys.stdin.readline().rstrip("\n")
    print(botocore.__version__, known_signature(signer, new_request(body)), flush=True)
    request = new_request(body)
    for line in sys.stdin:
        print(cpu_ns(signer, request, int(line)), flush=True)


main()
