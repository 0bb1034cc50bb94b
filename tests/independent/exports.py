"""Reads the table of a running server with two tools that know nothing of it, Python's csv and the SQLite shell, and compares
every cell with the lines of the same state.

usage: exports.py BASE_URL      (needs `sqlite3` on the path)
"""
import csv, io, json, re, sqlite3, subprocess, sys, tempfile, urllib.parse, urllib.request
from pathlib import Path

base = sys.argv[1]
FIELDS = "id,external_id,url,headline,lead,body,section,dateline,words,version,status,authors,tags,places,people,orgs,source,published"
# A cell that a spreadsheet would run begins with a quote; what it begins with then.
DEFUSED = re.compile(r"'[=+\-@\t\r＝＋－＠]")


def export(**parameters):
    with urllib.request.urlopen(f"{base}/api/v1/export?" + urllib.parse.urlencode(parameters)) as answer:
        return answer.read(), answer.headers


lines, headers = export(q="*", fields=FIELDS)
lines = [json.loads(line) for line in lines.splitlines()]
table, told = export(q="*", fields=FIELDS, format="csv", snapshot=headers["x-snapshot"])
assert len(lines) == int(headers["x-total"]) == int(told["x-total"]) > 50, (len(lines), headers["x-total"], told["x-total"])
assert table.startswith(b"\xef\xbb\xbf") and table.endswith(b"\r\n"), "a byte order mark, and an end to every line"

head, *by_python = csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""), strict=True)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "export.csv")
    path.write_bytes(table)
    database = Path(folder, "export.db")
    shell = subprocess.run(["sqlite3", database, f".import --csv {path} export"], capture_output=True, text=True, check=True)
    assert not shell.stderr, shell.stderr
    rows = sqlite3.connect(database).execute("select * from export")
    names = [column[0].removeprefix("\ufeff") for column in rows.description]
    by_sqlite = [[str(cell) for cell in row] for row in rows]
assert (names, by_sqlite) == (head, by_python), "two tools read two tables"

cells = 0
for line, row in zip(lines, by_python, strict=True):
    read = {name: cell[1:] if DEFUSED.match(cell) else cell for name, cell in zip(head, row, strict=True)}
    published = line["published"] or {}
    said = {
        **{name: line[name] for name in "id external_id url headline lead section dateline words version status".split()},
        **{name: "; ".join(line[name]) for name in "authors tags places people orgs".split()},
        "body": "\n\n".join(line["body"]),
        "source": line["source"]["name"], "site": line["source"]["site"],
        "published": published.get("at"), "published_precision": published.get("precision"), "published_from": published.get("from"),
    }
    assert set(said) == set(head), set(said) ^ set(head)
    for name, value in said.items():
        value = "" if value is None else str(value)
        assert read[name] == value, (line["id"], name, read[name], value)
        cells += 1
print(f"{len(lines)} rows, {cells} cells, the same by two tools and as lines")
