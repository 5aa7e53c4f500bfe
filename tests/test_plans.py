# SPDX-License-Identifier: LGPL-2.1-or-later
"""No statement of a poll reads a whole table of the store: what a poll costs does not grow with the store."""

import re
import sqlite3

import pytest

from programs import ROOT

SQL = ROOT / "sql"
STORE = "items identities chains sources outages followers search shown".split()
FUNCTIONS = {"clean": 2, "clean_url": 1, "text_key": 1, "identity": 2, "words": 1, "closeness": 2}
# shown is read for one source only, by its key; the hole-finding and the user's own statements are not of a poll.
OF_A_POLL = sorted([*SQL.glob("poll-*.sql"), *(SQL / f"{name}.sql" for name in (
    "source-state", "alarm-begin", "alarm-end", "items-added", "items-after", "items-bounds", "follower-set",
    "follower-place"))])


@pytest.fixture(scope="module")
def store():
    db = sqlite3.connect(":memory:")
    for name, n in FUNCTIONS.items():
        db.create_function(name, n, lambda *_: None, deterministic=True)
    db.executescript((SQL / "schema.sql").read_text())
    db.executescript((SQL / "staging.sql").read_text())
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


@pytest.mark.parametrize("path", OF_A_POLL, ids=lambda path: path.stem)
def test_no_full_scan(store, path):
    assert list(scans(store, path.read_text())) == []


def test_a_full_scan_is_noticed(store):
    assert list(scans(store, "SELECT count(*) FROM items WHERE headline = ?1"))
    assert list(scans(store, "SELECT * FROM items AS i JOIN identities AS d ON d.link = i.url"))
