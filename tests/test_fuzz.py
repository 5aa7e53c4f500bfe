# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the fuzzers have found worth keeping (tests/fuzz/corpus) is read without a crash, with sanitizers too."""

import pathlib

import pytest

from programs import BUILD, run

CORPUS = pathlib.Path(__file__).parent / "fuzz/corpus"


@pytest.mark.parametrize("name", sorted(path.name for path in CORPUS.iterdir()))
def test_corpus(name):
    if not (BUILD / f"tests/fuzz/replay-{name}").exists():
        pytest.skip(f"replay-{name} is not built")
    files = sorted((CORPUS / name).iterdir())
    assert files
    done = run(f"tests/fuzz/replay-{name}", *files, env={"FUZZ_LOUD": 1}, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == f"{len(files)} replayed\n"
