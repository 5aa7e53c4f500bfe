# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the service may do, and who may do what with it."""

import json
import subprocess

import pytest

from machine import exposure
from programs import BUILD
from website import strip_page

EXPOSURE = {"tickerd.service": 0.4, "tickerd-fetch@.service": 1.1}


@pytest.mark.parametrize("unit", EXPOSURE)
def test_exposure(machine, unit):
    """As the booted system sees it, and from the file alone."""
    command = ["systemd-analyze", "security", "--no-pager"]
    assert exposure(machine.run(*command, unit.replace("@", "@x"))) <= EXPOSURE[unit]
    offline = subprocess.run([*command, "--offline=true", BUILD / "systemd" / unit], check=True,
                             stdout=subprocess.PIPE, text=True, env={"PATH": "/usr/bin", "LC_ALL": "C.UTF-8"})
    assert exposure(offline.stdout) <= EXPOSURE[unit]


def query(machine, user):
    return machine.run("sqlite3", "-readonly", "/var/lib/tickerd/ticker.db", "SELECT headline FROM latest",
                       user=user, check=False)


def connect(machine, user, path="/run/tickerd/tickerd.sock"):
    return machine.run("nc", "-U", path, user=user, check=False, stdin='{"last":1,"live":false}\n')


def check_readers(machine, listening=True):
    """One in the group ticker reads the database and the socket, one outside of it neither."""
    assert query(machine, "reader").stdout == "One\n"
    denied = query(machine, "outsider")
    assert denied.returncode != 0 and "unable to open" in denied.stdout
    if listening:
        assert '"headline":"One"' in connect(machine, "reader").stdout
    denied = connect(machine, "outsider")
    assert denied.returncode != 0 and "Permission denied" in denied.stdout


def test_who_may_read(machine, site, service):
    """While the daemon runs, after kill -9 and after a clean stop."""
    site.set("/one", strip_page(["One"]))
    service.source("one")
    service.drop_in("tickerd.service", "[Service]\nRestart=no\n")
    service.start()
    service.wait_items(1)
    check_readers(machine)
    machine.run("sh", "-c", 'kill -9 "$(systemctl show -P MainPID tickerd)"')
    machine.run("systemctl", "stop", "tickerd.service")
    assert service.show("Result") == "signal"
    assert query(machine, "reader").stdout == "One\n"
    assert query(machine, "outsider").returncode != 0
    service.start()
    check_readers(machine)
    machine.run("systemctl", "stop", "tickerd.service")
    assert service.show("Result") == "success"
    assert query(machine, "reader").stdout == "One\n"
    assert query(machine, "outsider").returncode != 0


def test_only_the_daemon_reaches_the_fetcher(machine, service):
    service.source("one")
    service.start()
    for user in ("reader", "outsider"):
        done = connect(machine, user, "/run/tickerd-fetch.sock")
        assert done.returncode != 0 and "Permission denied" in done.stdout
    answer = machine.run("nc", "-N", "-U", "/run/tickerd-fetch.sock", user="tickerd", stdin="nobody\n")
    assert json.loads(answer) == {"source": "nobody", "state": "unknown-source"}


# Runs in the daemon's place, under its unit: what it can open is what the daemon could.
PROBE = """
import json, os, re, socket
MAY = re.compile("/(usr/lib|usr/local/lib|lib|lib64|proc|sys|dev|tmp|var/tmp|etc/tickerd|usr/share/tickerd"
                 "|run/tickerd|var/lib/tickerd|run/log/journal|var/log/journal|run/systemd/journal)(/|$)"
                 "|/usr/bin/(tickerd|tickerd-fetch|kill|python3.*)$|/etc/(ld.so.cache|machine-id)$"
                 "|/run/systemd/(notify|incoming)$|/run/tickerd-fetch.sock$")
seen, sockets = [], []
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if not MAY.match(os.path.join(folder, name))]
    seen += [path for path in (os.path.join(folder, name) for name in files) if not MAY.match(path)]
for family in range(1, 46):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(family, kind).close()
            sockets.append(family)
        except OSError:
            pass
written = []
for folder in ["/", "/usr/lib", "/etc/tickerd", "/usr/share/tickerd", "/run", "/var", "/var/log/journal"]:
    try:
        os.close(os.open(folder + "/probe", os.O_CREAT | os.O_WRONLY))
        written.append(folder)
    except OSError:
        pass
try:
    os.listdir("/etc/tickerd/secret")
    seen.append("/etc/tickerd/secret")
except PermissionError:
    pass
with open("/var/lib/tickerd/probe", "w") as report:
    json.dump({"seen": seen, "sockets": sorted(set(sockets)), "written": written,
               "interfaces": [name for _, name in socket.if_nameindex()] if 16 in sockets else []}, report)
"""


def test_what_the_daemon_could_do(machine, service):
    """No network socket, and no path but its own, its configuration, libraries and the journal's files."""
    service.drop_in("tickerd.service", "[Service]\nType=oneshot\nRestart=no\nWatchdogSec=0\nExecStart=\n"
                                       "ExecStart=/usr/bin/python3 -E /etc/tickerd/probe.py\n"
                                       "BindReadOnlyPaths=/usr/bin/python3 /usr/bin/python3.11\n")
    machine.write("/etc/tickerd/probe.py", PROBE)
    try:
        service.start()
    finally:
        machine.path("/etc/tickerd/probe.py").unlink()
    assert json.loads(machine.path("/var/lib/tickerd/probe").read_text()) == {
        "seen": [], "sockets": [1], "written": [], "interfaces": []}
