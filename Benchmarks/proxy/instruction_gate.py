# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions and the retains that the real program's threads take for one GET, and compares them with budgets.

Callgrind counts, it does not time, so that the figures do not depend on what else the machine does. Its processor has no SHA
extensions: hashing weighs more here than in life.
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request

from gate import Gate
from proxies import HERE, Bench, BenchError, Server

CONNECTIONS = 32
# A record costs the ledger less the more there are in a group: counted with this many, from this many connections.
GROUP = (16, 18)
GROUP_CONNECTIONS = 18
GROUP_TRIES = 6
# One connection accepts at a time, and starting under valgrind takes a while.
START_SECONDS = 120
# A bridged object's retain ends in one of these.
RETAINS = {"swift_retain", "swift_retain_n"}


class Valgrind(Server):
    """The program under callgrind, counting only when told to."""

    def await_port(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise BenchError(f"{self.name} ended at once; see {self.log.name}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise BenchError(f"{self.name} does not listen on {self.port}")


class InstrumentedBench(Bench):
    """Starts the program under callgrind, which the other benchmarks start directly."""

    def server(self, name, folder, command, port, environment=None):
        if name != "countersign":
            return super().server(name, folder, command, port, environment=environment)
        self.counts = self.folder / "callgrind"
        self.counts.mkdir()
        bare = self.folder / "countersign-stripped"
        subprocess.run(["strip", "-g", "-o", bare, command[0]], check=True)
        under = ["valgrind", "--tool=callgrind", "--separate-threads=yes", "--instr-atstart=no",
                 f"--callgrind-out-file={self.counts / 'out'}"]
        server = Valgrind(name, folder, [*under, bare, *command[1:]], port, environment)
        self.servers.append(server)
        return server


def exchange(sockets, request, rounds, together=None):
    """Sends a request on every connection, reads every answer, and so on; returns how many were answered.

    The process `together` stands still while a round is sent, so that its requests come in one turn of the event loop.
    """
    for _ in range(rounds):
        with standing_still(together):
            for each in sockets:
                each.sendall(request)
        for each in sockets:
            answer = b""
            while b"\r\n\r\n" not in answer:
                piece = each.recv(65536)
                if not piece:
                    raise BenchError(f"the connection ended: {answer!r}")
                answer += piece
            if not answer.startswith(b"HTTP/1.1 200 "):
                raise BenchError(f"not 200: {answer[:200]!r}")
    return rounds * len(sockets)


@contextlib.contextmanager
def standing_still(pid):
    if pid is None:
        yield
        return
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def control(pid, *arguments):
    done = subprocess.run(
        ["callgrind_control", *arguments, str(pid)], capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"callgrind_control failed: {done.stdout} {done.stderr}")


def group_counts(subject):
    """How many groups the ledger has written so far, and how many records were in them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{subject.admin}/metrics", timeout=START_SECONDS) as page:
        text = page.read().decode()
    return [float(re.search(rf"(?m)^countersign_ledger_group_records_{what}(?:{{}})? (\S+)", text).group(1))
            for what in ("count", "sum")]


def totals(folder, dump):
    """Instructions and retains of all threads' dumps of this number, by what the threads do."""
    sums = {}
    for file in sorted(folder.glob(f"out.{dump}-*")):
        text = file.read_text(errors="replace")
        found = re.search(r"(?m)^totals: (\d+)", text)
        if not found or int(found.group(1)) == 0:
            continue
        name = "event loop" if "ClientConnection" in text else "ledger" if "LeafBatch" in text else "other"
        each = sums.setdefault(name, {"instructions": 0, "retains": 0})
        each["instructions"] += int(found.group(1))
        each["retains"] += calls(text, RETAINS)
    return sums


def calls(text, functions):
    """How often one of the functions was called; callgrind writes a name once, and its number from then on."""
    names, count, called = {}, 0, None
    for kind, number, name, times in re.findall(
            r"(?m)^(c?fn)=\((\d+)\)(?: (.*))?$|^calls=(\d+)", text):
        if not times:
            if name:
                names[number] = name
            if kind == "cfn":
                called = names.get(number)
        elif called in functions:
            count += int(times)
    return count


class Counting:
    """Counts what requests take, some at a time."""

    def __init__(self, bench):
        self.subject, self.folder, self.dumps = bench.countersign("countersign", with_tls=False), bench.counts, 0
        self.request = (f"GET /items/0 HTTP/1.1\r\nHost: 127.0.0.1:{self.subject.plain}\r\nUser-Agent: gate\r\n"
                        f"Accept: */*\r\n{self.subject.credential}\r\n\r\n").encode()

    def count(self, connections, rounds, are_together=False):
        """What each kind of thread took for each request, and how many records the ledger wrote a group."""
        pid = self.subject.server.pid
        together = pid if are_together else None
        with contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(socket.create_connection(("127.0.0.1", self.subject.plain), 30))
                       for _ in range(connections)]
            for each in sockets:
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            exchange(sockets, self.request, 10)
            before = group_counts(self.subject)
            control(pid, "-i", "on")
            answered = exchange(sockets, self.request, rounds, together)
            control(pid, "-i", "off")
            groups, records = (new - old for new, old in zip(group_counts(self.subject), before))
        control(pid, "-d")
        self.dumps += 1
        found = {name: {what: count / answered for what, count in each.items()}
                 for name, each in totals(self.folder, self.dumps).items()}
        return found, records / groups


def measure(bench, rounds):
    """What a GET costs the event loop, and a record the ledger, in groups of the agreed size."""
    counting = Counting(bench)
    found, _ = counting.count(CONNECTIONS, rounds)
    middle = sum(GROUP) / 2
    tries = []
    while len(tries) < GROUP_TRIES and not any(GROUP[0] <= size <= GROUP[1] for _, size in tries):
        tries.append(counting.count(GROUP_CONNECTIONS, rounds, are_together=True))
    ledger, size = min(tries, key=lambda each: abs(each[1] - middle))
    return {"event loop": found.get("event loop", {}),
            "ledger": {**ledger.get("ledger", {}), "records a group": size}}


def main():
    gate = Gate("instruction", "instructions", "instructions.json", InstrumentedBench)
    gate.parser.add_argument("--rounds", type=int, default=60)

    def count(bench, arguments, budget):
        found = measure(bench, arguments.rounds)
        for what, each in (("instructions", budget), ("retains", json.loads((HERE / "retains.json").read_text()))):
            for thread, most in each["GET-0"].items():
                gate.hold("GET-0", thread, found.get(thread, {}).get(what), most, what=what)
        print(f"\nThe ledger wrote {found['ledger']['records a group']:.1f} records a group.")

    gate.run(count)


if __name__ == "__main__":
    main()
