# SPDX-License-Identifier: LGPL-2.1-or-later
"""Completion of tickerctl, in the shells themselves, with the Tab key."""

import re
import shutil
import subprocess

import pytest

from programs import BUILD, ROOT, ctl, environment
from terminal import Terminal


@pytest.fixture(params=["bash", "zsh", "fish"])
def shell(request, config):
    """A shell that has completion for a tickerctl which reads this test's configuration."""
    assert shutil.which(request.param), f"{request.param} is not installed; ./dev test would"
    config.source("harbour-front", "http://127.0.0.1/")
    bin_, rc = config.short / "bin", config.short / "rc"
    bin_.mkdir()
    wrapper = bin_ / "tickerctl"
    wrapper.write_text(f'#!/bin/sh\nexec {BUILD}/ctl/tickerctl --config={config.path} "$@"\n')
    wrapper.chmod(0o755)
    path = f"export PATH={bin_}:/usr/bin:/bin"
    completion = ROOT / "completion"
    if request.param == "bash":
        rc.write_text(f". /usr/share/bash-completion/bash_completion\n. {completion}/tickerctl.bash\n{path}\nPS1='ready> '\n")
        command = ["bash", "--noprofile", "--rcfile", rc, "-i"]
    elif request.param == "zsh":
        rc.mkdir()
        (rc / ".zshrc").write_text(f"fpath=({completion} $fpath)\nautoload -U compinit\ncompinit -D -u\n{path}\nPS1='ready> '\n")
        command = ["env", f"ZDOTDIR={rc}", "zsh", "-d", "-i"]
    else:
        rc.write_text(f"function fish_prompt; echo 'ready> '; end\nset fish_greeting\n{path}\nsource {completion}/tickerctl.fish\n")
        command = ["env", f"XDG_CONFIG_HOME={config.short}", f"XDG_DATA_HOME={config.short}", "fish", "--no-config", "-C",
                   f"source {rc}"]
    with Terminal(config.short, command, columns=120, HOME=str(config.short)) as terminal:
        terminal.wait("ready>")
        yield terminal


@pytest.mark.parametrize("typed, expected", [
    ("tickerctl sea", "tickerctl search"),
    ("tickerctl watch --cu", "tickerctl watch --cursor-file"),
    ("tickerctl watch --source=harb", "tickerctl watch --source=harbour-front"),
    ("tickerctl try harb", "tickerctl try harbour-front"),
    ("tickerctl export --format=jsonf", "tickerctl export --format=jsonfeed"),
    ("tickerctl status --format=pro", "tickerctl status --format=prometheus"),
])
def test_tab(shell, typed, expected):
    shell.keys("-l", typed)
    shell.wait(typed)
    shell.keys("Tab")
    shell.wait(expected)


VALUES = {"cursor-file": "/dev/null/x", "lines": "1", "width": "1", "source": "x", "color": "auto", "format": "json", "config": "/dev/null"}
WORDS = {"search": ["x"], "try": ["x"], "suggest": ["x"]}


@pytest.fixture(scope="module")
def taken():
    """Of each verb the options and the formats that tickerctl itself takes, found by trying."""
    text = run_ctl("--help").stdout
    verbs = re.findall(r"^  ([a-z]+) ", text, re.M)
    options = re.findall(r"^ +(?:-n, )?--([a-z-]+)(=?)", text, re.M)
    formats = set(re.findall(r"[a-z0-9]+", " ".join(re.findall(r"^ {25}[a-z, ]+:(.*)$", text, re.M))))
    assert len(verbs) == 8 and len(options) == 16 and len(formats) == 10

    def takes(verb, option):
        return "has no " not in run_ctl(verb, option, *WORDS.get(verb, [])).stderr

    return {verb: ({f"--{name}" for name, value in options if takes(verb, f"--{name}{value and '=' + VALUES.get(name, 'x')}")},
                   {format for format in formats if takes(verb, f"--format={format}")}) for verb in verbs}


def run_ctl(*args):
    return subprocess.run([BUILD / "ctl/tickerctl", *args], env=environment(TICKERD_FETCH="/bin/false"), capture_output=True,
                          text=True, stdin=subprocess.DEVNULL)


def offers_bash(line):
    words = line.split(" ")
    script = (f". /usr/share/bash-completion/bash_completion; . {ROOT}/completion/tickerctl.bash\nCOMP_WORDS=({' '.join(words)})\n"
              f"COMP_CWORD={len(words) - 1} COMP_LINE='{line}' COMP_POINT={len(line)}\n_tickerctl\nprintf '%s\\n' ${{COMPREPLY[@]}}")
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True).stdout.split()


def offers_fish(line):
    script = f"source {ROOT}/completion/tickerctl.fish; complete -C '{line}'"
    done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True)
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("offers", [offers_bash, offers_fish])
def test_offers_what_is_taken(taken, offers):
    assert set(offers("tickerctl ")) == set(taken)
    for verb, (options, formats) in taken.items():
        assert {option.rstrip("=") for option in offers(f"tickerctl {verb} --")} == options, verb
        if formats:
            assert {format.removeprefix("--format=") for format in offers(f"tickerctl {verb} --format=")} == formats, verb


@pytest.mark.parametrize("shell", ["zsh"], indirect=True)
def test_zsh_offers_what_is_taken(taken, shell):
    def offers(line, wanted):
        """zsh shows its list below the line."""
        shell.keys("C-u", "C-l")
        shell.keys("-l", line)
        shell.wait_for(lambda screen: screen == f"ready> {line}".rstrip() + "\n", "the line alone")
        shell.keys("Tab")
        shell.wait_for(lambda screen: set(re.findall(wanted[0], screen.partition("\n")[2], re.M)) == wanted[1], str(wanted))

    offers("tickerctl ", (r"^([a-z]+) +-- ", set(taken)))
    for verb, (options, formats) in taken.items():
        offers(f"tickerctl {verb} --", (r"^(?:-n +)?(--[a-z-]+) +-- ", options))
        if formats:
            offers(f"tickerctl {verb} --format=", (r"[a-z0-9]+", formats))
