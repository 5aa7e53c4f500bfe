#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes statements.h and statements.c of the .sql files: the section "-- name: poll-stage" becomes SQL_POLL_STAGE."""
import pathlib
import re
import sys


def sections(path):
    """The sections of a file, by name, in its order; comments and empty lines are left out."""
    found = {}
    lines = None  # of the section; none before the first
    for number, line in enumerate(pathlib.Path(path).read_text(encoding="utf-8").splitlines(), 1):
        head = re.fullmatch(r"-- name: ([a-z][a-z0-9-]*)", line)
        if head:
            if head[1] in found:
                raise ValueError(f"{path}:{number}: {head[1]} is there twice")
            lines = found[head[1]] = []
        elif line.strip() and not line.lstrip().startswith("--"):
            if lines is None:
                raise ValueError(f"{path}:{number}: a statement before the first name")
            lines.append(line)
    for name, lines in found.items():
        if not lines:
            raise ValueError(f"{path}: {name} is empty")
    return {name: "\n".join(lines) + "\n" for name, lines in found.items()}


def all_sections(paths):
    found = {}
    for path in paths:
        for name, text in sections(path).items():
            if name in found:
                raise ValueError(f"{path}: {name} is there twice")
            found[name] = text
    return found


def constant(name):
    return "SQL_" + name.upper().replace("-", "_")


def main():
    header, source, *paths = sys.argv[1:]
    statements = all_sections(paths)

    with open(header, "w", encoding="utf-8") as out:
        print("#pragma once\n\ntypedef enum Sql {", file=out)
        for name in statements:
            print(f"        {constant(name)},", file=out)
        print("        SQL_MAX\n} Sql;\n\nextern const char *const sql_texts[SQL_MAX];", file=out)

    with open(source, "w", encoding="utf-8") as out:
        print('#include "statements.h"\n\nconst char *const sql_texts[SQL_MAX] = {', file=out)
        for name, text in statements.items():
            print(f"        [{constant(name)}] =", file=out)
            for line in text.splitlines():
                escaped = line.replace("\\", "\\\\").replace('"', '\\"')
                print(f'                "{escaped}\\n"', file=out)
            print("                ,", file=out)
        print("};", file=out)


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(f"embed.py: {error}")
