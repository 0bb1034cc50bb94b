#!/usr/bin/env python3
"""Prints everything that a query finds: python3 search.py http://127.0.0.1:8080 'opec AND price'"""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

SHOWN = {"year": 4, "month": 7, "day": 10}  # characters of a date that are known, by its precision


class Refused(Exception):
    """The server has said no."""


def refusal(error):
    """What an application/problem+json says, and its way out."""
    if error.headers.get_content_type() != "application/problem+json":
        return Refused(f"{error.code} {error.reason}")
    problem = json.load(error)
    return Refused(" ".join(filter(None, [f"{problem['code']}: {problem['detail']}.", problem.get("hint")])))


def ask(server, path, attempts=5, **parameters):
    """One answer. A server that is busy is asked again when it says so."""
    address = f"{server.rstrip('/')}{path}?{urllib.parse.urlencode(parameters)}"
    for left in reversed(range(attempts)):
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 503 or not left:
                raise refusal(error) from None
            time.sleep(int(error.headers.get("Retry-After", 1)))


def hits(server, **parameters):
    """Every hit, page by page, all of them of one snapshot."""
    page = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        page = ask(server, "/api/v1/search", cursor=page["next_cursor"], **parameters)
        yield from page["hits"]


def line(hit):
    published = hit["published"]
    date = (published["at"] or "undated")[: SHOWN.get(published["precision"], 16)]
    source = hit["source"]["name"] or hit["source"]["site"] or ""
    return "\t".join([date, source, hit["headline"] or hit["excerpt"] or ""])


def main(server, query):
    wanted = "published,source,headline,excerpt"
    for hit in hits(server, q=query, sort="newest", limit=500, fields=wanted, strict=1):
        if hit.get("status") != "deleted":  # withdrawn while we were reading
            print(line(hit))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (Refused, OSError) as error:
        sys.exit(str(error))
