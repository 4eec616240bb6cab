# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions that the real program's event loop takes for one GET, and holds them against a budget.

Callgrind counts instructions, not time, so that the figure does not depend on what else the machine does. Its processor has
no SHA extensions: hashing weighs more here than in life.
"""

import re
import socket
import subprocess
import time

import proxy_bench
from gate import Gate

CONNECTIONS = 32
# One connection accepts at a time, and starting under valgrind takes a while.
START_SECONDS = 120


class Valgrind(proxy_bench.Server):
    """The program under callgrind, counting only while it is told to."""

    def await_port(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise proxy_bench.BenchError(f"{self.name} ended at once; see {self.log.name}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise proxy_bench.BenchError(f"{self.name} does not listen on {self.port}")


class InstrumentedBench(proxy_bench.Bench):
    """Starts the program under callgrind where the other benchmarks start it bare."""

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


def exchange(sockets, request, rounds):
    """Sends a request on every connection, reads every answer, and so on; returns how many were answered."""
    for _ in range(rounds):
        for each in sockets:
            each.sendall(request)
        for each in sockets:
            answer = b""
            while b"\r\n\r\n" not in answer:
                piece = each.recv(65536)
                if not piece:
                    raise proxy_bench.BenchError(f"the connection ended: {answer!r}")
                answer += piece
            if not answer.startswith(b"HTTP/1.1 200 "):
                raise proxy_bench.BenchError(f"not 200: {answer[:200]!r}")
    return rounds * len(sockets)


def control(pid, *arguments):
    done = subprocess.run(
        ["callgrind_control", *arguments, str(pid)], capture_output=True, text=True)
    if done.returncode != 0:
        raise proxy_bench.BenchError(f"callgrind_control failed: {done.stdout} {done.stderr}")


def totals(folder):
    """Instructions of each thread's last dump, by what the thread does."""
    sums = {}
    for file in sorted(folder.glob("out*")):
        text = file.read_text(errors="replace")
        found = re.search(r"(?m)^totals: (\d+)", text)
        if not found or int(found.group(1)) == 0:
            continue
        name = "event loop" if "ClientConnection" in text else "ledger" if "LeafBatch" in text else "other"
        sums[name] = sums.get(name, 0) + int(found.group(1))
    return sums


def measure(bench, program, rounds):
    bench.prepare()
    subject = bench.countersign("countersign", program, "api-key", with_tls=False)
    request = (f"GET /items/0 HTTP/1.1\r\nHost: 127.0.0.1:{subject.plain}\r\n"
               f"User-Agent: gate\r\nAccept: */*\r\n{subject.credential}\r\n\r\n").encode()
    sockets = [socket.create_connection(("127.0.0.1", subject.plain), 30) for _ in range(CONNECTIONS)]
    for each in sockets:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        exchange(sockets, request, 10)
        control(subject.server.pid, "-i", "on")
        answered = exchange(sockets, request, rounds)
        control(subject.server.pid, "-i", "off")
        control(subject.server.pid, "-d")
    finally:
        for each in sockets:
            each.close()
    return {name: count / answered for name, count in totals(bench.counts).items()}


def main():
    gate = Gate("instruction", "instructions", "instructions.json", InstrumentedBench)
    gate.parser.add_argument("--rounds", type=int, default=60)

    def count(bench, arguments, budget):
        found = measure(bench, arguments.countersign, arguments.rounds)
        for thread, most in budget["GET-0"].items():
            gate.hold("GET-0", thread, found.get(thread), most)

    gate.run(count)


if __name__ == "__main__":
    main()
