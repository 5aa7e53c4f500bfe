# SPDX-License-Identifier: LGPL-2.1-or-later
"""
Small pages that are easily read wrong, and what is right: reader.json of the folder that TICKERD_CASES names. Cases of
the same kinds of our own stand in golden/.
"""

import json
import os
import pathlib
import urllib.parse

import pytest

from programs import fetch

SITE = "http://harbour.example/"
FOLDER = pathlib.Path(os.environ.get("TICKERD_CASES", "/nowhere"))
CASES = json.loads((FOLDER / "reader.json").read_text()) if (FOLDER / "reader.json").exists() else [None]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["page"] if case else "none")
def test_case(case, tmp_path):
    if case is None:
        pytest.skip("TICKERD_CASES names no folder of cases")
    source = tmp_path / "case.source"
    keys = {"Format": case.get("format", "html"), "Strip": case.get("strip"), "Headline": case.get("headline")}
    source.write_text(f"[Source]\nURL={SITE}\n[Strip]\n"
                      + "".join(f"{key}={value}\n" for key, value in keys.items() if value))
    done = fetch([f"--source={source}", f"--page={FOLDER / case['page']}"])
    found = [(item["headline"], item.get("url")) for item in json.loads(done.stdout)["items"]]
    if case["entries"] is None:
        assert len(found) == case.get("n", len(found)) and found
        assert "first" not in case or list(found[0]) == case["first"]
    else:
        assert found == [(text, link and urllib.parse.urljoin(SITE, link)) for text, link in case["entries"]]
