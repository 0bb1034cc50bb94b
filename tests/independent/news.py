"""What the independent counts share: reading raw files, words, and questions to a running server.

Nothing here is of the program's own making: words are runs of letters and digits of the text in small letters and without
diacritics, and a count is a count over the raw files.
"""
import collections, html, io, json, re, subprocess, sys, tarfile, unicodedata, urllib.parse, urllib.request

differences = 0


def unpacked(path):
    return subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout


def members(path, ending):
    """Names and texts of a packed archive, in the order they lie in it."""
    archive = tarfile.open(fileobj=io.BytesIO(unpacked(path)))
    return [(item.name, archive.extractfile(item).read().decode("utf-8")) for item in archive if item.name.endswith(ending)]


# Letters whose mark is no part that could be taken off; and a hyphen that only shows at the end of a line is none.
HOOKS = str.maketrans("ɓɗƙƴ", "bdky", "\u00ad")


def words(text):
    text = unicodedata.normalize("NFKD", html.unescape(text)).lower().translate(HOOKS)
    return re.findall(r"[^\W_]+", "".join(c for c in text if not unicodedata.combining(c)))


def has(texts, phrase):
    """Does the phrase stand in one of the texts? It never goes over from one into the next."""
    phrase = tuple(words(phrase))
    return any(phrase in zip(*(found[at:] for at in range(len(phrase)))) for found in map(words, texts))


def ask(base, **parameters):
    parameters = {"limit": 0, "facet_limit": 1000, **parameters}
    return json.load(urllib.request.urlopen(f"{base}/api/v1/search?{urllib.parse.urlencode(parameters)}"))


def same(what, counted, answered):
    global differences
    if counted != answered:
        differences += 1
        if isinstance(counted, dict):
            counted, answered = [{key: one[key] for key in one if one[key] != other.get(key)} for one, other in [(counted, answered), (answered, counted)]]
        print(f"{what}: counted {counted}, answered {answered}")
    elif isinstance(counted, int):
        print(f"{what}: {counted}")


def total(base, query, counted):
    same(query, counted, ask(base, q=query)["total"])


def facets(base, query, articles, **values):
    """`values`: facet by facet, what an article counts under."""
    answer = ask(base, q=query, facets=",".join(values))
    for name, of in values.items():
        counted = collections.Counter(value.lower() for article in articles for value in set(of(article)) if value)
        same(f"{query} by {name}", dict(counted), {value["value"].lower(): value["count"] for value in answer["facets"][name]["values"]})


def timeline(base, interval, dates, length):
    """`dates` are ISO texts in UTC; their first `length` characters name the bucket."""
    buckets = ask(base, interval=interval)["timeline"]["buckets"]
    counted = collections.Counter(date[:length] for date in dates if date)
    same(f"by {interval}", dict(counted), {bucket["start"][:length]: bucket["count"] for bucket in buckets if bucket["count"]})


def end():
    sys.exit(1 if differences else 0)
