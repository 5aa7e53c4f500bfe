# SPDX-License-Identifier: LGPL-2.1-or-later
"""tickerd-relay as a service, and a nats-server of Debian beside it that wants TLS and credentials."""

import json
import shutil

import pytest

from keys import Authority, Operator
from machine import exposure
from website import strip_page

UNIT = "tickerd-relay.service"
EXPOSURE = 1.1
DYNAMIC = range(61184, 65520)  # the users that systemd makes up
CREDENTIALS = [f"tickerd-relay.{end}" for end in ("creds", "ca", "crt", "key")]
CONFIGURATION = """
[Relay]
Servers=tls://127.0.0.1:4222
Republish=1us
Credentials=tickerd-relay.creds
TrustedCertificateFile=tickerd-relay.ca
CertificateFile=tickerd-relay.crt
KeyFile=tickerd-relay.key
"""


@pytest.fixture(scope="module")
def installed(machine, tmp_path_factory):
    """The package, its configuration, and the server with an empty JetStream."""
    folder = tmp_path_factory.mktemp("keys")
    operator, authority = Operator(folder), Authority(folder)
    server, client = authority.issue("server", "IP:127.0.0.1"), authority.issue("relay", "DNS:relay.example")
    for path, target in zip((*server, authority.certificate), ("server.crt", "server.key", "authority.crt")):
        machine.write(f"/etc/nats/{target}", path.read_text())
    machine.write("/etc/nats-server.conf", f"""
        listen: "127.0.0.1:4222"
        jetstream {{ store_dir: "/var/lib/nats" }}
        tls {{ cert_file: "/etc/nats/server.crt", key_file: "/etc/nats/server.key"
               ca_file: "/etc/nats/authority.crt", verify: true }}
        {operator.options}
    """)
    machine.write("/etc/systemd/system/nats-server.service.d/test.conf", "[Service]\nStateDirectory=nats\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "nats-server.service")

    package = machine.package.with_name(machine.package.name.replace("tickerd_", "tickerd-relay_"))
    shutil.copy(package, machine.folder / "root")
    machine.run("apt-get", "--yes", "install", f"/root/{package.name}")
    assert machine.run("systemctl", "is-enabled", UNIT, check=False).stdout == "disabled\n"
    for path, name in zip((operator.credentials("relay"), authority.certificate, *client), CREDENTIALS):
        machine.write(f"/etc/credstore/{name}", path.read_text(), 0o600)
    machine.write("/etc/tickerd/relay.conf.d/local.conf", CONFIGURATION, 0o640)
    machine.run("chgrp", "ticker", "/etc/tickerd/relay.conf.d/local.conf")
    yield package
    machine.run("dpkg", "--purge", "tickerd-relay")  # content where it is gone already
    machine.run("systemctl", "disable", "--now", "nats-server.service")


@pytest.fixture
def relay(installed, machine, site, service):
    """The service with a daemon that has two items. Not started; stopped at the end."""
    site.set("/news", strip_page(["Two", "One"]))
    service.source("news")
    service.start()
    service.wait_items(2)
    yield service
    machine.run("systemctl", "stop", UNIT, check=False)  # it may have been removed


def start(service, item):
    """Starts the relay, and waits until it has come to that item."""
    n = len(service.journal.all())
    service.run("systemctl", "start", UNIT)
    (said, *_) = service.journal.wait_message(f"^the stream TICKER has everything up to item {item}$", n)
    assert said["_SYSTEMD_UNIT"] == UNIT
    return said


def test_unit(installed, machine):
    assert exposure(machine.run("systemd-analyze", "security", "--no-pager", UNIT)) <= EXPOSURE
    assert machine.run("systemd-analyze", "verify", UNIT) == ""
    # As the manual page has it for a look by hand.
    machine.run("env", "CREDENTIALS_DIRECTORY=/etc/credstore", "tickerd-relay", "--check")


def test_items_arrive(machine, site, relay):
    """In the stream, from a user without a name; and a restart goes on at its place."""
    said = start(relay, 2)
    assert int(said["_UID"]) in DYNAMIC
    ticker = machine.run("getent", "group", "ticker").split(":")[2]
    status = machine.run("cat", f"/proc/{machine.show(UNIT, 'MainPID')}/status")
    (groups,) = [line.split()[1:] for line in status.splitlines() if line.startswith("Groups:")]
    assert ticker in groups

    machine.run("systemd-run", "--unit=desk", *(f"--property=LoadCredential={name}" for name in CREDENTIALS),
                "tickerd-relay", "watch", "--all")

    def printed(n):
        def items(entries):
            lines = [e["MESSAGE"] for e in entries if e.get("_SYSTEMD_UNIT") == "desk.service"]
            found = [json.loads(line) for line in lines if line.startswith("{")]
            return found if len(found) >= n else None

        return [item["headline"] for item in relay.journal.wait(items, f"item {n} of the stream")]

    assert sorted(printed(2)) == ["One", "Two"]
    site.set("/news", strip_page(["Three", "Two", "One"]))
    relay.settle(site, "/news")
    assert printed(3)[2:] == ["Three"]
    machine.run("systemctl", "stop", UNIT)
    # Behind the last item that was acknowledged longer than Republish= before the last one.
    site.set("/news", strip_page(["Four", "Three", "Two", "One"]))
    relay.settle(site, "/news")
    start(relay, 4)
    relay.journal.wait_message("^connected to .*; offering what comes after item 2$", relay.mark)
    assert printed(4)[2:] == ["Three", "Four"]
    machine.run("systemctl", "stop", "desk.service")


def fail(relay):
    """Starts what must not run; returns what it said."""
    relay.run("systemctl", "start", UNIT)
    relay.journal.wait_message(f"^{UNIT}: Failed with result 'exit-code'", relay.mark)
    assert relay.machine.show(UNIT, "ExecMainStatus") == "78"
    assert relay.machine.show(UNIT, "ActiveState") == "failed"  # and it is not tried again
    return [e["MESSAGE"] for e in relay.own() if e.get("_SYSTEMD_UNIT") == UNIT]


def test_bad_configuration(machine, relay):
    path = "/etc/tickerd/relay.conf.d/wrong.conf"
    machine.write(path, "[Relay]\nReplicas=9\n")
    said = fail(relay)
    machine.path(path).unlink()
    assert said == [f"{path}:2: Replicas=9 is not a number from 1 to 5"]


def test_missing_credentials(machine, relay):
    """The unit starts without them, as most need none; what the configuration names and is not there is told."""
    machine.run("mv", "/etc/credstore", "/etc/credstore.away")
    said = fail(relay)
    machine.run("mv", "/etc/credstore.away", "/etc/credstore")
    assert [text.split(": ")[1].rpartition("/")[2] for text in said] == CREDENTIALS


def test_upgrade_remove_purge(installed, machine, relay):
    """It runs again after an upgrade, and nothing of it stays in the end."""
    start(relay, 2)
    pid = machine.show(UNIT, "MainPID")
    machine.run("apt-get", "--yes", "install", "--reinstall", f"/root/{installed.name}")  # to dpkg, an upgrade
    assert machine.show(UNIT, "ActiveState") in ("active", "activating")
    machine.run("systemctl", "start", UNIT)  # returns when it is up, if it was still on its way
    assert machine.show(UNIT, "ActiveState") == "active" and machine.show(UNIT, "MainPID") != pid
    machine.run("apt-get", "--yes", "remove", "tickerd-relay")
    assert machine.show(UNIT, "ActiveState") == "inactive"
    assert machine.path("/var/lib/private/tickerd-relay/place").exists()
    machine.run("apt-get", "--yes", "purge", "tickerd-relay")
    for path in ("/etc/tickerd/relay.conf", "/etc/tickerd/relay.conf.d", "/var/lib/private/tickerd-relay"):
        assert not machine.path(path).exists(), path
    assert "tickerd-relay" not in machine.run("ls", "/var/lib")
    assert machine.run("systemctl", "list-unit-files", "--no-legend", UNIT, check=False).stdout == ""
