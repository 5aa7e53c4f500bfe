#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes statements.h and statements.c of the .sql files: NAME.sql becomes SQL_NAME."""
import pathlib
import sys

header, source, *files = sys.argv[1:]
names = ["SQL_" + pathlib.Path(f).stem.upper().replace("-", "_") for f in files]

with open(header, "w", encoding="utf-8") as out:
    print("#pragma once\n\ntypedef enum Sql {", file=out)
    for name in names:
        print(f"        {name},", file=out)
    print("        SQL_MAX\n} Sql;\n\nextern const char *const sql_texts[SQL_MAX];", file=out)

with open(source, "w", encoding="utf-8") as out:
    print('#include "statements.h"\n\nconst char *const sql_texts[SQL_MAX] = {', file=out)
    for name, path in zip(names, files):
        print(f"        [{name}] =", file=out)
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.lstrip().startswith("--"):
                text = line.replace("\\", "\\\\").replace('"', '\\"')
                print(f'                "{text}\\n"', file=out)
        print("                ,", file=out)
    print("};", file=out)
