# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Tells how much memory connections cost that have had one request and wait for the next."""

import argparse
import contextlib
import pathlib
import resource
import shutil
import socket
import sys
import tempfile

import proxy_bench


def main():
    parser = argparse.ArgumentParser(description="Measure the memory of idle connections.")
    parser.add_argument("--countersign", required=True, help="the program, built for release")
    parser.add_argument("--count", type=int, default=10_000)
    arguments = parser.parse_args()
    arguments.connections, arguments.proxies = 8, []
    # The proxy keeps one for the service beside each client's, and some for everything else.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    count = min(arguments.count, (most - 512) // 2)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="countersign-idle-"))
    bench = proxy_bench.Bench(arguments, folder)
    try:
        bench.prepare()
        subject = bench.countersign(
            "countersign", arguments.countersign, "api-key", with_tls=False)
        request = f"GET /items/0 HTTP/1.1\r\nHost: a\r\n{subject.credential}\r\n\r\n".encode()
        with contextlib.ExitStack() as stack:
            before = proxy_bench.resident_bytes(subject.server.pid)
            clients = [
                stack.enter_context(socket.create_connection(("127.0.0.1", subject.plain)))
                for _ in range(count)]
            fresh = proxy_bench.resident_bytes(subject.server.pid)
            for client in clients:
                client.sendall(request)
                if not client.recv(4096).startswith(b"HTTP/1.1 200"):
                    raise proxy_bench.BenchError("a connection was not answered")
            used = proxy_bench.resident_bytes(subject.server.pid)
    except (proxy_bench.BenchError, OSError) as error:
        sys.exit(f"idle connections: {error}")
    finally:
        for server in reversed(bench.servers):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print("| connections | KiB each, new | KiB each, after a request |\n|---:|---:|---:|")
    print(f"| {count} | {(fresh - before) / count / 1024:.1f} | {(used - before) / count / 1024:.1f} |")


if __name__ == "__main__":
    main()
