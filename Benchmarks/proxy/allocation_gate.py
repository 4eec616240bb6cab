# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Counts the heap allocations that the real program makes for one request, and compares them with a budget.

Counts do not depend on how busy the machine is, so that they can be a gate where times cannot.
"""

import pathlib
import struct

from gate import Gate
from load import Load


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


def measure(bench, cases):
    """Each case with its allocations a request, by thread."""
    environment, file = bench.preloaded("allocation_counter", "ALLOCATION_COUNTS")
    subject = bench.countersign("countersign", environment=environment)
    for case in cases:
        load = Load(*case.split("-"))
        load.on(bench, subject, seconds=1)
        before = counts(file, subject.server.pid)
        requests = load.on(bench, subject)["requests"]
        after = counts(file, subject.server.pid)
        yield case, {thread: (count - before.get(thread, 0)) / requests for thread, count in after.items()}


def main():
    gate = Gate("allocation", "allocations", "allocations.json")

    def count(bench, arguments, budget):
        for case, each in measure(bench, budget):
            for thread, most in budget[case].items():
                gate.hold(case, thread, each.get(thread), most, digits=1)

    gate.run(count)


if __name__ == "__main__":
    main()
