# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""What the gates share: a budget, a program to compare with it, a table, and a final message that says what to do."""

import argparse
import json
import pathlib
import sys

from proxies import HERE, Bench, BenchError


class Gate:
    """Counts something for each request, and ends the process if it exceeds the budget."""

    def __init__(self, name, what, budget, bench=Bench):
        self.name, self.what = name, what
        self.parser = argparse.ArgumentParser(description=f"Count {what} a request.")
        self.parser.add_argument("--countersign", required=True, help="the program, built for release")
        self.parser.add_argument("--budget", type=pathlib.Path, default=HERE / budget)
        self.make_bench = bench
        self.misses = []

    def hold(self, request, thread, each, most, digits=0, what=None):
        """A row of the table; `each` is None if nothing was counted."""
        what = what or self.what
        if each is None:
            self.misses.append(f"no {what} were counted on the {thread}")
            return
        print(f"| {request} | {thread} | {what} | {each:,.{digits}f} | {most:,} |")
        if each > most:
            self.misses.append(f"{request}: {each:,.{digits}f} {what} on the {thread}, {most:,} allowed")

    def run(self, measure):
        """Calls `measure(bench, arguments, budget)` between a start and an end that leave nothing behind."""
        arguments = self.parser.parse_args()
        budget = json.loads(arguments.budget.read_text())
        try:
            with self.make_bench(arguments.countersign) as bench:
                print("| request | thread | | a request | budget |\n|---|---|---|---:|---:|")
                measure(bench, arguments, budget)
        except BenchError as error:
            sys.exit(f"{self.name} gate: {error}")
        if self.misses:
            sys.exit(f"{self.name} gate: " + "; ".join(self.misses) +
                     ". Find what costs (Docs/Internals/Performance.md), or raise the budget and say why.")
