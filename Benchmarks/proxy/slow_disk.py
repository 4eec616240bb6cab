# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""A disk whose syncs can be made slower while the shipped program runs on it.

The release build brings Swift's library with it, and takes fdatasync from the system's C library: what is preloaded comes
before that.
"""

import statistics
import struct

from proxies import BenchError

SLOTS = 65536
START = struct.Struct("QQ")


class SlowDisk:
    """Starts Countersign on such a disk; the disk has its own speed until told otherwise."""

    def __init__(self, bench, name, **named):
        environment, self.file = bench.preloaded("slow_disk", "SLOW_DISK", name)
        self.subject = bench.countersign(name, environment=environment, **named)

    def set_delay(self, milliseconds):
        with open(self.file, "r+b") as file:
            file.write(struct.pack("Q", int(milliseconds * 1e6)))

    def count(self):
        with open(self.file, "rb") as file:
            return START.unpack(file.read(START.size))[1]

    def sync_microseconds(self, since):
        """The median sync after the first `since`."""
        data = self.file.read_bytes()
        count = START.unpack_from(data)[1]
        if count == since:
            raise BenchError(f"{self.subject.name} has called fdatasync not once: is it linked statically?")
        slots = struct.unpack_from(f"{SLOTS}I", data, START.size)
        return statistics.median(slots[place % SLOTS] for place in range(max(since, count - SLOTS), count))

    def measure(self, bench, load):
        """The result of the load, with the median sync meanwhile."""
        since = self.count()
        return {**load.on(bench, self.subject), "sync_us": self.sync_microseconds(since)}
