# SPDX-License-Identifier: LGPL-2.1-or-later
"""The system suite needs root, since it boots a system; where it cannot, it says so and is skipped."""

import os
import pathlib
import re
import shutil

import pytest

import machine as machines
from website import Site

TOOLS = "mmdebstrap systemd-nspawn nsenter dpkg-buildpackage dh lintian".split()
RIGHTS = 1 << 21 | 1 << 12  # CAP_SYS_ADMIN, and CAP_NET_ADMIN, without which the machine's loopback stays down


def pytest_collection_modifyitems(items):
    """There is one machine: whoever runs tests in parallel leaves these together."""
    for item in items:
        if pathlib.Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("system"))


def why_not():
    """Why no system can be booted here; None if one can."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        return f"not installed: {', '.join(missing)}"
    rights = re.search(r"CapEff:\s+(\w+)", pathlib.Path("/proc/self/status").read_text())
    if os.geteuid() != 0 or int(rights[1], 16) & RIGHTS != RIGHTS:
        return "only root, with all of its rights, can boot a system"
    return None


@pytest.fixture(scope="session")
def package():
    """The package, and the file that describes what was built."""
    if why_not():
        pytest.skip(why_not())
    return machines.build_package()


@pytest.fixture(scope="session")
def machine(package):
    """A system where the package has just been installed."""
    it = machines.Machine(machines.FOLDER / "run")
    it.package = package[0]
    shutil.copy(it.package, it.folder / "root")
    try:
        it.installed = it.run("apt-get", "--quiet", "--yes", "install", f"/root/{it.package.name}")
        it.run("useradd", "--user-group", "--groups=ticker", "reader")
        it.run("useradd", "--user-group", "outsider")
        yield it
    finally:
        it.close()


@pytest.fixture
def site(machine):
    """A web site that only the machine can reach."""
    with machine.in_network(Site) as it:
        yield it


@pytest.fixture
def service(machine, site):
    """Stopped, with an empty store and no source."""
    it = machines.Service(machine, site)
    yield it
    it.close()
