"""Counts masakhanews straight from its TSV and compares with a running server.

usage: masakhanews.py FOLDER BASE_URL      (needs `zstd` on the path)
"""
import csv, io, sys, urllib.parse
from news import ask, end, facets, has, members, same, total

folder, base = sys.argv[1:3]
csv.field_size_limit(1 << 30)
articles, known = {}, set()
for _, text in members(folder + "/data.tar.zst", ".tsv"):
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter="\t"):
        # What was read before, word for word, changes nothing; the same address with something else is a new version.
        if (whole := tuple(row.values())) not in known:
            known.add(whole)
            articles[row["url"]] = row
articles = list(articles.values())
texts = lambda article: [article["headline"], article["text"]]

total(base, "*", len(articles))
host = lambda article: [urllib.parse.urlparse(article["url"]).netloc.removeprefix("www.")]
facets(base, "*", articles, section=lambda article: [article["category"]], site=host)
for category in sorted({article["category"] for article in articles}):
    total(base, f"section:{category}", sum(article["category"] == category for article in articles))
for phrase in ["prime minister", "world health organization", "premier ministre", "shugaban kasa", "rais wa", "madaxweynaha", "ጠቅላይ ሚኒስትር", "dem dey", "covid 19"]:
    found = [article for article in articles if has(texts(article), phrase)]
    total(base, f'"{phrase}"', len(found))
    total(base, f'headline:"{phrase}"', sum(has([article["headline"]], phrase) for article in articles))
    facets(base, f'"{phrase}"', found, section=lambda article: [article["category"]])
found = [a for a in articles if has(texts(a), "president") and not has(texts(a), "election") and a["category"] != "politics"]
total(base, '"president" -"election" -section:politics', len(found))
end()
