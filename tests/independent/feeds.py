"""Holds the feeds of a running server to their specifications: RSS 2.0, Atom (RFC 4287), JSON Feed 1.1, and what the three
have in common. What a feed may hold and how often stands in tables below; everything else is a fault.

usage: feeds.py BASE_URL
"""
import json, re, sys, urllib.parse, urllib.request
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

base = sys.argv[1]
faults = 0

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]*)(:\d+)?)?([\w.~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*(#([\w.~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?", re.A)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
MAIL = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d ([+-]\d{4}|GMT)")
LANG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

ATOM, DC = "{http://www.w3.org/2005/Atom}", "{http://purl.org/dc/elements/1.1/}"
ONCE, MAYBE, ANY = (1, 1), (0, 1), (0, None)
# Section 4.1 of RFC 4287; the specification at rssboard.org; jsonfeed.org/version/1.1.
ATOM_FEED = {ATOM + name: often for name, often in {
    "author": ANY, "category": ANY, "contributor": ANY, "generator": MAYBE, "icon": MAYBE, "id": ONCE, "link": ANY, "logo": MAYBE,
    "rights": MAYBE, "subtitle": MAYBE, "title": ONCE, "updated": ONCE, "entry": ANY}.items()}
ATOM_ENTRY = {ATOM + name: often for name, often in {
    "author": ANY, "category": ANY, "content": MAYBE, "contributor": ANY, "id": ONCE, "link": ANY, "published": MAYBE,
    "rights": MAYBE, "source": MAYBE, "summary": MAYBE, "title": ONCE, "updated": ONCE}.items()}
RSS_CHANNEL = {
    "title": ONCE, "link": ONCE, "description": ONCE, "language": MAYBE, "pubDate": MAYBE, "lastBuildDate": MAYBE, "category": ANY,
    "generator": MAYBE, "docs": MAYBE, "ttl": MAYBE, "image": MAYBE, "item": ANY, ATOM + "link": ANY}
RSS_ITEM = {
    "title": MAYBE, "link": MAYBE, "description": MAYBE, "author": MAYBE, "category": ANY, "enclosure": MAYBE, "guid": ONCE,
    "pubDate": MAYBE, "source": MAYBE, DC + "creator": ANY, DC + "language": MAYBE, DC + "publisher": ANY, DC + "source": MAYBE}
JSON_FEED = {"version", "title", "home_page_url", "feed_url", "description", "icon", "language", "authors", "items"}
JSON_ITEM = {
    "id", "url", "external_url", "title", "content_text", "content_html", "summary", "image", "date_published", "date_modified",
    "authors", "tags", "language"}


def expect(holds, what):
    global faults
    if not holds:
        faults += 1
        print("FAULT:", what)


def fetch(ending, query):
    path = f"/api/v1/search.{ending}?" + urllib.parse.urlencode(query)
    with urllib.request.urlopen(base + path) as answer:
        body, tag = answer.read(), answer.headers["etag"]
    again = urllib.request.Request(base + path, headers={"If-None-Match": tag})
    try:
        expect(urllib.request.urlopen(again).status == 304, f"{path} is sent again")
    except urllib.error.HTTPError as error:
        expect(error.code == 304, f"{path} answers {error.code} to its own ETag")
    return body


def children(element, allowed, where):
    for child in element:
        expect(child.tag in allowed, f"{where} holds {child.tag}")
    for name, (least, most) in allowed.items():
        count = len(element.findall(name))
        expect(count >= least and (most is None or count <= most), f"{where} has {name} {count} times")


def unlike(values, where):
    values = list(values)
    expect(len(values) == len(set(values)), f"{where} repeats {[one for one in values if values.count(one) > 1][:3]}")


def like(pattern, text, where):
    expect(text is not None and pattern.fullmatch(text), f"{where}: {text!r}")


def atom(body, where):
    feed = ElementTree.fromstring(body)
    expect(feed.tag == ATOM + "feed", f"{where} is {feed.tag}")
    children(feed, ATOM_FEED, where)
    expect([link for link in feed.findall(ATOM + "link") if link.get("rel") == "self"], f"{where} names not itself")
    entries = feed.findall(ATOM + "entry")
    for entry in entries:
        children(entry, ATOM_ENTRY, f"{where} entry")
        expect(entry.findall(ATOM + "author") or feed.findall(ATOM + "author"), f"{where}: an entry of nobody")
        links = [(link.get("type"), link.get("hreflang")) for link in entry.findall(ATOM + "link") if link.get("rel", "alternate") == "alternate"]
        unlike(links, f"{where} alternates")
        expect(links or entry.find(ATOM + "content") is not None, f"{where}: an entry leads nowhere")
        lang = entry.get("{http://www.w3.org/XML/1998/namespace}lang")
        expect(lang is None or LANG.fullmatch(lang), f"{where} xml:lang {lang!r}")
    for author in feed.iter(ATOM + "author"):
        expect((author.findtext(ATOM + "name") or "").strip(), f"{where}: an author without a name")
    for link in feed.iter(ATOM + "link"):
        like(URI, link.get("href"), f"{where} link")
    for name in ("updated", "published"):
        for moment in feed.iter(ATOM + name):
            like(MOMENT, moment.text, f"{where} {name}")
    ids = [one.text for one in feed.iter(ATOM + "id")]
    unlike(ids, where)
    for one in ids:
        like(URI, one, f"{where} id")
    return [entry.findtext(ATOM + "id") for entry in entries]


def rss(body, where):
    root = ElementTree.fromstring(body)
    expect(root.tag == "rss" and root.get("version") == "2.0", f"{where} is {root.tag}")
    children(root, {"channel": ONCE}, where)
    channel = root.find("channel")
    children(channel, RSS_CHANNEL, where)
    items = channel.findall("item")
    for item in items:
        children(item, RSS_ITEM, f"{where} item")
        expect(item.find("title") is not None or item.find("description") is not None, f"{where}: an item says nothing")
        like(LANG, item.findtext(DC + "language") or "en", f"{where} dc:language")
    for link in [one.text for one in channel.iter("link")] + [one.get("href") for one in channel.iter(ATOM + "link")]:
        like(URI, link, f"{where} link")
    for moment in [*channel.iter("pubDate"), *channel.iter("lastBuildDate")]:
        like(MAIL, moment.text, f"{where} {moment.tag}")
        expect(parsedate_to_datetime(moment.text).strftime("%a") == moment.text[:3], f"{where}: {moment.text} was another weekday")
    guids = channel.findall("item/guid")
    unlike([guid.text for guid in guids], where)
    for guid in guids:
        expect(guid.get("isPermaLink") == "false" or URI.fullmatch(guid.text), f"{where} guid {guid.text!r}")
    return [guid.text for guid in guids]


def json_feed(body, where):
    feed = json.loads(body)
    expect(feed["version"] == "https://jsonfeed.org/version/1.1" and isinstance(feed["title"], str), f"{where} is another")
    expect(set(feed) <= JSON_FEED, f"{where} holds {set(feed) - JSON_FEED}")
    for name in ("home_page_url", "feed_url"):
        like(URI, feed[name], f"{where} {name}")
    for item in feed["items"]:
        expect(set(item) <= JSON_ITEM, f"{where} item holds {set(item) - JSON_ITEM}")
        expect(isinstance(item["id"], str) and ("content_text" in item or "content_html" in item), f"{where}: an item says nothing")
        for name in {"url", "external_url", "image"} & set(item):
            like(URI, item[name], f"{where} {name}")
        for name in {"date_published", "date_modified"} & set(item):
            like(MOMENT, item[name], f"{where} {name}")
        like(LANG, item.get("language", "en"), f"{where} language")
        expect(all(author.get("name", "").strip() for author in item.get("authors", [])), f"{where}: an author without a name")
    unlike([item["id"] for item in feed["items"]], where)
    return [item["id"] for item in feed["items"]]


items = 0
for query in [{"limit": 1000}, {"q": "tin OR oil"}, {"q": "nothinghasthis"}, {"q": 'a|b "c d" <e> & {f}[g] é', "tag": "x^y`z"}]:
    ids = [read(fetch(ending, query), f"{ending} {query}") for ending, read in [("atom", atom), ("rss", rss), ("feed.json", json_feed)]]
    expect(ids[0] == ids[1] == ids[2], f"{query}: other items in other feeds")
    items += len(ids[0])
print(f"{items} items in each kind of feed, {faults} faults")
expect(items > 50, "there is next to nothing to look at")
sys.exit(faults > 0)
