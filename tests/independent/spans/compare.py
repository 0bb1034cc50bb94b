"""Asks a running server the queries that Lucene has counted, and compares.

usage: compare.py FOLDER BASE_URL      (FOLDER as draw.py and Counts.java left it)

A count that differs is a failure, unless Lucene comes to ours once the rule that differences.tsv names is taken from it. And a rule
that makes no difference any more is a failure, too: it does not belong on the list.
"""
import collections, os, sys
sys.path.insert(0, __file__.rsplit("/", 2)[0])
from news import ask

folder, base = sys.argv[1:3]
rows = lambda path: [line.rstrip("\n").split("\t") for line in open(path) if not line.startswith("#")]
rules = {name: 0 for name, _ in rows(os.path.join(os.path.dirname(__file__), "differences.tsv"))}
failures, matching, spelled_out = 0, 0, 0
counted = list(zip(rows(folder + "/queries.tsv"), rows(folder + "/counted.tsv"), strict=True))


def rule(plain, apart, spelled, answered):
    """What takes Lucene's count to ours."""
    if spelled not in ("-", answered):
        return "none: every arrangement of the words, spelled out, is another count"
    return "overlap" if apart == answered else "pairs" if spelled == answered else "none"


for (_, query, kind), (plain, apart, spelled) in counted:
    answer = ask(base, q=query, facet_limit=1)
    answered = str(answer["total"])
    unread = [warning for warning in answer["query"]["warnings"] if warning["code"] != "matches_nothing"]
    matching += answered != "0"
    spelled_out += spelled != "-"
    if not unread and plain == answered and spelled in ("-", answered):
        continue
    named = "none: the query was not read" if unread else rule(plain, apart, spelled, answered)
    if named in rules:
        rules[named] += 1
        continue
    failures += 1
    print(f"{kind}: {query}: Lucene {plain}, apart {apart}, spelled out {spelled}; answered {answered}; rule: {named}")

print(f"{len(counted)} queries, {matching} found something, {spelled_out} were spelled out; differences by rule: {rules}")
if matching < 0.6 * len(counted) or not all(rules.values()):
    failures += 1
    print("too few queries found anything, or a rule on the list made no difference")
sys.exit(1 if failures else 0)
