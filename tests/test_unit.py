# SPDX-License-Identifier: LGPL-2.1-or-later
"""The unit tests in C, each an executable of the build folder."""

import os
import subprocess

import pytest

from programs import BUILD, GUARD, check_sanitizers

UNITS = sorted(path for path in BUILD.glob("tests/unit-*") if path.is_file() and os.access(path, os.X_OK))
DEADLINE = 300


def test_there_are_unit_tests():
    assert UNITS, f"none in {BUILD}/tests: was cmocka there when it was configured?"


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_unit(unit, tmp_path):
    done = subprocess.run([*GUARD, unit], cwd=tmp_path, stdin=subprocess.DEVNULL, timeout=DEADLINE,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="backslashreplace")
    print(done.stdout)
    check_sanitizers(done.stdout)
    assert done.returncode == 0
