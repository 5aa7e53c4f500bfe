# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the fuzzers have found worth keeping, and their seeds, are read without a crash, with sanitizers too."""

import pathlib
import tarfile

import pytest

from programs import BUILD, run

FUZZ = pathlib.Path(__file__).parent / "fuzz"


@pytest.mark.parametrize("name", sorted(path.stem.removeprefix("fuzz-") for path in FUZZ.glob("fuzz-*.c")))
def test_corpus(name, tmp_path):
    if not (BUILD / f"tests/fuzz/replay-{name}").exists():
        pytest.skip(f"replay-{name} is not built")
    for archive in FUZZ.glob(f"corpora/{name}.tar.xz"):
        with tarfile.open(archive) as tar:
            for member in tar:
                assert member.isfile() and "/" not in member.name
                (tmp_path / member.name).write_bytes(tar.extractfile(member).read())
    files = sorted([*tmp_path.iterdir(), *FUZZ.glob(f"seeds/{name}/*")])
    assert files
    done = run(f"tests/fuzz/replay-{name}", *files, env={"FUZZ_LOUD": 1}, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == f"{len(files)} replayed\n"
