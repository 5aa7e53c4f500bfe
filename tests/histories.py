# SPDX-License-Identifier: LGPL-2.1-or-later
"""
Histories of strips, how they are written, and how one is played on the model and on the daemon's store:

    @30s ok                          a fetch of source a, 30 s after the beginning, and its entries:
      Storm nears Velmar <u1> [9:30]     headline, link, published
    @31s blocked                     a fetch that was not healthy
    @32s ok b oldest-first           of another source; also sometimes, reappear=1h, language=ar; kill=3: in a
                                     daemon that dies before its third write (0: right after)
    @33s restart
    @34s enable a b                  these sources, no others
    @2h prune                        remove what left its strip before
    = 1 Storm nears Velmar; off 32s  in the end, the tape: an item a line; also "revises 1", "repeats 1"
    = strip 3 1                      in the end, the ids on the strip of source a; also latest
    = outage blocked 31s 32s         in the end, the outages of all: since, and until when, if they are over
"""

import contextlib
import copy
import dataclasses
import datetime
import json
import pathlib
import re
import sqlite3
import subprocess
import unicodedata

from model import FOREVER, HOUR, Model, Options
from programs import BUILD, GUARD, check_sanitizers, environment

BEGINNING = int(datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc).timestamp() * 1000)
SITE = "https://news.example/"

# -- The notation ----------------------------------------------------------------------------------


@dataclasses.dataclass
class Step:
    at: int  # milliseconds since the beginning
    verb: str = "poll"
    source: str = "a"
    state: str = "ok"
    entries: list = dataclasses.field(default_factory=list)
    options: Options = Options()
    kill: int = None
    names: list = None


UNITS = {"d": 24 * HOUR, "h": HOUR, "m": 60_000, "s": 1000, "ms": 1}


def read_time(text):
    parts = re.findall(r"(\d+)(ms|[dhms])", text)
    assert "".join(number + unit for number, unit in parts) == text.lstrip("-") or text == "0", text
    return sum(int(number) * UNITS[unit] for number, unit in parts) * (-1 if text.startswith("-") else 1)


def write_time(time):
    sign, time, text = "-" if time < 0 else "", abs(time), ""
    for unit, size in UNITS.items():
        if time >= size:
            text, time = f"{text}{time // size}{unit}", time % size
    return sign + text or "0"


def unescape(text):
    return re.sub(r"\\u\{(\w+)\}", lambda m: chr(int(m[1], 16)), text)


def escape(text):
    """What a reader could not see or would not believe is written as a number."""

    def visible(c):
        return c == " " or c not in "<>[]\\" and unicodedata.category(c)[0] in "LNPS"

    text = "".join(c if visible(c) else f"\\u{{{ord(c):x}}}" for c in text)
    return re.sub("^ | $", r"\\u{20}", text)


def read_step(line):
    time, verb, *words = line[1:].split()
    step = Step(read_time(time), verb)
    if verb == "enable":
        step.names = words
    elif verb not in ("restart", "prune"):
        step.verb, step.state, options = "poll", verb, {}
        for word in words:
            name, _, value = word.partition("=")
            if word == "oldest-first":
                options["oldest_first"] = True
            elif word == "sometimes":
                options["expect"] = word
            elif name == "reappear":
                options["reappear"] = FOREVER if value == "infinity" else read_time(value)
            elif name == "language":
                options["language"] = value
            elif name == "kill":
                step.kill = int(value)
            else:
                step.source = word
        step.options = Options(**options)
    return step


def read_entry(line):
    headline, link, published = re.fullmatch(r"(.*?)(?: <(.*?)>)?(?: \[(.*?)\])?", line).groups()
    entry = {"headline": unescape(headline)}
    if link is not None:
        entry["url"] = unescape(link if ":" in link else SITE + link)
    if published is not None:
        entry["published"] = unescape(published)
    return entry


