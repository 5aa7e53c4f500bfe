# SPDX-License-Identifier: LGPL-2.1-or-later
"""
tickerd-relay and real NATS servers with JetStream: whatever is killed, the stream has each item once.

TICKERD_RELAY_ITEMS and TICKERD_RELAY_KILLS make the long tests longer: how many items go through, and how often each
server, the relay and the daemon are killed.
"""

import itertools
import json
import os
import random
import re
import shutil
import subprocess

import pytest

from cluster import Cluster
from keys import Authority, Key, Operator
from programs import BUILD, Config, Daemon, Process, Record, _collect, environment, run
from website import strip_page

ITEMS = int(os.environ.get("TICKERD_RELAY_ITEMS", "1000"))
KILLS = int(os.environ.get("TICKERD_RELAY_KILLS", "1"))
PROGRAM = BUILD / "relay/tickerd-relay"
RESIDENT_MAX = 16 * 1024  # KiB

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="tickerd-relay is not built: no libnats")


class Relay(Process):
    def __init__(self, config, folder, cluster, **settings):
        self.path = folder / "relay.conf"
        self.settings = {"Servers": " ".join(cluster.urls()), "Socket": config.socket, "Place": folder / "place",
                         "Replicas": len(cluster.servers)} | settings
        self.environment = {}
        folder.mkdir(exist_ok=True)
        self.set()

    def set(self, **settings):
        self.settings |= settings
        lines = [f"{key}={value}" for key, value in self.settings.items()]
        self.path.write_text("\n".join(["[Relay]", *lines, ""]))

    def start(self, wrap=()):
        self._start([*wrap, PROGRAM, f"--config={self.path}"], stdin=subprocess.DEVNULL, env=environment(**self.environment))
        return self

    def stop(self):
        self.signal(15)
        assert self.wait_exit() == 0

    def resident(self):
        """The most that it ever was, in KiB."""
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])

    def close(self):
        if self.running:
            self.kill()
        self.show_stderr()


class Watch(Relay):
    """tickerd-relay watch, with the configuration of a relay."""

    def __init__(self, relay, *options):
        self.lines = Record()
        self._start([PROGRAM, "watch", f"--config={relay.path}", *options],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment())
        _collect(self.process.stdout, self.lines)

    def wait(self, n):
        return [json.loads(line) for line in self.lines.wait(
            lambda lines: list(lines) if len(lines) >= n else None, f"line {n}")]

    def wait_ids(self, ids):
        """Until these have come, among others, in any order."""
        self.lines.wait(lambda lines: {json.loads(line)["id"] for line in lines} >= set(ids), "those items")


@pytest.fixture
def stage(tmp_path):
    """Makes clusters, relays and daemons, and ends them."""

    class Stage:
        def __init__(self):
            self.made = []

        def cluster(self, n=3, options="", start=True):
            cluster = Cluster(tmp_path / f"cluster{len(self.made)}", n, options)
            self.made.append(cluster.kill)
            return cluster.start() if start else cluster

        def daemon(self, name, site, **keys):
            config = Config(tmp_path / name)
            config.source("harbour", site.url("/"), Language="en", Expect="sometimes", **keys)
            daemon = Daemon(config)
            self.made += [config.close, daemon.close]
            return daemon

        def running(self, site):
            """A daemon that has what is on the page."""
            daemon = self.daemon("t", site).start()
            daemon.settle(site)
            return daemon

        def relay(self, daemon, cluster, **settings):
            relay = Relay(daemon.config, tmp_path / f"relay{len(self.made)}", cluster, **settings)
            self.made.append(relay.close)
            return relay

        def watch(self, relay, *options):
            watch = Watch(relay, *options)
            self.made.append(watch.close)
            return watch

    it = Stage()
    yield it
    for close in reversed(it.made):
        close()


def headlines(begin, end):
    return [(f"Ship {i} has left the harbour", f"/ships/{i}") for i in range(begin, end)]


