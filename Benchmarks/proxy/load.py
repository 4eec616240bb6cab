# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Runs wrk against a proxy, and compares proxies.

Every round measures every proxy once, in an order that turns, so that what the machine does to one it does to all. A figure is
the median of the rounds; a ratio is taken within each round, and its median is what counts.
"""

import pathlib
import re
import statistics
import sys

from proxies import BenchError

SIZES = {"0": 0, "1k": 1024, "64k": 65536}


def thread_seconds(pid):
    """Processor seconds used by a process and those it started, by what their threads do."""
    sums = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            if int(stat.parent.name) != pid and parent != pid:
                continue
            for task in stat.parent.joinpath("task").iterdir():
                name = thread_kind(task.joinpath("comm").read_text().strip())
                used = int(task.joinpath("schedstat").read_text().split()[0]) / 1e9
                sums[name] = sums.get(name, 0) + used
        except (OSError, ValueError):
            continue
    return sums


def thread_kind(name):
    if name.startswith("NIO-ELT"):
        return "loop"
    return "ledger" if name.startswith("ledger") else "other"


class Load:
    """One way to ask: method, payload, with TLS or without, on so many connections."""

    def __init__(self, method, payload, secure=False, connections=64, seconds=2):
        self.method, self.payload, self.secure = method, payload, secure
        self.connections, self.seconds = connections, seconds

    def __str__(self):
        size = {"0": "0 B", "1k": "1 KiB", "64k": "64 KiB"}[self.payload]
        plural = "" if self.connections == 1 else "s"
        return (f"{self.method}, {size}, {'TLS 1.3' if self.secure else 'plain'}, "
                f"{self.connections} connection{plural}")

    def on(self, bench, subject, seconds=None):
        """The result: requests, requests a second, waits, and microseconds of processor a request."""
        script = bench.folder / "request.lua"
        lines = [f'wrk.method = "{self.method}"']
        if subject.credential:
            name, value = subject.credential.split(": ", 1)
            lines.append(f'wrk.headers["{name}"] = "{value}"')
        if self.method == "POST":
            lines.append(f'wrk.body = string.rep("x", {SIZES[self.payload]})')
        script.write_text("\n".join(lines) + "\n")
        item = "0" if self.method == "POST" else self.payload
        place = (f"https://127.0.0.1:{subject.tls}" if self.secure
                 else f"http://127.0.0.1:{subject.plain}")
        before = thread_seconds(subject.server.pid)
        out = bench.run(
            "wrk", "-t1", f"-c{self.connections}", f"-d{seconds or self.seconds}s", "--latency", "-s",
            script, f"{place}/items/{item}")
        after = thread_seconds(subject.server.pid)
        used = {name: after[name] - before.get(name, 0) for name in after}
        if not used or sum(used.values()) <= 0:
            raise BenchError(f"no processor time of {subject.name} under /proc; schedstat is needed")
        return parse(out, used, f"{subject.name}: {self}")

    def round(self, bench, subject):
        """One measurement; if another proxy fails a request, it is measured again once, and that is reported."""
        try:
            return self.on(bench, subject)
        except BenchError as error:
            if subject.is_ours:
                raise
            print(f"bench: measured again: {error}", file=sys.stderr)
            return self.on(bench, subject)

    def compare(self, bench, subjects, rounds):
        measured = {subject.name: [] for subject in subjects}
        for subject in subjects:
            self.on(bench, subject, seconds=1)
        for number in range(rounds):
            for subject in turned(subjects, number):
                measured[subject.name].append(self.round(bench, subject))
        return measured


def turned(subjects, number):
    """The same in a different order each round."""
    start = number % len(subjects)
    return subjects[start:] + subjects[:start]


def parse(out, used, what):
    total = int(re.search(r"(\d+) requests in", out).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    errors = re.search(r"Socket errors: (.*)", out)
    if bad or errors or total == 0:
        raise BenchError(f"{what}: not every request was answered with 2xx:\n{out}")
    each = {name: seconds / total * 1e6 for name, seconds in used.items()}
    return {
        "requests": total,
        "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
        "p50_us": microseconds(re.search(r"(?m)^\s+50%\s+(\S+)", out).group(1)),
        "p99_us": microseconds(re.search(r"(?m)^\s+99%\s+(\S+)", out).group(1)),
        "cpu_us": sum(each.values()),
        "loop_us": each.get("loop", 0),
        "ledger_us": each.get("ledger", 0),
    }


def microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 60e6}[unit]


def median(rounds, key):
    return statistics.median(one[key] for one in rounds)


def ratio(rounds, beside, key, of=None):
    """The median over the rounds of one figure divided by another proxy's of the same round."""
    return statistics.median(one[key] / other[of or key] for one, other in zip(rounds, beside))


def table(title, measured, reference="nginx"):
    print(f"\n### {title}\n")
    print("| proxy | requests/s | × nginx | p50 µs | p99 µs | CPU µs | of it loop | ledger |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, rounds in measured.items():
        beside = f"{ratio(rounds, measured[reference], 'rps'):.2f}" if reference in measured else "–"
        threads = [f"{median(rounds, key):.1f}" if median(rounds, key) else "–"
                   for key in ("loop_us", "ledger_us")]
        print(f"| {name} | {median(rounds, 'rps'):,.0f} | {beside} | {median(rounds, 'p50_us'):,.0f} | "
              f"{median(rounds, 'p99_us'):,.0f} | {median(rounds, 'cpu_us'):.1f} | "
              f"{' | '.join(threads)} |", flush=True)
