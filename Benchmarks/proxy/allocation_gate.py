# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Counts the heap allocations that the real program makes for one request, and holds them against a budget.

Counts do not depend on how busy the machine is, so that they can be a gate where times cannot.
"""

import os
import pathlib
import struct
import subprocess

import proxy_bench
from gate import Gate


def counts(file, pid):
    """Allocations so far, by the name of the thread."""
    sums = {}
    for thread, count in struct.iter_unpack("QQ", file.read_bytes()):
        try:
            name = pathlib.Path(f"/proc/{pid}/task/{thread}/comm").read_text().strip()
        except OSError:
            continue
        name = "event loop" if name.startswith("NIO-ELT") else name
        sums[name] = sums.get(name, 0) + count
    return sums


def main():
    gate = Gate("allocation", "allocations", "allocations.json")

    def count(bench, arguments, budget):
        arguments.connections = 64
        library = bench.folder / "allocation_counter.so"
        subprocess.run(
            ["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library,
             proxy_bench.HERE / "allocation_counter.c"], check=True)
        file = bench.folder / "counts"
        bench.prepare()
        os.environ["LD_PRELOAD"] = str(library)
        os.environ["ALLOCATION_COUNTS"] = str(file)
        try:
            subject = bench.start_countersign()
        finally:
            del os.environ["LD_PRELOAD"]
        for case, allowed in budget.items():
            method, payload = case.split("-")
            bench.load(subject, method, payload, False, 1)
            before = counts(file, subject.server.pid)
            requests = bench.load(subject, method, payload, False, 2)["requests"]
            after = counts(file, subject.server.pid)
            for thread, most in allowed.items():
                gate.hold(case, thread, (after[thread] - before[thread]) / requests, most, digits=1)

    gate.run(count)


if __name__ == "__main__":
    main()
