"""Reads /metrics of a running server by the parser that Prometheus' own library for Python has for OpenMetrics, and asserts
that what is counted moves by exactly what was asked.

usage: metrics.py BASE_URL
"""
import sys, urllib.error, urllib.request
from prometheus_client.openmetrics.parser import text_string_to_metric_families

base = sys.argv[1]


def get(path):
    try:
        with urllib.request.urlopen(base + path) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def metrics():
    families = list(text_string_to_metric_families(get("/metrics")))
    samples = {}
    for sample in (sample for family in families for sample in family.samples):
        key = sample.name, tuple(sorted(sample.labels.items()))
        assert key not in samples, f"{key} is there twice"
        samples[key] = sample.value
    return families, samples


def moved(before, after, name):
    by = {}
    for (known, labels), value in after.items():
        if known == name and value != before.get((known, labels), 0):
            by[labels] = value - before.get((known, labels), 0)
    return by


families, before = metrics()
assert len(families) > 30, len(families)
for family in families:
    assert family.documentation and family.type in ("counter", "gauge", "histogram"), family
for _ in range(3):
    get("/api/v1/search?q=tin")
get("/api/v1/search?sort=sideways")
get("/nowhere/at/all")
_, after = metrics()

requests = moved(before, after, "broadsheet_http_request_duration_seconds_count")
search = lambda status: (("method", "GET"), ("route", "/api/v1/search"), ("status", status))
expected = {
    search("2xx"): 3, search("4xx"): 1,
    (("method", "GET"), ("route", "unmatched"), ("status", "4xx")): 1,
    (("method", "GET"), ("route", "/metrics"), ("status", "2xx")): 1,
}
assert requests == expected, requests
searches = moved(before, after, "broadsheet_search_duration_seconds_count")
assert searches == {(("kind", "search"),): 3}, searches
refused = moved(before, after, "broadsheet_http_requests_refused_total")
assert refused == {(("code", "unknown_value"),): 1, (("code", "not_found"),): 1}, refused
print(f"metrics: {len(families)} families, read by another")
