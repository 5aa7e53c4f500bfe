# SPDX-License-Identifier: LGPL-2.1-or-later
"""The system suite needs root, since it boots a system; where it cannot, it says so and is skipped."""

import os
import shutil

import pytest

import machine as machines
from website import Site

TOOLS = "mmdebstrap systemd-nspawn nsenter dpkg-buildpackage dh lintian".split()


@pytest.fixture(scope="session")
def package():
    """The package, and the file that describes what was built."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if os.geteuid() != 0:
        pytest.skip("only root can boot a system")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
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
