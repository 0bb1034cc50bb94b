"""Counts Reuters-21578 straight from its SGML and compares with a running server.

usage: reuters_counts.py FOLDER_OF_SGM_ZST BASE_URL      (needs `zstd` on the path)
Words are runs of letters and digits after lower-casing, possessives dropped; a phrase never spans title and body.
"""
import collections, glob, html, json, re, subprocess, sys, urllib.parse, urllib.request

folder, base = sys.argv[1:3]
documents = []
for path in sorted(glob.glob(folder + "/*.sgm.zst")):
    text = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout.decode("latin-1")
    documents += [found.group(0) for found in re.finditer(r"<REUTERS.*?</REUTERS>", text, re.S)]


def listed(document, name):
    found = re.search(f"<{name}>(.*?)</{name}>", document, re.S)
    return set(re.findall(r"<D>(.*?)</D>", found.group(1))) if found else set()


def sections(document):
    content = re.search(r"<TEXT.*?>(.*)</TEXT>", document, re.S).group(1)
    title = re.search(r"<TITLE>(.*?)</TITLE>", content, re.S)
    body = re.search(r"<BODY>(.*?)</BODY>", content, re.S)
    rest = re.sub(r"<TITLE>.*?</TITLE>|<DATELINE>.*?</DATELINE>|<AUTHOR>.*?</AUTHOR>", "", content, flags=re.S)
    return [title.group(1) if title else "", body.group(1) if body else rest]


def has_phrase(document, *phrase):
    for section in sections(document):
        words = re.findall(r"[a-z0-9]+", re.sub(r"'s\b", "", html.unescape(section).lower()))
        if phrase in zip(*(words[at:] for at in range(len(phrase)))):
            return True
    return False


QUERIES = {
    'place:japan AND "central bank"': lambda d: "japan" in listed(d, "PLACES") and has_phrase(d, "central", "bank"),
    "tag:(crude OR nat-gas) -place:usa": lambda d: listed(d, "TOPICS") & {"crude", "nat-gas"} and "usa" not in listed(d, "PLACES"),
    "date:1987-03": lambda d: re.search(r"<DATE>[^<]*MAR-1987", d),
    "*": lambda d: True,
}
FACETS = {"tag": "TOPICS", "place": "PLACES", "person": "PEOPLE", "org": "ORGS"}
differences = 0
for query, holds in QUERIES.items():
    parameters = {"q": query, "limit": 0, "facets": ",".join(FACETS), "facet_limit": 1000}
    answer = json.load(urllib.request.urlopen(f"{base}/api/v1/search?{urllib.parse.urlencode(parameters)}"))
    matches = [document for document in documents if holds(document)]
    expected = {"total": len(matches)}
    given = {"total": answer["total"]}
    for facet, element in FACETS.items():
        expected[facet] = dict(collections.Counter(value for document in matches for value in listed(document, element)))
        given[facet] = {value["value"]: value["count"] for value in answer["facets"][facet]["values"]}
    for part in expected:
        if expected[part] != given[part]:
            differences += 1
            print(f"{query}: {part}: counted {expected[part]}, answered {given[part]}")
    print(f"{query}: {len(matches)} counted, {answer['total']} answered")
sys.exit(1 if differences else 0)
