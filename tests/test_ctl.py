# SPDX-License-Identifier: LGPL-2.1-or-later
"""tickerctl's verbs but watch: what they print, in each format as its reader wants it, and how they fail."""

import contextlib
import csv
import datetime
import email.utils
import io
import json
import os
import shutil
import sqlite3
import subprocess
import urllib.parse
import xml.etree.ElementTree

import pytest

from programs import BUILD, ROOT, ctl, environment, false_daemon
from website import strip_page

NASTY = 'Storm <b>&amp; "flood"</b>, 5 > 4 ]]> =1+1'


@pytest.fixture
def tape(site, config, daemon):
    """Five items: of two sources, an edit and a nasty one among them."""
    config.source("harbour", site.url("/"), Description="Harbour & quay", Language="en")
    config.source("quiet", site.url("/quiet"), Expect="sometimes")
    site.set("/quiet", strip_page([]))
    strips = [["Ferry stops today at noon"], [("Second café", "/two?a=1&b=2"), "Ferry stops today at noon"],
              [("Second café", "/two?a=1&b=2"), "Ferry stops today at three"],
              [NASTY, ("Second café", "/two?a=1&b=2"), "Ferry stops today at three"]]
    site.set("/", strip_page(strips[0]))
    daemon.start()
    for n, strip in enumerate(strips, 1):
        site.set("/", strip_page(strip))
        daemon.poll_now()
        daemon.wait_stdout(n)
    site.set("/quiet", strip_page(["From the quiet source"]))
    daemon.poll_now()
    daemon.wait_stdout(5)
    daemon.settle(site)
    return daemon


HEADLINES = ["Ferry stops today at noon", "Second café", "Ferry stops today at three", NASTY, "From the quiet source"]


def good(config, *args, **options):
    done = ctl(config, *args, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def found(config, *args):
    return [json.loads(line)["headline"] for line in good(config, *args, "--format=json").splitlines()]


def test_last(tape, config):
    assert good(config, "last") == "".join(line + "\n" for line in tape.wait_stdout(5))
    client = tape.connect(last=2)
    client.line()
    assert [json.loads(line) for line in good(config, "last", "-n2", "--format=json").splitlines()] == client.lines(2)
    assert found(config, "last", "--source=quiet") == HEADLINES[4:]
    assert found(config, "last", "-n", "2", "--source=harbour") == HEADLINES[2:4]
    assert found(config, "last", "-n", "0") == []


def test_times(tape, config):
    tape.stop()
    with contextlib.closing(sqlite3.connect(config.database)) as db:
        db.execute("UPDATE items SET first_seen = '2026-01-0' || id || 'T12:00:00.000Z'")
        db.commit()
    for since, until, expected in [("2026-01-03", None, HEADLINES[2:]), ("2026-01-03T12:00:00.001Z", None, HEADLINES[3:]),
                                   (None, "2026-01-03 12:00", HEADLINES[:2]), ("2026-01-02", "2026-01-03", HEADLINES[1:2]),
                                   ("yesterday", None, []), ("100y", "3d ago", HEADLINES)]:
        options = [f"--since={since}"] if since else []
        options += [f"--until={until}"] if until else []
        done = ctl(config, "last", "--format=json", *options, env={"TZ": "UTC"})
        assert [json.loads(line)["headline"] for line in done.stdout.splitlines()] == expected, options
    # A day begins where the user is.
    done = ctl(config, "last", "--format=json", "--since=2026-01-03", env={"TZ": "UTC+13"})
    assert len(done.stdout.splitlines()) == 2


def test_search(tape, config):
    assert found(config, "search", "FERRY", "today") == [HEADLINES[0], HEADLINES[2]]
    assert found(config, "search", "ferry", "NOT", "noon") == [HEADLINES[2]]
    assert found(config, "search", "-n1", "ferry") == [HEADLINES[2]]
    assert found(config, "search", "cafe OR quiet") == [HEADLINES[1], HEADLINES[4]]
    assert found(config, "search", "--source=quiet", "cafe OR quiet") == [HEADLINES[4]]
    # What is no language of FTS5 is searched for word by word.
    assert found(config, "search", "at-noon") == [HEADLINES[0]]
    assert found(config, "search", '"flood') == [NASTY]
    done = ctl(config, "search", "nowhere")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "tickerctl: no items\n")


def test_export_json(tape, config):
    items = json.loads(good(config, "export", "--format=json"))
    assert [item["headline"] for item in items] == HEADLINES
    assert items == [json.loads(line) for line in good(config, "last", "--format=json").splitlines()]
    assert items[2]["revises"] == 1


