#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists what EC2 offers in one region with botocore and prints how many milliseconds that took.

Usage: list_botocore.py URL types|all
"""
import json
import sys
import time

import botocore.session

REGION = "us-east-1"


def client(session, service, url):
    return session.create_client(
        service, region_name=REGION, endpoint_url=url,
        aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="bench-secret")


def count(client, operation, member, page_size, **arguments):
    pages = client.get_paginator(operation).paginate(
        PaginationConfig={"PageSize": page_size}, **arguments)
    return sum(len(page[member]) for page in pages)


def prices(client):
    pages = client.get_paginator("get_products").paginate(
        ServiceCode="AmazonEC2", PaginationConfig={"PageSize": 100},
        Filters=[{"Type": "TERM_MATCH", "Field": "regionCode", "Value": REGION}])
    return sum(len(json.loads(text)) for page in pages for text in page["PriceList"])


def main():
    url, what = sys.argv[1:]
    session = botocore.session.Session()
    ec2 = client(session, "ec2", url)
    pricing = client(session, "pricing", url)
    start = time.perf_counter()
    types = count(ec2, "describe_instance_types", "InstanceTypes", 100)
    if what == "all":
        count(ec2, "describe_instance_type_offerings", "InstanceTypeOfferings", 1000,
              LocationType="availability-zone")
        count(ec2, "describe_spot_price_history", "SpotPriceHistory", 1000,
              ProductDescriptions=["Linux/UNIX"])
        prices(pricing)
    print("%.3f" % ((time.perf_counter() - start) * 1e3))
    if types != 1263:
        sys.exit("%d types instead of 1263" % types)


if __name__ == "__main__":
    main()
