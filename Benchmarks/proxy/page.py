# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Puts what `make bench` printed into Docs/Benchmarks.md: `make bench >FILE`, then this with FILE.

Each section of the page says what it measures, and has a line of its own from which on the printed section of the same name
takes the place of the one before. Sections that were not printed stay as they are; so do the machine and the table of targets
where a run was not of all parts, because they tell of one run.
"""

import pathlib
import re
import sys

from proxies import HERE

MARK = "<!-- printed by make bench -->"
WHOLE = ["Machine", "Targets"]
PAGE = HERE.parent.parent / "Docs" / "Benchmarks.md"


def sections(text):
    """What precedes the first heading of level two, and the section below each."""
    start, *rest = re.split(r"(?m)^## ", text)
    return start, dict(each.split("\n", 1) for each in rest)


def filled(page, printed):
    start, parts = sections(page)
    _, new = sections(printed)
    missing = [name for name in new if MARK not in parts.get(name, "")]
    if missing:
        sys.exit(f"page: {PAGE.name} has no place for: {', '.join(missing)}")
    if len(new) < sum(MARK in text for text in parts.values()):
        print(f"page: not a whole run; left as they are: {' and '.join(WHOLE)}", file=sys.stderr)
        new = {name: text for name, text in new.items() if name not in WHOLE}
    for name, text in new.items():
        kept = parts[name].split(MARK)[0]
        parts[name] = f"{kept}{MARK}\n\n{text.strip()}\n\n"
    return (start + "".join(f"## {name}\n{text}" for name, text in parts.items())).rstrip() + "\n"


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: page.py FILE, which has what make bench printed")
    PAGE.write_text(filled(PAGE.read_text(), pathlib.Path(sys.argv[1]).read_text()))


if __name__ == "__main__":
    main()
