# SPDX-License-Identifier: LGPL-2.1-or-later
"""Completion of tickerctl, in the shells themselves, with the Tab key."""

import shutil

import pytest

from programs import BUILD, ROOT
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
