"""Draws articles and queries over spans of their words, for two engines to count.

usage: draw.py DATA OUT      (needs `zstd` on the path)

Articles of Reuters and of fi-news are reduced to words of the letters a to z with single spaces between them, so that there is
no doubt about where a word ends, and written to OUT/articles.jsonl and, for Lucene, to OUT/texts.txt. The queries are made of
words that do stand near each other in some article, about as far apart as asked for. OUT/queries.tsv has each twice: as
Counts.java reads it, and as it is typed. The same data give the same queries.
"""
import csv, glob, html, io, json, random, re, sys
sys.path.insert(0, __file__.rsplit("/", 2)[0])
from news import members, unpacked, words

data, out = sys.argv[1:3]
QUERIES_OF_A_KIND = 15


def reuters():
    for path in sorted(glob.glob(data + "/reuters21578/*.sgm.zst")):
        for found in re.finditer(r"<BODY>(.*?)</BODY>", unpacked(path).decode("latin-1"), re.S):
            yield html.unescape(found.group(1))


def fi_news():
    for _, text in members(data + "/fi-news/shards-000-119.tar.zst", ".csv"):
        for row in csv.DictReader(io.StringIO(text, newline="")):
            yield f"{row['otsikko']} {row['tiivistelma']}"


def plain(texts, most):
    """The first so many that have enough words to draw from."""
    reduced = (re.findall("[a-z]+", " ".join(words(text))) for text in texts)
    return [found for _, found in zip(range(most), (found for found in reduced if len(found) > 12))]


# A query is a word, or an operator with its number and its parts.
def near(operator, number, *parts):
    return operator, number, parts


def of(operator, *parts):
    return operator, 0, parts


class Draw:
    """Words out of one article; `at` is where the first of them stands and `far` how far the last is from it."""

    def __init__(self, chance, article):
        self.chance, self.article = chance, article
        self.far = chance.randint(1, 8)
        self.at = chance.randrange(max(1, len(article) - self.far - 8))

    def word(self, distance=0):
        return self.article[min(self.at + distance, len(self.article) - 1)]

    def some(self, count):
        """Neighbours, one after the other."""
        return [self.word(distance) for distance in range(count)]

    def last(self):
        return self.word(self.far)

    def any(self):
        return self.chance.choice(self.article)

    def about(self, distance):
        return max(1, distance + self.chance.choice([-1, 0, 0, 1, 3]))

    def two(self, *parts):
        return parts if self.chance.random() < 0.7 else parts[::-1]

    def begun(self, word):
        return word[:4] + "*" if len(word) > 5 else word