def test_export_csv(tape, config):
    text = good(config, "export", "--format=csv")
    assert text.count("\r\n") == 6 and text.count("\n") == 6
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert [row["headline"] for row in rows] == HEADLINES
    assert (rows[2]["id"], rows[2]["revises"], rows[2]["repeats"], rows[0]["url"]) == ("3", "1", "", "")


def test_export_rss(tape, config, site):
    text = good(config, "export", "--format=rss")
    lint = subprocess.run(["xmllint", "--noout", "--nonet", "-"], input=text, capture_output=True, text=True)
    assert lint.returncode == 0, lint.stderr
    rss = xml.etree.ElementTree.fromstring(text)
    assert (rss.tag, rss.attrib) == ("rss", {"version": "2.0"})
    [channel] = rss
    assert all(channel.find(name).text for name in ("title", "link", "description"))
    email.utils.parsedate_to_datetime(channel.find("lastBuildDate").text)
    items = channel.findall("item")
    assert [item.find("title").text for item in items] == HEADLINES
    assert len({item.find("guid").text for item in items}) == 5
    assert all(item.find("guid").attrib == {"isPermaLink": "false"} for item in items)
    assert items[1].find("link").text == site.url("/two?a=1&b=2")
    stored = tape.db("SELECT first_seen FROM items WHERE id = 2")[0][0]
    date = email.utils.parsedate_to_datetime(items[1].find("pubDate").text)
    assert date == datetime.datetime.fromisoformat(stored[:19] + "+00:00")
    # A feed of one source is called as that is.
    text = good(config, "export", "--format=rss", "--source=harbour", "-n", "1")
    channel = xml.etree.ElementTree.fromstring(text)[0]
    assert (channel.find("title").text, channel.find("link").text) == ("Harbour & quay", site.url("/"))
    assert len(channel.findall("item")) == 1


