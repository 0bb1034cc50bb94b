"""Counts kurdistan-multilingual straight from its CSV and compares with a running server.

usage: kurdistan.py FOLDER BASE_URL      (needs `zstd` on the path)
"""
import csv, io, sys, urllib.parse
from news import end, facets, has, total, unpacked

folder, base = sys.argv[1:3]
text = unpacked(folder + "/Dataset.csv.zst").decode("utf-8")
articles = list(csv.DictReader(io.StringIO(text, newline="")))
texts = lambda article: [article["title"], article["content"]]

total(base, "*", len(articles))
facets(
    base, "*", articles,
    lang=lambda article: [article["language"]],
    source=lambda article: [article["source"]],
    section=lambda article: [article["category"]],
)
for query, holds in {
    'lang:ar section:Events': lambda a: a["language"] == "ar" and a["category"] == "Events",
    'source:"Koya University" -lang:en': lambda a: a["source"] == "Koya University" and a["language"] != "en",
    'site:koyauniversity.org': lambda a: urllib.parse.urlparse(a["link"]).netloc.endswith("koyauniversity.org"),
}.items():
    total(base, query, sum(map(holds, articles)))
for phrase in ["koya university", "international conference", "the university", "زانکۆی کۆیە"]:
    found = [article for article in articles if has(texts(article), phrase)]
    total(base, f'"{phrase}"', len(found))
    facets(base, f'"{phrase}"', found, lang=lambda article: [article["language"]])

# A letter is found in all its forms: alef with or without hamza and madda, teh marbuta as heh, yeh with or without its
# dots or in its Persian shape, with vowel signs or lengthened or not.
FORMS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ـ": None})
plain = lambda text: text.translate(FORMS)
for word in ["السليمانية", "الجامعة", "الأستاذ", "إدارة", "جامعة السليمانية", "الأنشطة", "مُحَاضَرَة"]:
    for typed in {word, plain(word)}:
        total(base, f'"{typed}"', sum(has(map(plain, texts(article)), plain(word)) for article in articles))
end()
