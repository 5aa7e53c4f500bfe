# SPDX-License-Identifier: LGPL-2.1-or-later
"""The package: what lintian says, what an administrator sees, upgrades, and what stays of it."""

import json
import re
import subprocess

import pytest

import machine as machines
from machine import ITEM, STARTED
from programs import BUILD, ROOT
from website import strip_page


def test_lintian_has_nothing_to_say(package):
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning,info,pedantic", "--info",
                           "--display-info", "--pedantic", package[1]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_there_are_folders_for_the_administrator(package):
    listed = subprocess.run(["dpkg-deb", "--contents", package[0]], check=True, stdout=subprocess.PIPE, text=True).stdout
    for folder in ("sources", "tickerd.conf.d"):
        assert re.search(rf"^drwxr-xr-x root/root .* \./etc/tickerd/{folder}/$", listed, re.MULTILINE)


def test_installed_enabled_started(machine):
    assert "Unpacking tickerd" in machine.installed
    for unit in ("tickerd.service", "tickerd-fetch.socket"):
        assert machine.run("systemctl", "is-enabled", unit) == "enabled\n"
    (started, *_) = machine.journal.wait(
        lambda entries: [e for e in entries if e.get("MESSAGE_ID") == STARTED], "entry of the start")
    assert started["_SYSTEMD_UNIT"] == "tickerd.service" and "polls 1 source" in started["MESSAGE"]
    verify = ("systemd-analyze", "verify", "tickerd.service", "tickerd-fetch.socket", "tickerd-fetch@x.service")
    assert machine.run(*verify) == ""
    assert "tickerd" not in machine.run("systemctl", "list-units", "--failed", "--plain")


def test_items_arrive_everywhere(machine, site, service):
    """In the journal with all fields, on the socket and in the database."""
    site.set("/news", strip_page([("Ferry stops", "/31"), "Storm warning"]))
    service.source("news", Language="en", Published=".//a/@href")
    service.source("other")
    site.set("/other", strip_page(["Elsewhere"]))
    service.start()
    client = service.connect(after=0)
    assert client.line()["type"] == "hello"
    items = client.lines(3)
    site.set("/news", strip_page([("Ferry stops until Monday", "/31"), "Storm warning"]))
    service.settle(site, "/news")
    items.append(client.line())
    site.set("/news", strip_page(["Storm warning"]))
    service.settle(site, "/news")

    entries = service.wait_items(4)
    assert len(entries) == 4
    for item, entry in zip(items, entries):
        assert entry["MESSAGE"] == item["headline"] and entry["PRIORITY"] == "5"
        assert entry["SYSLOG_IDENTIFIER"] == "tickerd" and entry["_SYSTEMD_UNIT"] == "tickerd.service"
        fields = {key.removeprefix("TICKERD_").lower(): value for key, value in entry.items() if "TICKERD_" in key}
        fields.pop("run", None)
        assert fields == {key: str(value) for key, value in item.items() if key not in ("type", "headline")}
    last = items[-1]
    assert last["language"] == "en" and last["published"] == "/31" and last["revises"]
    ids = machine.run("journalctl", "--output=json", "--unit=tickerd", f"MESSAGE_ID={ITEM}", "--output-fields=TICKERD_CURSOR")
    cursors = [json.loads(line)["TICKERD_CURSOR"] for line in ids.splitlines()]
    assert cursors[-4:] == [item["cursor"] for item in items]
    assert service.db("SELECT headline FROM latest WHERE source = 'news' ORDER BY id") == [
        "Storm warning", "Ferry stops until Monday"]

    status = machine.run("systemctl", "status", "tickerd.service")
    assert re.search(r'Status: "2 sources, all fine; 4 items, 1 subscriber"', status), status
    explained = machine.run("journalctl", "--catalog", "--unit=tickerd", f"MESSAGE_ID={ITEM}", "--lines=1")
    assert "man:tickerd(8)" in explained and last["cursor"] in explained


def test_what_is_on_the_label(machine, site, service):
    """The three commands of the README, as a member of the group ticker."""
    site.set("/news", strip_page(["One"]))
    service.source("news")
    service.start()
    service.wait_items(1)
    assert "One" in machine.run("journalctl", "-t", "tickerd", "--lines=1")
    assert '"type":"hello"' in machine.run("sh", "-c", """echo '{"last":1,"live":false}' |
                                           nc -U /run/tickerd/tickerd.sock""", user="reader")
    assert service.db("SELECT headline FROM latest LIMIT 10") == ["One"]


def test_secret_headers(machine, site, service):
    """They reach the fetcher, and nobody else."""
    site.set("/news", strip_page(["One"]))
    service.source("news", Header="@news.key")
    machine.write("/etc/tickerd/secret/news.key", "Authorization: Bearer 7d1c6f\n")
    service.start()
    service.wait_items(1)
    assert site.asked("/news")[0].headers["Authorization"] == "Bearer 7d1c6f"
    for user in ("tickerd", "reader"):
        done = machine.run("cat", "/etc/tickerd/secret/news.key", user=user, check=False)
        assert done.returncode != 0 and "Permission denied" in done.stdout
    # A reload takes another one.
    machine.write("/etc/tickerd/secret/news.key", "Authorization: Bearer new\n")
    n = len(site.asked("/news"))
    machine.run("systemctl", "reload", "tickerd.service")
    assert site.wait("/news", n + 1)[n].headers["Authorization"] == "Bearer new"
    machine.path("/etc/tickerd/secret/news.key").unlink()
    n = len(service.journal.all())
    machine.run("systemctl", "reload", "tickerd.service")
    service.journal.wait_message("@news.key", n)


