# SPDX-License-Identifier: LGPL-2.1-or-later
"""No statement of a poll reads a whole table of the store: what a poll costs does not grow with the store."""

import re
import sqlite3
import sys

import pytest

from programs import ROOT

sys.path.append(str(ROOT / "sql"))
import embed  # noqa: E402

SQL = embed.all_sections((ROOT / "sql").glob("*.sql"))
STORE = "items identities chains sources outages followers search shown".split()
FUNCTIONS = {"clean": 2, "clean_url": 1, "text_key": 1, "identity": 2, "words": 1, "closeness": 2}
# shown is read for one source only, by its key; the hole-finding and the user's own statements are not of a poll.
OF_A_POLL = sorted(name for name in SQL if name.startswith("poll-")) + [
    "source-state", "alarm-begin", "alarm-end", "items-added", "items-after", "items-bounds", "follower-set",
    "follower-place"]


@pytest.fixture(scope="module")
def store():
    db = sqlite3.connect(":memory:")
    for name, n in FUNCTIONS.items():
        db.create_function(name, n, lambda *_: None, deterministic=True)
    db.executescript(SQL["schema"])
    db.executescript(SQL["staging"])
    yield db
    db.close()


def scans(db, statement):
    n = max(map(int, re.findall(r"\?(\d+)", statement)), default=0)
    plan = db.execute("EXPLAIN QUERY PLAN " + statement, [None] * n).fetchall()
    aliases = dict(re.findall(r"\b(%s) AS (\w+)" % "|".join(STORE), statement))
    names = {*STORE, *aliases.values()}
    for *_, detail in plan:
        scan = re.match(r"SCAN (\w+)", detail)
        if scan and scan[1] in names:
            yield detail


@pytest.mark.parametrize("name", OF_A_POLL)
def test_no_full_scan(store, name):
    assert list(scans(store, SQL[name])) == []


def test_a_full_scan_is_noticed(store):
    assert list(scans(store, "SELECT count(*) FROM items WHERE headline = ?1"))
    assert list(scans(store, "SELECT * FROM items AS i JOIN identities AS d ON d.link = i.url"))


@pytest.mark.parametrize("text, why", [
    ("-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;\n", "twice"),
    ("SELECT 1;\n-- name: a\nSELECT 2;\n", "before the first name"),
    ("-- name: a\n-- nothing else\n-- name: b\nSELECT 2;\n", "empty"),
])
def test_a_file_of_statements_that_is_wrong_is_refused(tmp_path, text, why):
    path = tmp_path / "wrong.sql"
    path.write_text(text)
    with pytest.raises(ValueError, match=why):
        embed.all_sections([path])