KINDS = {
    "a phrase": lambda d: of("PHRASE", *d.some(d.chance.randint(2, 4))),
    "a phrase with a beginning": lambda d: of("PHRASE", d.begun(d.word()), d.begun(d.word(1))),
    "a loose phrase": lambda d: ("LOOSE", d.chance.randint(0, 6), tuple(d.chance.sample([d.word(), d.last(), d.word(1)], 3))),
    "a loose phrase of a word twice": lambda d: ("LOOSE", d.chance.randint(0, 6), (d.word(), d.word(), d.last())),
    "near": lambda d: near("W", d.about(d.far), *d.two(d.word(), d.last())),
    "before": lambda d: near("PRE", d.about(d.far), *d.two(d.word(), d.last())),
    "a word near itself": lambda d: near("W", d.chance.randint(1, 20), d.word(), d.word()),
    "far": lambda d: near("W", d.chance.randint(20, 250), d.any(), d.any()),
    "alternatives": lambda d: near("W", d.about(d.far), of("OR", d.word(), d.any()), of("OR", d.last(), d.any())),
    "alternatives before": lambda d: near("PRE", d.about(d.far), of("OR", d.word(), of("PHRASE", *d.some(2))), d.last()),
    "a phrase nearby": lambda d: near("W", d.about(d.far), of("PHRASE", *d.some(2)), of("OR", d.last(), d.word(1))),
    "a beginning nearby": lambda d: near("W", d.about(d.far), d.begun(d.word()), d.begun(d.last())),
    "nested": lambda d: near("W", d.about(4), near("W", d.about(d.far), d.word(), d.last()), d.word(d.far + 4)),
    "nested on the right": lambda d: near("W", d.about(2), d.word(), near("W", d.about(d.far), d.word(2), d.word(2 + d.far))),
    "nested in order": lambda d: near("PRE", d.about(4), near("PRE", d.about(d.far), d.word(), d.last()), d.word(d.far + 4)),
    "nested in both": lambda d: near("W", d.about(2), near("PRE", d.about(2), d.word(), d.word(2)), near("W", d.about(3), d.word(4), d.word(7))),
    "nested three deep": lambda d: near("W", 3, near("PRE", 3, near("W", 2, d.word(), d.word(1)), d.word(3)), d.word(5)),
    "nested alternatives": lambda d: near("W", d.about(3), of("OR", near("PRE", d.about(2), d.word(), d.word(2)), d.any()), of("OR", d.word(5), d.any())),
    "not near": lambda d: near("NOTW", d.about(d.far), d.word(), d.last()),
    "not in the phrase": lambda d: near("NOTW", d.chance.randint(1, 4), d.word(), of("PHRASE", *d.some(2))),
    "not near a span": lambda d: near("NOTW", d.about(2), d.word(), near("PRE", d.about(d.far), d.word(2), d.word(2 + d.far))),
    "a span not near": lambda d: near("NOTW", d.about(3), near("W", d.about(d.far), d.word(), d.last()), d.word(d.far + 3)),
    "not near, nearby": lambda d: near("W", d.about(d.far), near("NOTW", 2, d.word(), d.any()), d.last()),
    "among the first": lambda d: near("FIRST", max(1, d.at + d.chance.randint(-1, 3)), d.word()),
    "a span among the first": lambda d: near("FIRST", max(1, d.at + d.far + d.chance.randint(0, 2)), near("W", d.about(d.far), d.word(), d.last())),
    "among the first, nearby": lambda d: near("W", d.about(d.far), near("FIRST", d.at + d.chance.randint(1, 9), d.word()), d.last()),
    "at least": lambda d: near("ATLEAST", d.chance.randint(2, 6), d.word()),
    "alternatives at least": lambda d: near("ATLEAST", d.chance.randint(2, 9), of("OR", d.word(), d.last(), d.begun(d.any()))),
}


def for_lucene(query):
    if isinstance(query, str):
        return query
    operator, number, parts = query
    return f"{operator} {number} {len(parts)} {' '.join(map(for_lucene, parts))}"


def typed(query):
    if isinstance(query, str):
        return query if query.endswith("*") else f'"{query}"'
    operator, number, parts = query
    group = lambda part: f"({typed(part)})" if not isinstance(part, str) and part[0] in ("W", "PRE", "NOTW", "FIRST") else typed(part)
    match operator:
        case "PHRASE":
            return f'"{" ".join(parts)}"'
        case "LOOSE":
            return f'"{" ".join(parts)}"~{number}'
        case "OR":
            return f"({' OR '.join(map(group, parts))})"
        case "FIRST" | "ATLEAST":
            return f"{operator}/{number} {group(parts[0])}"
        case "NOTW":
            return f"{group(parts[0])} NOT W/{number} {group(parts[1])}"
        case _:
            return f"{group(parts[0])} {operator}/{number} {group(parts[1])}"


articles = [("en", found) for found in plain(reuters(), 5000)] + [("fi", found) for found in plain(fi_news(), 2000)]
chance = random.Random(1987)
with open(out + "/articles.jsonl", "w") as lines:
    for number, (lang, found) in enumerate(articles):
        lines.write(json.dumps({"id": str(number), "lang": lang, "body": " ".join(found)}) + "\n")
with open(out + "/texts.txt", "w") as lines:
    lines.writelines(" ".join(found) + "\n" for _, found in articles)
with open(out + "/queries.tsv", "w") as lines:
    for kind, make in KINDS.items():
        for _ in range(QUERIES_OF_A_KIND):
            query = make(Draw(chance, chance.choice(articles)[1]))
            lines.write(f"{for_lucene(query)}\t{typed(query)}\t{kind}\n")
