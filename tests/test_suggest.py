# SPDX-License-Identifier: LGPL-2.1-or-later
"""
tickerd-fetch --suggest: pages of our own in suggest/, and real ones where TICKERD_CAPTURES says where they are.

How a proposal is judged. The true entries are what a source file written by a person reads from the page; the proposal
is read by the same program. It has the right strip if most of each are in the other, whatever else stands in their
texts. It has the right headlines if at least 80 % of each are in the other with the same text and the same link.
"""

import collections
import hashlib
import json
import re

import pytest

from programs import ROOT, fetch

PAGES = ROOT / "tests/suggest"
EXPECTED = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
URL = "https://front.example/"


def suggest(page, number=1):
    """The best proposal as a source file, or None; and what was said."""
    done = fetch([f"--suggest={number}", f"--page={page}"])
    assert done.returncode in (0, 1), done.stderr
    assert (done.returncode == 0) == bool(done.stdout)
    return done.stdout or None, done.stderr


def read(text, page, tmp_path):
    source = tmp_path / "read.source"
    source.write_text(text, encoding="utf-8")
    done = fetch([f"--source={source}", f"--page={page}", f"--url={URL}"] if False else
                 [f"--source={source}", f"--page={page}"])
    reply = json.loads(done.stdout)
    assert reply["state"] in ("ok", "empty", "no-strip"), (reply, text)
    return [(item["headline"], item.get("url")) for item in reply.get("items", [])]


def unfold(text):
    """White space and typography do not matter."""
    return re.sub(r"\W+", "", text).casefold()


def path_of(url):
    """Where a link leads on its site, which a saved page may not know."""
    return re.sub(r"^https?://[^/]+", "", url or "")


def judge(found, true):
    """Has it the right strip, and the right headlines and links?"""
    if not found or not true:
        return False, False
    texts = [unfold(headline) for headline, _ in true]
    mine = [unfold(headline) for headline, _ in found]
    recalled = sum(any(text in own or (own in text and len(own) * 2 > len(text)) for own in mine) for text in texts)
    hit = sum(any(text in own or (own in text and len(own) * 2 > len(text)) for text in texts) for own in mine)
    strip = recalled * 2 > len(texts) and hit * 2 > len(mine)
    a = collections.Counter((unfold(headline), path_of(url)) for headline, url in found)
    b = collections.Counter((unfold(headline), path_of(url)) for headline, url in true)
    a, b = set(a), set(b)
    exact = len(a & b) >= 0.8 * len(a) and len(a & b) >= 0.8 * len(b)
    return strip, strip and exact


def true_source(strip, item, headline, link):
    return (f"[Source]\nURL={URL}\n[Strip]\nStrip={strip}\nItem={item or '.'}\nHeadline={headline or '.'}\n"
            f"Link={link}\n")
