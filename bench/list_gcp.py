#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gets all pages of a listing, then prints how many milliseconds json takes to parse their bytes.

Usage: list_gcp.py URL
"""
import json
import sys
import time
import urllib.parse
import urllib.request


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def main():
    base = sys.argv[1]
    compute = base + "/compute/v1/projects/bench/"
    zones = get(compute + "zones?maxResults=500")
    bodies = [zones, get(compute + "aggregated/acceleratorTypes?maxResults=500")]
    for zone in json.loads(zones)["items"]:
        bodies.append(get(compute + "zones/" + zone["name"] + "/machineTypes?maxResults=500"))
    token = ""
    while True:
        query = urllib.parse.urlencode({"pageSize": 5000, "pageToken": token})
        bodies.append(get(base + "/v1/services/6F81-5844-456A/skus?" + query))
        token = json.loads(bodies[-1])["nextPageToken"]
        if not token:
            break
    start = time.perf_counter()
    for body in bodies:
        json.loads(body)
    print("%.3f" % ((time.perf_counter() - start) * 1e3))


if __name__ == "__main__":
    main()
