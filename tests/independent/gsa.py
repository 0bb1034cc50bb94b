"""Counts gsa-digitalgov-news straight from its Markdown and compares with a running server.

usage: gsa.py FOLDER BASE_URL      (needs `zstd` on the path)
"""
import datetime, re, sys
from news import end, facets, has, members, timeline, total

folder, base = sys.argv[1:3]


def front_matter(text):
    """Keys with their line, and lists below a key: all that is counted here is written so. The last of a key counts."""
    matter, key = {}, None
    for line in text.splitlines():
        if element := re.match(r"\s*- +(.*)", line):
            matter.setdefault(key, [])
            matter[key] = (matter[key] or []) + [element.group(1).split(" #")[0].strip(" \"'")]
        elif found := re.match(r"(\w+):(.*)", line):
            key, value = found.group(1), found.group(2).split(" #")[0].strip()
            matter[key] = value.strip("\"'") if value not in ("", "[]") else []
    return matter


def moment(text):
    text = re.sub(r" (\d):", r" 0\1:", text)
    for form in ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M %z", "%Y-%m-%dT%H:%M:%S%z"]:
        try:
            return datetime.datetime.strptime(text, form).astimezone(datetime.timezone.utc).isoformat()
        except ValueError:
            pass
    return text


articles = []
for name, text in members(folder + "/content-news.tar.zst", ".md"):
    _, matter, body = re.split(r"^---\s*$", text, maxsplit=2, flags=re.M)
    article = front_matter(matter)
    body = re.sub(r"\{\{[<%].*?[>%]\}\}", " ", body, flags=re.S)
    article["body"] = re.sub(r"\]\([^)]*\)|<[^>]*>", " ", body)
    articles.append({"title": "", **article})

total(base, "*", len(articles))
listed = lambda key: lambda article: article.get(key) if isinstance(article.get(key), list) else [article[key]] if article.get(key) else []
# The first of several categories is the section, the others are tags.
others = lambda article: (listed("categories")(article) or listed("category")(article))[1:]
topics = lambda article: list(dict.fromkeys((listed("topics")(article) or listed("tag")(article)) + others(article)))
facets(base, "*", articles, tag=topics, author=lambda article: listed("authors")(article) or listed("author")(article), source=listed("source"))
timeline(base, "year", [moment(article.get("date") or "") for article in articles], 4)
timeline(base, "month", [moment(article.get("date") or "") for article in articles], 7)
total(base, "tag:(mobile OR design) -tag:open-data", sum(bool({"mobile", "design"} & set(topics(a))) and "open-data" not in topics(a) for a in articles))
for phrase in ["plain language", "social media", "open data"]:
    total(base, f'headline:"{phrase}"', sum(has([article["title"]], phrase) for article in articles))
for phrase in ["focus groups", "federal register", "screen readers", "user experience design"]:
    total(base, f'body:"{phrase}"', sum(has([article["body"]], phrase) for article in articles))
end()