def check_stream(cluster, daemons, stream="TICKER"):
    """Each item of the daemons' stores is in the stream once, as one of the stores has it, and nothing else is."""
    expected = {}
    for daemon in daemons:
        for row in daemon.db("SELECT source, url, headline, iif(repeats, substr(first_seen, 1, 10), NULL), language,"
                             " first_seen FROM items"):
            expected.setdefault(row[:4], []).append(row)
    messages = cluster.ask(lambda client: client.messages(stream))
    found = {}
    for message in messages:
        item = json.loads(message["data"])
        key = (item["source"], item.get("url"), item["headline"], item["first_seen"][:10] if "repeats" in item else None)
        assert key not in found, "an item is there twice"
        found[key] = message
        assert (*key, item["language"], item["first_seen"]) in expected.get(key, []), "no store has this item"
        headers = message["headers"]
        assert headers["Ticker-Source"] == item["source"]
        assert headers["Ticker-Language"] == item["language"]
        assert headers["Ticker-Cursor"] == item["cursor"]
        assert message["subject"] == f"ticker.{item['source']}.{headers['Nats-Msg-Id']}"
    assert found.keys() == expected.keys()
    assert len({message["subject"] for message in messages}) == len(messages)
    return messages


def test_relay_live_and_headers(stage, site):
    cluster = stage.cluster(1)
    site.set("/", strip_page(headlines(0, 3)))
    daemon = stage.running(site)
    relay = stage.relay(daemon, cluster).start()
    relay.wait_stderr("has everything up to item 3")
    site.set("/", strip_page([*headlines(3, 5), "No link: 7 \u202e!", *headlines(0, 3)]))
    daemon.settle(site)
    cluster.wait_messages("TICKER", 6)
    messages = check_stream(cluster, [daemon])
    assert [json.loads(message["data"])["id"] for message in messages] == list(range(1, 7))
    with cluster.client() as client:
        config = client.stream("TICKER")["config"]
    assert (config["storage"], config["discard"], config["max_msgs_per_subject"]) == ("file", "new", 1)
    assert config["deny_delete"] and config["discard_new_per_subject"] and config["num_replicas"] == 1
    relay.stop()
    # After any end it goes on; and with no idea where, it offers all, which changes nothing.
    relay.settings["Place"].unlink()
    relay.start()
    relay.wait_stderr("offering what comes after item 0")
    relay.wait_stderr("has everything up to item 6")
    check_stream(cluster, [daemon])
    relay.stop()