def read_item(line):
    """= 1 Headline; off 30s; revises 1"""
    head, *facts = line[1:].strip().split("; ")
    number, headline = head.split(" ", 1)
    item = {"id": int(number), "headline": unescape(headline), "last_seen": None, "revises": None, "repeats": None}
    for fact in facts:
        name, value = fact.split()
        if name == "off":
            item["last_seen"] = BEGINNING + read_time(value)
        else:
            item[name] = int(value)
    return item


def read_script(text):
    """The steps of a script, and what it expects."""
    steps, wanted = [], {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("@"):
            steps.append(read_step(line))
        elif re.match(r"= \d", line):
            wanted.setdefault("items", []).append(read_item(line))
        elif line.startswith("= outage"):
            state, *times = line.split()[2:]
            wanted.setdefault("outages", []).append((state, *(BEGINNING + read_time(time) for time in times)))
        elif line.startswith("="):
            wanted[line.split()[1]] = [int(number) for number in line.split()[2:]]
        else:
            steps[-1].entries.append(read_entry(line))
    return steps, wanted


def write_step(step):
    words = ["@" + write_time(step.at), step.state if step.verb == "poll" else step.verb, *(step.names or ())]
    if step.verb == "poll":
        words += [step.source] if step.source != "a" else []
        words += ["oldest-first"] if step.options.oldest_first else []
        words += ["sometimes"] if step.options.expect == "sometimes" else []
        if step.options.reappear != Options.reappear:
            forever = step.options.reappear == FOREVER
            words.append("reappear=" + ("infinity" if forever else write_time(step.options.reappear)))
        words += [f"language={step.options.language}"] if step.options.language else []
        words += [f"kill={step.kill}"] if step.kill is not None else []
    lines = [" ".join(words)]
    for entry in step.entries:
        line = "  " + escape(entry["headline"])
        if entry.get("url") is not None:
            url = escape(entry["url"])
            line += f" <{url.removeprefix(SITE) or url}>"
        if entry.get("published") is not None:
            line += f" [{escape(entry['published'])}]"
        lines.append(line)
    return lines


def write_script(steps):
    return "\n".join(line for step in steps for line in write_step(step))


# -- Playing a history on both ---------------------------------------------------------------------


class Driver:
    """tests/history: the daemon's store with a clock that we own."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "ticker.db"
        self.stderr = open(pathlib.Path(folder) / "stderr", "w+", errors="backslashreplace")
        self.process = subprocess.Popen(
            [*GUARD, BUILD / "tests/history"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.stderr,
            encoding="utf-8", env=environment(),
        )

    def open(self):
        for file in self.path.parent.glob(self.path.name + "*"):
            file.unlink()
        self.tell(f"open {self.path}")

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if not answer or answer[0] == "error":
            raise RuntimeError(f"{' '.join(answer) or 'no answer'} to: {command[:1000]}")
        return answer

    def poll(self, step):
        options = step.options
        reply = {"source": step.source, "state": step.state}
        if step.state == "ok":
            reply["items"] = step.entries
        if step.kill is not None:
            self.tell(f"kill {step.kill}")
        # Parts of a millisecond, of which the tape knows nothing; and a text may be written in two ways.
        return self.tell(" ".join((
            "poll", step.source, f"{BEGINNING + step.at}{step.at % 997:03}",
            str(2**64 - 1 if options.reappear == FOREVER else options.reappear * 1000),
            "oldest-first" if options.oldest_first else "newest-first", options.expect, options.language or "-",
            step.state, json.dumps(reply, ensure_ascii=step.at % 2 == 0))))

    def tables(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as db:
            return {
                name: db.execute(query).fetchall()
                for name, query in {
                    "items": "SELECT id, source, headline, url, language, published, first_seen, last_seen, "
                             "revises, repeats FROM items ORDER BY id",
                    "strip": "SELECT source, position, id FROM strip",
                    "latest": "SELECT id FROM latest",
                    "outages": "SELECT source, state, since, until FROM outages ORDER BY rowid",
                    "sources": "SELECT name, state FROM sources WHERE state <> 'pending' ORDER BY name",
                }.items()
            }

    def close(self):
        self.process.stdin.close()
        status = self.process.wait()
        self.process.stdout.close()
        with self.stderr:
            self.stderr.seek(0)
            stderr = self.stderr.read()
        check_sanitizers(stderr)
        assert status == 0, stderr


def rfc3339(time):
    if time is None:
        return None
    # Not fromtimestamp(), which a 32-bit Python has until 2038.
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=time // 1000)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time % 1000:03}Z"


def model_tables(model):
    return {
        "items": [
            (i.id, i.source, i.headline, i.url, i.language, i.published, rfc3339(i.first_seen), rfc3339(i.last_seen),
             i.revises, i.repeats) for i in model.items
        ],
        "strip": [
            (name, position, item.id) for name in sorted(model.sources) for position, item in model.strip(name)
        ],
        "latest": [(i.id,) for i in model.latest()],
        "outages": [(o["source"], o["state"], rfc3339(o["since"]), rfc3339(o["until"])) for o in model.outages],
        "sources": [(s.name, s.state) for s in sorted(model.sources.values(), key=lambda s: s.name) if s.state],
    }


def difference(wanted, found):
    """The rows of tables that only the model has, or only the daemon; empty when there are none."""
    lines = []
    for name in sorted({*wanted, *found}):
        ours, theirs = wanted.get(name, []), found.get(name, [])
        if ours != theirs:
            lines += [f"{name}, model:  {row}" for row in ours if row not in theirs]
            lines += [f"{name}, daemon: {row}" for row in theirs if row not in ours]
            lines += [] if lines else [f"{name}, another order, model: {ours}, daemon: {theirs}"]
    return "\n".join(lines)


def play_poll(step, model, driver):
    """Returns the model as it is now, and an answer of the driver that is not the model's."""
    before = copy.deepcopy(model) if step.kill is not None else None
    first = len(model.all) + 1
    born, turnover = model.poll(step.source, BEGINNING + step.at, step.state, step.entries, step.options)
    answer = driver.poll(step)
    if step.kill is None:
        wanted = ["ok", str(first), str(first + len(born) - 1), str(int(turnover))]
        return model, None if answer == wanted else f"answer, model: {wanted}, daemon: {answer}"
    model.restart()
    before.restart()
    # All or nothing: a daemon that was killed early may have come to neither or to both.
    driver.died_early = answer == ["killed", "early"]
    nothing = driver.died_early and model_tables(before) == driver.tables()
    return before if nothing else model, None


def play(steps, driver):
    """Returns how the two differ after some step, and that step's number; or None and the model."""
    model = Model()
    driver.open()
    for number, step in enumerate(steps):
        now, wrong = BEGINNING + step.at, None
        try:
            if step.verb == "poll":
                if step.source not in model.sources:
                    model.enable([*(name for name, s in model.sources.items() if s.enabled), step.source])
                    driver.tell(f"enable {now}000 " + " ".join(n for n, s in model.sources.items() if s.enabled))
                model, wrong = play_poll(step, model, driver)
            elif step.verb == "restart":
                model.restart()
                driver.tell("restart")
            elif step.verb == "enable":
                model.enable(step.names)
                driver.tell(f"enable {now}000 " + " ".join(step.names))
            elif step.verb == "prune":
                answer, wanted = driver.tell(f"prune {now}000"), ["ok", str(model.retain(now))]
                wrong = None if answer == wanted else f"answer, model: {wanted}, daemon: {answer}"
        except RuntimeError as error:
            wrong = str(error)
        wrong = "\n".join(filter(None, (wrong, difference(model_tables(model), driver.tables()))))
        if wrong:
            return wrong, number
    return None, model