def test_autopkgtest(machine, service):
    """The package's own test, as a test bed would run it."""
    script = (ROOT / "debian/tests/service").read_text(encoding="utf-8")
    machine.write("/root/service", script, 0o755)
    assert "the item is everywhere" in machine.run("/root/service")


def test_reboot(machine, site, service):
    """It comes back by itself, with what it had."""
    site.set("/news", strip_page(["One"]))
    service.source("news")
    service.start()
    (entry,) = service.wait_items(1)
    machine.halt()
    machine.boot()
    assert service.show("ActiveState") == "active"
    assert service.connect(last=1, live=False).line()["newest"] == 1
    # The entry of the second look is there, so an item that was sent again would be, too.
    machine.run("sh", "-c", "journalctl --boot --follow --no-tail --output=json | grep --max-count=1 TICKERD_RUN")
    found = machine.run("journalctl", "--output=cat", f"TICKERD_CURSOR={entry['TICKERD_CURSOR']}")
    assert found == "One\n"


def restart(service):
    service.run("systemctl", "restart", "tickerd.service")


def upgrade(service, tmp_path):
    package = machines.repack(service.machine.package, "0.1.1~next", tmp_path)
    service.machine.write("/root/next.deb", "")
    service.machine.path("/root/next.deb").write_bytes(package.read_bytes())
    service.run("apt-get", "--quiet", "--yes", "install", "/root/next.deb")
    assert "0.1.1~next" in service.run("dpkg-query", "--show", "tickerd")


@pytest.mark.parametrize("how", ["restart", "upgrade"])
def test_subscribers_stay(machine, site, service, tmp_path, how):
    """Across a restart and an upgrade: no end of the stream, no item missing or doubled."""
    shown = ["One", "Two"]
    site.set("/news", strip_page(shown))
    service.source("news")
    service.start()
    service.wait_items(2)
    clients = [service.connect(after=0) for _ in range(20)]
    for client in clients:
        assert client.line()["type"] == "hello"
        assert [item["id"] for item in client.lines(2)] == [1, 2]
    for n in range(3, 6) if how == "restart" else [3]:
        pid = service.show("MainPID")
        restart(service) if how == "restart" else upgrade(service, tmp_path)
        assert service.show("MainPID") != pid
        shown.insert(0, f"Number {n}")
        site.set("/news", strip_page(shown))
        service.settle(site, "/news")
        assert [client.line()["id"] for client in clients] == [n] * len(clients)
        assert service.connect(last=1).line()["newest"] == n
    assert [int(entry["TICKERD_ID"]) for entry in service.wait_items(len(shown))] == list(range(1, len(shown) + 1))
    # A stop is a stop, also for those who came over.
    machine.run("systemctl", "stop", "tickerd.service")
    for client in clients:
        client.eof()


def test_remove_reinstall_purge(machine, site, service):
    site.set("/news", strip_page(["One"]))
    service.source("news")
    service.start()
    service.wait_items(1)
    package = f"/root/{machine.package.name}"

    machine.run("apt-get", "--yes", "remove", "tickerd")
    assert service.show("ActiveState") == "inactive"
    assert not machine.path("/usr/bin/tickerd").exists() and not machine.path("/run/tickerd").exists()
    assert not machine.path("/run/tickerd-fetch.sock").exists()
    machine.run("apt-get", "--yes", "--allow-downgrades", "install", package)
    assert service.show("ActiveState") == "active"
    assert service.connect(last=1, live=False).line()["newest"] == 1

    machine.run("apt-get", "--yes", "purge", "tickerd")
    for folder in ("/etc/tickerd", "/var/lib/tickerd", "/run/tickerd", "/run/tickerd-root"):
        assert not machine.path(folder).exists(), folder
    assert machine.run("systemctl", "list-unit-files", "--no-legend", "tickerd*", check=False).stdout == ""
    assert machine.run("systemctl", "list-units", "--state=active,failed", "--plain", "--no-legend", "tickerd*") == ""
    machine.run("apt-get", "--yes", "install", package)
    assert service.show("ActiveState") == "active"


def test_without_a_package(machine, site, service):
    """meson install alone gives a working system."""
    machine.run("apt-get", "--yes", "purge", "tickerd")
    subprocess.run(["meson", "install", "--no-rebuild", "-C", BUILD, "--destdir", machine.folder],
                   check=True, stdout=subprocess.DEVNULL)
    machine.write("/root/installed", (ROOT / "systemd/installed").read_text(encoding="utf-8"), 0o755)
    machine.run("/root/installed")
    site.set("/news", strip_page(["One"]))
    service.source("news")
    machine.run("systemctl", "enable", "--now", "tickerd.service")
    service.wait_items(1)
    assert service.connect(last=1, live=False).line()["newest"] == 1
    machine.run("apt-get", "--yes", "install", f"/root/{machine.package.name}")

