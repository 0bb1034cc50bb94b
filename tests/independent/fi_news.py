"""Counts fi-news straight from its CSV and compares with a running server.

usage: fi_news.py FOLDER BASE_URL      (needs `zstd` on the path)
"""
import csv, io, sys
from news import facets, has, members, same, timeline, total, ask, words, end

folder, base = sys.argv[1:3]
articles = {}
for _, text in members(folder + "/shards-000-119.tar.zst", ".csv"):
    for row in csv.DictReader(io.StringIO(text, newline="")):
        articles[row["id"]] = row
articles = list(articles.values())
filled = lambda text: "" if text in ("null", "NULL") else text
for article in articles:
    article["texts"] = [filled(article["otsikko"]), filled(article["tiivistelma"])]
    article["words"] = set(words(" ".join(article["texts"])))

total(base, "*", len(articles))
total(base, "has:image", sum(filled(article["kuva"]) != "" for article in articles))
timeline(base, "year", [article["paivamaara"] for article in articles], 4)
timeline(base, "month", [article["paivamaara"] for article in articles], 7)
for query, start, last in [("date:2020-03", "2020-03-01", "2020-03-31"), ("date:[2019-05-18 TO 2019-05-19]", "2019-05-18", "2019-05-19"), ("before:2014", "0", "2014-12-31")]:
    total(base, query, sum(start <= article["paivamaara"][:10] <= last for article in articles))
for phrase in ["sanna marin", "jäi kiinni", "donald trump", "tulipalossa", "pääministeri", "korona"]:
    total(base, f'"{phrase}"', sum(has(article["texts"], phrase) for article in articles))
    total(base, f'headline:"{phrase}"', sum(has(article["texts"][:1], phrase) for article in articles))

# Whoever asks for a word, with diacritics or without, finds its inflected forms.
FORMS = {
    "tulipalo": "tulipalo tulipalon tulipalossa tulipaloa tulipalosta tulipaloon tulipalot",
    "presidentti": "presidentti presidentin presidenttiä presidentille presidentillä presidenttiin",
    "hävittäjä": "hävittäjä hävittäjän hävittäjää hävittäjät hävittäjien hävittäjiä",
    "kesä": "kesä kesän kesällä kesää kesäksi kesään kesät",
    "työntekijä": "työntekijä työntekijän työntekijää työntekijät työntekijöiden työntekijöitä työntekijälle",
}
for word, forms in FORMS.items():
    folded = {form for text in forms.split() for form in words(text)}
    counted = sum(bool(article["words"] & folded) for article in articles)
    exact = " OR ".join(f'"{form}"' for form in forms.split())
    for typed in {word, words(word)[0]}:
        total(base, f"{typed} AND ({exact})", counted)
end()
