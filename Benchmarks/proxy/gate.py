# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""What the gates have in common: a budget, a program to hold against it, a table, and an end that says what to do."""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

import proxy_bench


class Gate:
    """Counts something for each request, and ends the process where it is more than the budget allows."""

    def __init__(self, name, what, budget, bench=proxy_bench.Bench):
        self.name, self.what = name, what
        self.parser = argparse.ArgumentParser(description=f"Count {what} a request.")
        self.parser.add_argument("--countersign", required=True, help="the program, built for release")
        self.parser.add_argument("--budget", type=pathlib.Path, default=proxy_bench.HERE / budget)
        self.make_bench = bench
        self.misses = []

    def hold(self, request, thread, each, most, digits=0):
        """A row of the table; `each` is None where nothing was counted."""
        if each is None:
            self.misses.append(f"no {self.what} were counted on the {thread}")
            return
        print(f"| {request} | {thread} | {each:,.{digits}f} | {most:,} |")
        if each > most:
            self.misses.append(
                f"{request}: {each:,.{digits}f} {self.what} on the {thread}, {most:,} allowed")

    def run(self, measure):
        """Calls `measure(bench, arguments, budget)` between a start and an end that leave nothing behind."""
        arguments = self.parser.parse_args()
        arguments.proxies = []
        budget = json.loads(arguments.budget.read_text())
        folder = pathlib.Path(tempfile.mkdtemp(prefix="countersign-gate-"))
        bench = self.make_bench(arguments, folder)
        try:
            print(f"| request | thread | {self.what} | budget |\n|---|---|---:|---:|")
            measure(bench, arguments, budget)
        except proxy_bench.BenchError as error:
            sys.exit(f"{self.name} gate: {error}")
        finally:
            for server in reversed(bench.servers):
                server.stop()
            shutil.rmtree(folder, ignore_errors=True)
        if self.misses:
            sys.exit(f"{self.name} gate: " + "; ".join(self.misses) +
                     ". Find what costs (Docs/Internals/Performance.md), or raise the budget and say why.")
