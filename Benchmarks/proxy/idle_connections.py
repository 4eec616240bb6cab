# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Measures how much memory connections cost that have had one request and wait for the next."""

import argparse
import contextlib
import resource
import socket
import sys

from proxies import Bench, BenchError, resident_bytes


def measure(bench, count):
    """Bytes that this many connections take: new, and after one request each."""
    subject = bench.countersign("countersign", with_tls=False)
    request = f"GET /items/0 HTTP/1.1\r\nHost: a\r\n{subject.credential}\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        before = resident_bytes(subject.server.pid)
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", subject.plain))) for _ in range(count)]
        fresh = resident_bytes(subject.server.pid)
        for client in clients:
            client.sendall(request)
            if not client.recv(4096).startswith(b"HTTP/1.1 200"):
                raise BenchError("a connection was not answered")
        return fresh - before, resident_bytes(subject.server.pid) - before


def main():
    parser = argparse.ArgumentParser(description="Measure the memory of idle connections.")
    parser.add_argument("--countersign", required=True, help="the program, built for release")
    parser.add_argument("--count", type=int, default=10_000)
    arguments = parser.parse_args()
    try:
        with Bench(arguments.countersign) as bench:
            # Besides each client's, the proxy keeps one for the service, and some for everything else.
            most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            count = min(arguments.count, (most - 512) // 2)
            fresh, used = measure(bench, count)
    except (BenchError, OSError) as error:
        sys.exit(f"idle connections: {error}")
    print("| connections | KiB each, new | KiB each, after a request |\n|---:|---:|---:|")
    print(f"| {count} | {fresh / count / 1024:.1f} | {used / count / 1024:.1f} |")


if __name__ == "__main__":
    main()
