# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every test can ask for by name. TICKERD_BUILD is the build folder under test (default: build)."""

import collections
import gzip
import json
import os
import pathlib
import signal

import pytest

from programs import Config, Daemon, Fetcher
from service import Service
from website import Site


@pytest.fixture
def site():
    with Site() as it:
        yield it


@pytest.fixture
def config(tmp_path):
    it = Config(tmp_path / "tickerd")
    yield it
    it.close()


@pytest.fixture
def daemon(config):
    """Not started yet. For a second one: Daemon(Config(folder)), and close() both."""
    it = Daemon(config)
    yield it
    it.close()


@pytest.fixture
def service(config):
    """A daemon whose service manager we are. Not started yet."""
    it = Service(config)
    yield it
    it.close()
    it.forget()


@pytest.fixture
def fetcher(config):
    it = Fetcher(config)
    yield it
    it.close()


class Captures:
    """Pages as real sites sent them, which are not part of this project; TICKERD_CAPTURES says where they are."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def page(self, prefix):
        """The bytes of the one page whose file name begins so."""
        found = sorted(self.folder.glob(f"pages/{prefix}*.gz"))
        assert len(found) == 1, f"{len(found)} pages begin with {prefix}"
        return gzip.decompress(found[0].read_bytes())

    def truth(self):
        """What a person read off each page."""
        return json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def captures():
    folder = os.environ.get("TICKERD_CAPTURES")
    if not folder:
        pytest.skip("TICKERD_CAPTURES names no folder of captured pages")
    return Captures(folder)


def pytest_configure():
    # Teardown happens, and so no process is left, when the tests are terminated too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter):
    """For ./dev test, which adds up several suites: a line of numbers, then one for each reason to skip."""
    path = os.environ.get("TICKERD_COUNTS")
    if path:
        n = {outcome: len(reports) for outcome, reports in terminalreporter.stats.items()}
        passed, failed = n.get("passed", 0), n.get("failed", 0) + n.get("error", 0)
        skipped = n.get("skipped", 0) + n.get("xfailed", 0)
        reasons = collections.Counter(
            f"{report.nodeid.partition('::')[0]}: {report.longrepr[2].removeprefix('Skipped: ')}"
            for report in terminalreporter.stats.get("skipped", []))
        lines = [f"{passed} {failed} {skipped}", *(f"{count} of {reason}" for reason, count in reasons.items())]
        pathlib.Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