def test_export_jsonfeed(tape, config, site):
    """The rules of version 1.1: what must be there, and what type it has."""
    feed = json.loads(good(config, "export", "--format=jsonfeed"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1" and isinstance(feed["title"], str)
    assert urllib.parse.urlsplit(feed["home_page_url"]).scheme == "http"
    assert set(feed) == {"version", "title", "home_page_url", "items"}
    assert [item["content_text"] for item in feed["items"]] == HEADLINES
    for item in feed["items"]:
        assert set(item) <= {"id", "url", "content_text", "date_published", "language", "tags"}
        assert isinstance(item["id"], str) and isinstance(item["tags"], list)
        datetime.datetime.fromisoformat(item["date_published"].replace("Z", "+00:00"))
    assert len({item["id"] for item in feed["items"]}) == 5
    assert feed["items"][1]["url"] == site.url("/two?a=1&b=2")


@pytest.mark.parametrize("format", ["json", "csv", "rss", "jsonfeed"])
def test_export_of_many_items_and_of_none(tape, config, format):
    tape.stop()
    text = good(config, "export", f"--format={format}", "--source=harbour", "--since=now")
    assert count(text, format) == 0
    with contextlib.closing(sqlite3.connect(config.database)) as db:
        db.execute("WITH RECURSIVE n(i) AS (SELECT 6 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO items "
                   "(id, source, headline, first_seen) SELECT i, 'harbour', 'Item ' || i, '2026-01-05T00:00:00.000Z' FROM n")
        db.commit()
    assert count(good(config, "export", f"--format={format}", "-n", "all"), format) == 2000
    assert count(good(config, "export", f"--format={format}", "-n", "1500"), format) == 1500


def count(text, format):
    if format == "csv":
        return len(list(csv.reader(io.StringIO(text, newline="")))) - 1
    if format == "rss":
        return len(xml.etree.ElementTree.fromstring(text)[0].findall("item"))
    document = json.loads(text)
    return len(document if format == "json" else document["items"])


def test_status(tape, config, site):
    text = good(config, "status")
    assert "all is well" in text and "5 items" in text and "harbour" in text
    report = json.loads(good(config, "status", "--format=json"))
    assert report["well"] is True and report["daemon"]["newest"] == 5
    assert [source["source"] for source in report["sources"]] == ["harbour", "quiet"]
    assert [set(subscriber) >= {"pid", "cursor", "lag"} for subscriber in report["subscribers"]] == [True]
    # A strip that is empty is well where that is normal only.
    site.set("/quiet", strip_page([]))
    tape.settle(site, "/quiet")
    assert wait_status(config, "quiet", "empty")["well"] is True
    site.set("/", strip_page([]))
    tape.settle(site)
    assert wait_status(config, "harbour", "empty")["well"] is False
    done = ctl(config, "status")
    assert done.returncode == 1 and "not all is well" in done.stdout and done.stderr == ""


def wait_status(config, source, state):
    """What status tells may be a second old."""
    for _ in range(1000):
        report = json.loads(ctl(config, "status", "--format=json").stdout)
        if {"source": source, "state": state}.items() <= {**{s["source"]: s for s in report["sources"]}[source]}.items():
            return report
    pytest.fail(f"{source} does not become {state}")


def test_prometheus(tape, config):
    promtool = shutil.which("promtool") or str(ROOT / "build/promtool")
    if not os.path.exists(promtool):
        pytest.skip("there is no promtool, of Prometheus")
    text = good(config, "status", "--format=prometheus")
    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    lines = text.splitlines()
    assert "tickerd_up 1" in lines and "tickerd_items 5" in lines and 'tickerd_source_well{source="quiet"} 1' in lines
    tape.stop()
    done = ctl(config, "status", "--format=prometheus")
    assert done.returncode == 1 and done.stdout.splitlines()[-1] == "tickerd_up 0"


def test_sources(config, site):
    config.source("harbour", site.url("/"), Description="Harbour\tnews")
    config.source("off", site.url("/"), enable=False)
    (config.folder / "sources/broken.source").write_text("[Source]\nInterval=never\n")
    done = ctl(config, "sources")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    path = str(config.folder / "sources")
    assert ["harbour", "enabled", "Harbour news", f"{path}/harbour.source"] in rows
    assert ["off", "-", "", f"{path}/off.source"] in rows
    assert ["broken", "-", "its file is missing or has errors", ""] in rows
    objects = {item["name"]: item for item in map(json.loads, good(config, "sources", "--format=json").splitlines())}
    assert objects["harbour"]["enabled"] is True and objects["off"]["enabled"] is False


def test_thousands_of_sources(config):
    for n in range(4200):
        (config.folder / f"sources/s{n}.source").write_text("[Source]\nURL=http://127.0.0.1/\n[Strip]\nStrip=//ul\n")
    lines = good(config, "sources").splitlines()
    assert len([line for line in lines if line.startswith("s")]) == 4200
    assert len(set(lines)) == len(lines)


def test_thousands_of_subscribers(config):
    subscribers = [{"type": "subscriber", "pid": n, "cursor": f"5f3c9a1e-{n}", "lag": 0} for n in range(5000)]
    with false_daemon(config, {"type": "status", "version": "1", "items": 1}, *subscribers, {"type": "status-end"}):
        assert len(good(config, "status").splitlines()) >= 5000
        assert len(json.loads(good(config, "status", "--format=json"))["subscribers"]) == 5000
        assert "tickerd_subscriber_lag_items_max 0" in good(config, "status", "--format=prometheus").splitlines()


def test_try(config, site):
    site.set("/", strip_page([("One", "/1"), "Two", "Two", ""]))
    file = config.source("harbour", site.url("/"), Strip=["//ul[@id='old']", "//ul[has-class('ticker')]"])
    done = ctl(config, "try", "harbour")
    assert done.returncode == 0
    head, *lines = done.stdout.splitlines()
    assert head.split() == ["#", "HEADLINE", "PUBLISHED", "LINK"]
    assert lines[0].split() == ["1", "One", site.url("/1")]
    said = "\n".join(lines)
    assert "Strip= number 1 finds nothing" in said and "a copy of item 2" in said and "dropped" in said
    assert lines[-1] == "Next: tickerctl watch --source=harbour"
    # A file, and a page that was saved.
    page = config.folder / "page.html"
    page.write_text(strip_page(["Saved"]))
    done = ctl(config, "try", file, f"--page={page}")
    assert done.returncode == 0 and "Saved" in done.stdout and "/etc/tickerd/sources/harbour.source" in done.stdout
    done = ctl(config, "try", "harbour", "--url=" + site.url("/none"))
    assert done.returncode == 1 and "http-error" in done.stdout and "tickerctl suggest" in done.stdout


def test_suggest(config, site):
    page = ROOT / "tests/suggest/agency-wire.html"
    done = ctl(config, "suggest", page)
    assert done.returncode == 0 and done.stdout.startswith("# Proposed by") and "very likely" in done.stderr
    assert "tickerd-suggest:" not in done.stderr and f"Next:\n  tickerctl suggest {page} >" in done.stderr
    file = config.folder / "new.source"
    file.write_text(done.stdout)
    assert "5 entries" in done.stderr and good(config, "try", file, f"--page={page}").count("\n") >= 6
    site.set("/", page.read_text(encoding="utf-8"))
    assert "[Strip]" in good(config, "suggest", site.url("/"))
    empty = config.folder / "empty.html"
    empty.write_text("<p>Nothing</p>")
    done = ctl(config, "suggest", empty)
    assert done.returncode == 1 and done.stdout == "" and "nothing on the page" in done.stderr


@pytest.mark.parametrize("args, word", [
    ([], "watch"), (["wach"], "wach"), (["watch", "--colour"], "--colour"), (["last", "--notify"], "--notify"),
    (["last", "-n", "many"], "number"), (["watch", "--format=xml"], "format"), (["last", "--format=waybar"], "waybar"),
    (["last", "--since=soon"], "soon"), (["watch", "--since=soon"], "soon"), (["last", "--until=25:00"], "25:00"),
    (["watch", "--source=No Such"], "No Such"), (["search"], "words"), (["try"], "source"), (["last", "word"], "words"),
    (["watch", "--since=1h", "-n3"], "--since"), (["watch", "--color=blue"], "blue"), (["try", "x", "--page=a", "--url=b"], "--url"),
])
def test_wrong_usage(config, args, word):
    done = ctl(config, *args)
    assert (done.returncode, done.stdout) == (2, "") and done.stderr.count("\n") == 1 and word in done.stderr


@pytest.mark.parametrize("args", [["watch"], ["status"], ["last"], ["search", "x"], ["export"], ["watch", "--since=1h"]])
def test_no_daemon(config, args):
    done = ctl(config, *args)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "systemctl start tickerd" in done.stderr


def test_unknown_source(tape, config):
    done = ctl(config, "watch", "--source=nowhere")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "tickerctl sources" in done.stderr
    done = ctl(config, "try", "nowhere")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "tickerctl sources" in done.stderr


def test_cursor_past_the_end(tape, config):
    done = ctl(config, "watch", "--since=0badcafe-1")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "another store" in done.stderr


def test_full(tape, config):
    config.set(MaxSubscribers=1)
    tape.reload()
    client = tape.connect(last=0)
    client.line()
    done = ctl(config, "watch")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "MaxSubscribers=" in done.stderr


def test_no_permission(tape, config):
    """As another user; the folder's owner is root here, or the tests run without root and take the right away."""
    tape.stop()
    if os.geteuid() == 0:
        as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        folder = config.short / "for-nobody"
        folder.mkdir()
        config.short.chmod(0o755)
        conf, database = folder / "t.conf", folder / "t.db"
        shutil.copy(config.database, database)
        conf.write_text(f"[Ticker]\nDatabase={database}\nSocket={config.socket}\n")
        database.chmod(0o600)
        tape.start()
    else:
        as_nobody, conf, database = [], config.path, config.database
        tape.start()
        config.socket.chmod(0)
        database.chmod(0)
    program = shutil.copy(BUILD / "ctl/tickerctl", config.short / "tickerctl")
    for verb in ("watch", "last"):
        done = subprocess.run([*as_nobody, program, f"--config={conf}", verb], env=environment(), capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr.count("\n") == 1 and "usermod -aG ticker" in done.stderr, done


@pytest.mark.parametrize("sql, word", [("PRAGMA user_version = 7", "version 7"), ("PRAGMA application_id = 7", "not a database of tickerd")])
def test_another_version(tape, config, sql, word):
    tape.stop()
    with contextlib.closing(sqlite3.connect(config.database)) as db:
        db.execute(sql)
        db.commit()
    for args in (["last"], ["export"], ["watch", "--since=1h"]):
        done = ctl(config, *args)
        assert done.returncode == 1 and done.stderr.count("\n") == 1 and word in done.stderr


def test_not_a_database(config):
    config.database.write_text("this is no database, and long enough to be looked at " * 20)
    done = ctl(config, "last")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "Database=" in done.stderr


def test_nobody_reads(tape, config):
    for args in ("last", "export", "status", "sources"):
        shell = subprocess.run(["bash", "-c", '"$0" --config="$1" $2 | true; echo "${PIPESTATUS[0]}"', BUILD / "ctl/tickerctl",
                                config.path, args], env=environment(), capture_output=True, text=True)
        assert (shell.stdout, shell.stderr) == ("0\n", "")


def test_help_and_version(config):
    assert "watch" in good(config, "--help") and good(config, "--version").startswith("tickerctl ")