def test_relay_everything_is_killed(stage, site):
    """Each server, the relay and the daemon again and again, while items come."""
    cluster = stage.cluster(3)
    victims = ["daemon", "relay", 0, 1, 2] * KILLS
    random.Random(1).shuffle(victims)
    a_round = max(1, ITEMS // len(victims))
    site.set("/", strip_page(headlines(0, a_round)))
    daemon = stage.running(site)
    relay = stage.relay(daemon, cluster).start()
    made = a_round
    for n, victim in enumerate(victims):
        begin, made = made, ITEMS if n == len(victims) - 1 else made + a_round
        site.set("/", strip_page(headlines(begin, made)))
        daemon.settle(site)
        if victim == "daemon":
            daemon.kill()
            daemon.start()
        elif victim == "relay":
            relay.kill()
            relay.start()
        else:
            cluster.servers[victim].kill()
            cluster.servers[victim].start()
            cluster.wait_messages("TICKER", begin)
            cluster.wait_current("TICKER")
    assert daemon.db("SELECT count(*) FROM items") == [(ITEMS,)]
    cluster.wait_messages("TICKER", ITEMS)
    relay.wait_stderr("has everything up to item")
    check_stream(cluster, [daemon])
    relay.stop()


def test_relay_two_of_everything(stage, site):
    """Two daemons, each with a relay, read one changing page; one of them comes and goes."""
    cluster = stage.cluster(3)
    chance = random.Random(2)
    # A text without a link of its own that comes back is an item that repeats; on one day it can do so once.
    daemons = [stage.daemon(name, site, Reappear="1us") for name in ("a", "b")]
    relays = [stage.relay(daemon, cluster) for daemon in daemons]
    strip, n, back, returned = headlines(0, 5), 5, [], set()
    site.set("/", strip_page(strip))
    for it in (*daemons, *relays):
        it.start()
    for _ in range(max(20, ITEMS // 50)):
        for _ in range(chance.randrange(1, 40)):
            strip.insert(0, headlines(n, n + 1)[0] if chance.random() < 0.7 else f"Tide of {n} cm expected")
            n += 1
        if back and chance.random() < 0.5:
            strip.insert(0, back.pop())
            returned.add(strip[0])
        gone, strip = strip[60:], strip[:60]
        back += [entry for entry in gone if isinstance(entry, str) and entry not in returned]
        site.set("/", strip_page(strip))
        if chance.random() < 0.3:
            it = chance.choice([daemons[1], relays[1]])
            if not it.running:
                it.start()
            elif chance.random() < 0.5:
                it.kill()
            else:
                it.stop()
        for daemon in daemons:
            if daemon.running:
                daemon.settle(site)
    for it in (daemons[1], relays[1]):
        if not it.running:
            it.start()
    everything = {row for daemon in daemons for row in daemon.db(
        "SELECT source, url, headline, iif(repeats, substr(first_seen, 1, 10), NULL) FROM items")}
    assert any(row[3] for row in everything), "nothing has repeated"
    cluster.wait_messages("TICKER", len(everything))
    check_stream(cluster, daemons)


def test_relay_servers_away(stage, site):
    """The tape is the queue: while no server is there, nothing is kept in memory."""
    cluster = stage.cluster(3)
    site.set("/", strip_page(headlines(0, 10)))
    daemon = stage.running(site)
    relay = stage.relay(daemon, cluster).start()
    relay.wait_stderr("has everything up to item 10")
    cluster.kill()
    for begin in range(10, ITEMS, 500):
        site.set("/", strip_page(headlines(begin, min(begin + 500, ITEMS))))
        daemon.settle(site)
    relay.wait_stderr("trying again")
    watch = stage.watch(relay, "--all", "--name=desk")
    cluster.start()
    cluster.wait_messages("TICKER", ITEMS)
    relay.wait_stderr(f"has everything up to item {ITEMS}")
    check_stream(cluster, [daemon])
    watch.wait_ids(range(1, ITEMS + 1))
    if "ASAN_OPTIONS" not in os.environ:
        assert relay.resident() < RESIDENT_MAX
    relay.stop()


def test_relay_servers_lose_what_they_acknowledged(stage, site):
    """What came in the last hour is offered again on connecting, though it was acknowledged and the place is past it."""
    cluster = stage.cluster(1)
    site.set("/", strip_page(headlines(0, 50)))
    daemon = stage.running(site)
    relay = stage.relay(daemon, cluster).start()
    relay.wait_stderr("has everything up to item 50")
    with cluster.client() as client:
        lost = [message["subject"] for message in client.messages("TICKER")][20:40]
        for subject in lost:
            client.api("STREAM.PURGE.TICKER", filter=subject)
        assert client.stream("TICKER")["state"]["messages"] == 30
    cluster.kill()
    cluster.start()
    cluster.wait_messages("TICKER", 50)
    check_stream(cluster, [daemon])
    relay.stop()


def test_relay_says_what_was_removed(stage, site):
    cluster = stage.cluster(1)
    daemon = stage.daemon("t", site)
    daemon.config.set(Retain="1ms")
    daemon.start()
    relay = stage.relay(daemon, cluster, Republish="1us")

    def show(page):
        site.set("/", strip_page(page))
        daemon.settle(site)

    show(headlines(0, 3))
    relay.start()
    relay.wait_stderr("has everything up to item 3")
    show(headlines(3, 4))
    cluster.wait_messages("TICKER", 4)
    relay.stop()
    show(headlines(4, 6))
    show(headlines(6, 7))
    daemon.reload()  # looks after Retain= at once
    daemon.settle(site)
    assert daemon.db("SELECT id FROM items") == [(7,)]
    # It asks for what comes after item 3; but item 4 had been published.
    relay.start()
    relay.wait_stderr("what comes after item 3")
    relay.wait_stderr("items 5 to 6 were removed before they could be published")
    relay.wait_stderr("has everything up to item 7")
    relay.stop()


def test_relay_another_database_and_another_stream(stage, site):
    cluster = stage.cluster(1)
    site.set("/", strip_page(headlines(0, 4)))
    daemon = stage.running(site)
    relay = stage.relay(daemon, cluster).start()
    relay.wait_stderr("has everything up to item 4")
    # The same page in a new database: the same items, though with other ids.
    daemon.stop()
    for path in daemon.config.folder.glob("ticker.db*"):
        path.unlink()
    site.set("/", strip_page(headlines(2, 6)))
    daemon.start()
    relay.wait_stderr("another one, or an earlier state")
    cluster.wait_messages("TICKER", 6)
    with cluster.client() as client:
        assert {json.loads(message["data"])["headline"] for message in client.messages("TICKER")} == {
            text for text, _ in headlines(0, 6)}
        client.api("STREAM.DELETE.TICKER")
    relay.stop()
    relay.start()
    cluster.wait_messages("TICKER", 4)
    check_stream(cluster, [daemon])
    relay.stop()


# What goes wrong

USERS = """
accounts { NEWS { jetstream: enabled, users: [
    { user: right, password: word }
    { user: mute, password: word, permissions: { publish: { deny: ["ticker.>"] } } }
    { user: deaf, password: word, permissions: { subscribe: { deny: [">"] } } }
    { user: guest, password: word, permissions: { publish: { deny: ["$JS.API.STREAM.CREATE.>"] } } }
] } }
"""


@pytest.fixture
def guarded(stage, site):
    """A server that wants a user and a password, a daemon with ten items, and a relay."""
    cluster = stage.cluster(1, USERS)
    site.set("/", strip_page(headlines(0, 10)))
    daemon = stage.running(site)
    return cluster, daemon, stage.relay(daemon, cluster)


def right(cluster):
    return cluster.client("right", "word")


@pytest.mark.parametrize("user, message", [
    ("", "(?i)authorization"), ("right:wrong@", "(?i)authorization"),
    ("mute:word@", '(?i)not permitted: .*publish to "ticker.harbour'),
    ("deaf:word@", "(?i)not permitted: .*subscription"),
    ("guest:word@", r'(?i)not permitted: .*publish to "\$JS.API.STREAM.CREATE'),
], ids=["no user", "wrong password", "may not publish", "may not subscribe", "may not make the stream"])
def test_relay_is_refused(guarded, user, message):
    cluster, daemon, relay = guarded
    relay.set(Servers=cluster.servers[0].url(user=user))
    relay.start()
    relay.wait_stderr(message)
    assert relay.wait_exit() == 1
    relay.set(Servers=cluster.servers[0].url(user="right:word@"))
    relay.start()
    relay.wait_stderr("has everything up to item 10")
    with right(cluster) as client:
        assert client.stream("TICKER")["state"]["messages"] == 10
    relay.stop()


GOOD = {"name": "TICKER", "subjects": ["ticker.*.*"], "storage": "file", "retention": "limits", "discard": "new",
        "discard_new_per_subject": True, "max_msgs_per_subject": 1, "deny_delete": True, "num_replicas": 1,
        "max_msgs": -1, "max_bytes": -1, "max_age": 0, "max_consumers": -1}


@pytest.mark.parametrize("change, message", [
    ({"subjects": ["news.>"]}, "subjects"),
    ({"storage": "memory"}, "storage"),
    ({"retention": "interest"}, "retention"),
    ({"discard": "old", "discard_new_per_subject": False}, "discard"),
    ({"max_msgs_per_subject": 2}, "max_msgs_per_subject"),
    ({"deny_delete": False}, "deny_delete"),
    ({"no_ack": True}, "no_ack"),
    ({"name": "OTHER"}, "subjects overlap"),
])
def test_relay_stream_of_somebody_else(guarded, change, message):
    cluster, daemon, relay = guarded
    relay.set(Servers=cluster.servers[0].url(user="right:word@"))
    made = GOOD | change
    with right(cluster) as client:
        client.api(f"STREAM.CREATE.{made['name']}", **made)
    relay.start()
    relay.wait_stderr(f"TICKER.*{message}")
    assert relay.wait_exit() == 1
    with right(cluster) as client:
        assert client.stream(made["name"])["state"]["messages"] == 0
        client.api(f"STREAM.DELETE.{made['name']}")
    relay.start()
    relay.wait_stderr("has everything up to item 10")
    relay.stop()


def test_relay_replicas_without_a_cluster(guarded):
    cluster, daemon, relay = guarded
    relay.set(Servers=cluster.servers[0].url(user="right:word@"), Replicas=3)
    relay.start()
    relay.wait_stderr("making the stream TICKER: .*replicas")
    assert relay.wait_exit() == 1


@pytest.mark.parametrize("limit, message", [
    ({"max_msgs": 4}, "maximum messages exceeded"), ({"max_bytes": 1500}, "maximum bytes exceeded")])
def test_relay_stream_is_full(guarded, limit, message):
    cluster, daemon, relay = guarded
    relay.set(Servers=cluster.servers[0].url(user="right:word@"))
    with right(cluster) as client:
        client.api("STREAM.CREATE.TICKER", **GOOD | limit)
    relay.start()
    relay.wait_stderr(f"item \\d+: {message}; trying again")
    with right(cluster) as client:
        assert 0 < client.stream("TICKER")["state"]["messages"] < 10
        client.api("STREAM.UPDATE.TICKER", **GOOD)
    relay.wait_stderr("has everything up to item 10")
    with right(cluster) as client:
        found = [json.loads(message["data"])["id"] for message in client.messages("TICKER")]
    assert found == list(range(1, 11))
    relay.stop()


def test_relay_credentials(stage, site, tmp_path):
    """A file with a token; by a path, and as systemd passes it."""
    operator = Operator(tmp_path)
    cluster = stage.cluster(1, operator.options)
    site.set("/", strip_page(headlines(0, 3)))
    daemon = stage.running(site)
    relay = stage.relay(daemon, cluster)
    strange = operator.credentials("strange", issuer=Key(tmp_path, "nobody", "A"))
    for settings in {}, {"Credentials": strange}:
        relay.set(**settings)
        relay.start()
        relay.wait_stderr("(?i)authorization")
        assert relay.wait_exit() == 1
    operator.credentials("good")
    relay.set(Credentials="good.creds")
    relay.environment = {"CREDENTIALS_DIRECTORY": tmp_path}
    relay.start()
    relay.wait_stderr("has everything up to item 3")
    relay.stop()


def test_relay_tls(stage, site, tmp_path):
    authority, other = Authority(tmp_path), Authority(tmp_path, "other")
    certificate, key = authority.issue("relay", "DNS:relay.example")
    cluster = stage.cluster(1, start=False)
    server = cluster.servers[0]

    def serve(alternative):
        server_certificate, server_key = authority.issue("server", alternative)
        server.options = f"""tls {{ cert_file: "{server_certificate}", key_file: "{server_key}",
                                    ca_file: "{authority.certificate}", verify: true }}"""
        cluster.start()

    serve("DNS:elsewhere.example")
    site.set("/", strip_page(headlines(0, 3)))
    daemon = stage.running(site)
    relay = stage.relay(daemon, cluster, Servers=server.url("tls"))

    def refused(**settings):
        relay.set(**settings)
        relay.start()
        relay.wait_stderr("(?i)ssl|tls|certificate")
        assert relay.wait_exit() == 1

    good = {"TrustedCertificateFile": authority.certificate, "CertificateFile": certificate, "KeyFile": key}
    refused(**good)  # it has a certificate, but of another host
    cluster.kill()
    serve(f"IP:{server.address}")
    refused(TrustedCertificateFile=other.certificate)
    # Without a certificate of its own the handshake goes well, and then the server hangs up.
    relay.set(TrustedCertificateFile=authority.certificate, CertificateFile="", KeyFile="")
    relay.start()
    relay.wait_stderr("trying again")
    relay.stop()
    relay.set(**good)
    relay.start()
    relay.wait_stderr("has everything up to item 3")
    relay.stop()


def test_relay_server_without_jetstream(stage, site):
    """It waits: servers say so while they start."""
    cluster = stage.cluster(1, start=False)
    server = cluster.servers[0]
    server.jetstream = False
    cluster.start()
    site.set("/", strip_page(headlines(0, 3)))
    daemon = stage.running(site)
    relay = stage.relay(daemon, cluster).start()
    relay.wait_stderr("trying again")
    server.kill()
    server.jetstream = True
    server.start()
    relay.wait_stderr("has everything up to item 3")
    relay.stop()


def test_relay_stream_without_a_configuration(stage, site):
    """What stands in for JetStream answers without saying how the stream is made; then real JetStream comes."""
    cluster = stage.cluster(1, start=False)
    server = cluster.servers[0]
    server.jetstream = False
    cluster.start()
    site.set("/", strip_page(headlines(0, 3)))
    relay = stage.relay(stage.running(site), cluster)
    with cluster.client() as client:
        client.answer("$JS.API.STREAM.INFO.TICKER", json.dumps(
            {"type": "io.nats.jetstream.api.v1.stream_info_response", "created": "2026-11-23T07:00:00Z"}).encode())
        relay.start()
        relay.wait_stderr("looking for the stream TICKER: .*; trying again")
    server.kill()
    server.jetstream = True
    server.start()
    relay.wait_stderr("has everything up to item 3")
    relay.stop()


def test_relay_tells_no_password(guarded):
    cluster, daemon, relay = guarded
    server = cluster.servers[0]
    relay.set(Servers=server.url(user="right:s3cr3t@"))
    relay.start()
    relay.wait_stderr(re.escape(server.address))
    assert relay.wait_exit() == 1
    assert "s3cr3t" not in "\n".join(relay.stderr.all())
    relay.set(Servers=server.url(user="right:word@"))
    relay.start()
    relay.wait_stderr("has everything up to item 10")
    server.kill()
    relay.wait_stderr("trying again")
    server.start()
    relay.wait_stderr(re.escape(f"connected to {server.address}:4222;"))
    relay.stop()
    assert "word" not in "\n".join(relay.stderr.all())


def test_relay_place_is_on_the_disk(guarded, tmp_path):
    """strace shows that the place is written beside the old one, synced, and only then put in its stead."""
    if not shutil.which("strace"):
        pytest.skip("strace is not here")
    cluster, daemon, relay = guarded
    relay.set(Servers=cluster.servers[0].url(user="right:word@"))
    relay.environment = {"ASAN_OPTIONS": "detect_leaks=0"}
    trace = tmp_path / "trace"
    relay.start(wrap=["strace", "-D", "-f", "-y", "-o", trace, "-e", "trace=fsync,/^rename"])
    relay.wait_stderr("has everything up to item 10")
    relay.stop()
    place = re.escape(str(relay.settings["Place"]))
    calls = re.findall(r"\b(fsync|rename\w*)\((.*)\) += (-?\d+)", trace.read_text())
    assert calls and len(calls) % 2 == 0
    for synced, renamed in zip(calls[::2], calls[1::2]):
        assert synced[0] == "fsync" and synced[2] == "0" and re.search(f"<{place}.new>", synced[1])
        assert renamed[0].startswith("rename") and re.search(f'"{place}.new", .*"{place}"', renamed[1])


# Reading

def test_relay_stream_that_republishes(guarded, site):
    """Somebody has made the stream, with an age and for plain subscribers, who get each item once."""
    cluster, daemon, relay = guarded
    relay.set(Servers=cluster.servers[0].url(user="right:word@"))
    with right(cluster) as client, right(cluster) as reader:
        client.api("STREAM.CREATE.TICKER",
                   **GOOD | {"max_age": 30 * 86400 * 10**9, "republish": {"src": ">", "dest": "live.>"}})
        lines = reader.listen("live.ticker.harbour.*")
        for _ in range(2):  # the second time all is offered again
            relay.start()
            relay.wait_stderr("has everything up to item 10")
            relay.stop()
        relay.start()
        site.set("/", strip_page(headlines(10, 11)))
        daemon.settle(site)
        assert [json.loads(next(lines))["id"] for _ in range(11)] == list(range(1, 12))
    relay.stop()


def test_watch_goes_on_where_it_stopped(stage, site):
    cluster = stage.cluster(1)
    site.set("/", strip_page(headlines(0, 300)))
    daemon = stage.running(site)
    relay = stage.relay(daemon, cluster).start()
    relay.wait_stderr("has everything up to item 300")
    watch = stage.watch(relay, "--name=desk", "--all")
    assert [item["id"] for item in watch.wait(300)] == list(range(1, 301))
    watch.stop()
    site.set("/", strip_page(headlines(300, 310)))
    daemon.settle(site)
    again = stage.watch(relay, "--name=desk")
    assert [item["id"] for item in again.wait(10)] == list(range(301, 311))
    # The server is killed, and what comes then is still read.
    cluster.kill()
    cluster.start()
    site.set("/", strip_page(headlines(310, 320)))
    daemon.settle(site)
    again.wait_ids(range(301, 321))  # and perhaps others again: the server had not noted all that was acknowledged
    again.stop()
    relay.stop()


def test_watch_without_a_name_begins_now(stage, site):
    cluster = stage.cluster(1)
    site.set("/", strip_page(headlines(0, 3)))
    daemon = stage.running(site)
    relay = stage.relay(daemon, cluster).start()
    relay.wait_stderr("has everything up to item 3")
    watch = stage.watch(relay)
    cluster.ask(lambda client: client.stream("TICKER")["state"]["consumer_count"] == 1)
    site.set("/", strip_page(headlines(3, 4)))
    daemon.settle(site)
    assert [item["id"] for item in watch.wait(1)] == [4]
    watch.stop()
    with cluster.client() as client:  # it leaves nothing behind
        assert client.stream("TICKER")["state"]["consumer_count"] == 0


def test_watch_waits_for_one_item_once_it_has_all(stage, site):
    """Asked for more than one, a server would keep the first until the wait for the others ends."""
    cluster = stage.cluster(1)
    site.set("/", strip_page(headlines(0, 3)))
    daemon = stage.running(site)
    relay = stage.relay(daemon, cluster).start()
    relay.wait_stderr("has everything up to item 3")
    with cluster.client() as client:
        wanted = (json.loads(data)["batch"] for data in client.listen("$JS.API.CONSUMER.MSG.NEXT.>"))
        watch = stage.watch(relay, "--all")
        assert next(wanted) > 1
        assert 1 in itertools.islice(wanted, 5)
        watch.wait(3)
        for n in range(4, 6):
            site.set("/", strip_page(headlines(0, n)))
            daemon.settle(site)
            watch.wait(n)
            assert list(itertools.islice(wanted, 2)) == [1, 1]
    watch.stop()
    relay.stop()


def test_watch_does_nothing_to_a_terminal(stage, site):
    """Whoever may publish may put anything into the stream; it comes out as one harmless line."""
    cluster = stage.cluster(1)
    site.set("/", strip_page([]))
    relay = stage.relay(stage.running(site), cluster).start()
    relay.wait_stderr("connected to")
    data = '{"id": 1, "headline": "a\x1b[2J b\x9b2J c\x85 d\x7f e\nf"}'
    cluster.ask(lambda client: client.request("ticker.harbour.strange", data.encode())[1:])
    watch = stage.watch(relay, "--all")
    lines = watch.lines.wait(lambda lines: list(lines), "a line")
    assert re.sub(r"\?+", "?", lines[0]) == '{"id": 1, "headline": "a?[2J b?2J c? d? e?f"}'
    watch.stop()
    relay.stop()


def test_watch_ends_when_nobody_reads_it(stage, site):
    cluster = stage.cluster(1)
    site.set("/", strip_page(headlines(0, 3)))
    relay = stage.relay(stage.running(site), cluster).start()
    relay.wait_stderr("has everything up to item 3")
    command = f"{PROGRAM} watch --config={relay.path} --all; echo $? >&2"
    done = subprocess.run(["bash", "-c", f"({command}) | true"], capture_output=True, text=True, env=environment())
    assert done.stderr.splitlines()[-1:] == ["0"]
    relay.stop()


@pytest.mark.parametrize("options, status, message", [
    (["--name=a.b"], 2, "watch"), (["watch", "--name=a.b"], 2, "--name="), (["watch", "--nats=http://x"], 2, "--nats="),
    (["watch", "x"], 2, "too many"), (["--bad"], 2, ""), (["--config=/nowhere/relay.conf"], 78, "/nowhere/relay.conf"),
    (["--help"], 0, ""), (["--version"], 0, "")])
def test_relay_arguments(options, status, message):
    done = run("relay/tickerd-relay", *options)
    assert done.returncode == status
    assert message in done.stderr


@pytest.mark.parametrize("line", [
    "Servers=http://127.0.0.1", "Servers=", "Stream=a.b", "Subject=ticker.{source}", "Subject=ticker.*.{item}",
    "Subject=ticker..{item}", "Subject=$JS.{item}", "Subject=ticker.a{item}", "Replicas=0", "Replicas=6",
    "Republish=infinity", "Credentials=/nowhere/creds", "Credentials=creds", "KeyFile=/dev/null"])
def test_relay_bad_configuration(tmp_path, line):
    path = tmp_path / "relay.conf"
    path.write_text(f"[Relay]\n{line}\n")
    done = run("relay/tickerd-relay", "--check", f"--config={path}")
    assert done.returncode == 78
    assert re.search(rf"^{re.escape(str(path))}:[12]: ", done.stderr)
