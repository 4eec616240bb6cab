# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Measures proxies beside each other over one service; see Docs/Benchmarks.md.

Every round measures every proxy once, in an order that turns, so that what the machine does to one it does to all. A figure is
the median of the rounds; a ratio is taken within each round, and its median is printed.
"""

import argparse
import base64
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")
OURS = {"countersign", "countersign-jwt", "unaudited"}
PAYLOADS = {"0 B": "0", "1 KiB": "1k", "64 KiB": "64k"}


class BenchError(Exception):
    """Something that the user can mend."""


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def cpu_seconds(pid):
    """User and system seconds of a process and of those it started."""
    total = 0.0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def resident_bytes(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1)) * 1024


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw_signature(der):
    """r and s of a DER signature as 64 bytes (RFC 7518 section 3.4)."""
    r_end = 4 + der[3]
    r, s = der[4:r_end], der[r_end + 2:r_end + 2 + der[r_end + 1]]
    return b"".join(int.from_bytes(each, "big").to_bytes(32, "big") for each in (r, s))


class Server:
    """A process in the foreground, in a folder of its own, that is ended by its id."""

    def __init__(self, name, folder, command, port, environment=None):
        self.name, self.port = name, port
        self.log = open(folder / f"{name}.out", "wb")
        self.process = subprocess.Popen(
            [str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})})
        self.await_port()

    def await_port(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise BenchError(f"{self.name} ended at once; see {self.log.name}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        raise BenchError(f"{self.name} does not listen on {self.port}; see {self.log.name}")

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


class Subject:
    """One proxy under measurement."""

    def __init__(self, name, server, plain, tls, credential):
        self.name, self.server, self.plain, self.tls, self.credential = (
            name, server, plain, tls, credential)


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.servers, self.subjects = [], []

    def template(self, name, **values):
        text = (HERE / name).read_text()
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        (self.folder / name).write_text(text)
        return name

    def run(self, *command):
        done = subprocess.run(
            [str(part) for part in command], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def server(self, *arguments, **named):
        server = Server(*arguments, **named)
        self.servers.append(server)
        return server

    def prepare(self):
        items = self.folder / "payload" / "items"
        items.mkdir(parents=True)
        (items / "1k").write_bytes(b"x" * 1024)
        (items / "64k").write_bytes(b"x" * 65536)
        for folder in ("up", "ng"):
            for kind in ("cb", "pt", "ft", "ut", "st"):
                (self.folder / f"{folder}-{kind}").mkdir()
        self.run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-keyout", "tls.key", "-out", "tls.crt", "-days", "30", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        (self.folder / "tls.pem").write_bytes(
            (self.folder / "tls.crt").read_bytes() + (self.folder / "tls.key").read_bytes())
        os.chmod(self.folder / "tls.key", 0o600)
        self.make_token()
        [self.upstream] = free_ports(1)
        self.template("upstream.conf", UPSTREAM=self.upstream)
        self.server(
            "upstream", self.folder,
            ["nginx", "-p", self.folder, "-e", "upstream.err", "-c", self.folder / "upstream.conf"],
            self.upstream)
        for name in self.arguments.proxies:
            self.subjects.append(getattr(self, "start_" + name.replace("-", "_"))())

    def make_token(self):
        """An issuer's key as a JWK set, and a token of it."""
        self.run("openssl", "ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", "jwt.pem")
        self.run("openssl", "ec", "-in", "jwt.pem", "-pubout", "-outform", "DER", "-out", "jwt.der")
        point = (self.folder / "jwt.der").read_bytes()[-64:]
        (self.folder / "jwks.json").write_text(json.dumps({"keys": [{
            "kty": "EC", "crv": "P-256", "kid": "k1", "alg": "ES256", "use": "sig",
            "x": base64url(point[:32]), "y": base64url(point[32:])}]}))
        now = int(time.time())
        claims = {"iss": "https://idp.test", "aud": "countersign", "sub": "alice", "iat": now,
                  "exp": now + 7200, "jti": "t-1", "client_id": "bench", "groups": ["reader"]}
        head = {"alg": "ES256", "kid": "k1", "typ": "at+jwt"}
        text = ".".join(base64url(json.dumps(part).encode()) for part in (head, claims))
        (self.folder / "jwt.txt").write_text(text)
        self.run("openssl", "dgst", "-sha256", "-sign", "jwt.pem", "-out", "jwt.sig", "jwt.txt")
        self.token = text + "." + base64url(raw_signature((self.folder / "jwt.sig").read_bytes()))

    # One for each proxy: its configuration, its process, what its clients show.

    def start_nginx(self):
        plain, tls = free_ports(2)
        self.template("nginx.conf", UPSTREAM=self.upstream, PLAIN=plain, TLS=tls)
        server = self.server(
            "nginx", self.folder,
            ["nginx", "-p", self.folder, "-e", "nginx.err", "-c", self.folder / "nginx.conf"], plain)
        return Subject("nginx", server, plain, tls, None)

    def start_haproxy(self):
        plain, tls, syslog = free_ports(3)
        # Its access log goes to a socket that takes everything and reads nothing.
        self.syslog = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.syslog.bind(("127.0.0.1", syslog))
        self.template("haproxy.cfg", UPSTREAM=self.upstream, PLAIN=plain, TLS=tls, LOGPORT=syslog)
        server = self.server("haproxy", self.folder, ["haproxy", "-db", "-f", "haproxy.cfg"], plain)
        return Subject("haproxy", server, plain, tls, None)

    def start_envoy(self):
        plain, tls = free_ports(2)
        self.template("envoy.yaml", UPSTREAM=self.upstream, PLAIN=plain, TLS=tls)
        server = self.server(
            "envoy", self.folder,
            [self.tool("envoy"), "-c", "envoy.yaml", "--concurrency", "1", "--base-id",
             str(os.getpid() % 32000), "-l", "warn"], plain)
        return Subject("envoy", server, plain, tls, f"Authorization: Bearer {self.token}")

    def start_caddy(self):
        plain, tls = free_ports(2)
        self.template("Caddyfile", UPSTREAM=self.upstream, PLAIN=plain, TLS=tls)
        server = self.server(
            "caddy", self.folder,
            [self.tool("caddy"), "run", "--config", "Caddyfile", "--adapter", "caddyfile"], plain,
            environment={"GOMAXPROCS": "1", "HOME": str(self.folder)})
        return Subject("caddy", server, plain, tls, None)

    def start_countersign(self):
        return self.countersign("countersign", self.arguments.countersign, "api-key")

    def start_countersign_jwt(self):
        return self.countersign("countersign-jwt", self.arguments.countersign, "jwt")

    def start_unaudited(self):
        return self.countersign("unaudited", self.arguments.unaudited, "api-key")

    def start_envoy_uncached(self):
        """Without the cache of verified tokens, which is off unless one turns it on."""
        plain, tls = free_ports(2)
        self.template("envoy.yaml", UPSTREAM=self.upstream, PLAIN=plain, TLS=tls)
        text = (self.folder / "envoy.yaml").read_text()
        without = re.sub(r"(?m)^ *jwt_cache_config:.*\n", "", text)
        if without == text:
            raise BenchError("envoy.yaml turns no token cache on")
        (self.folder / "envoy-uncached.yaml").write_text(without)
        server = self.server(
            "envoy-uncached", self.folder,
            [self.tool("envoy"), "-c", "envoy-uncached.yaml", "--concurrency", "1", "--base-id",
             str(os.getpid() % 32000 + 1), "-l", "warn"], plain)
        return Subject(
            "envoy-uncached", server, plain, tls, f"Authorization: Bearer {self.token}")

    def countersign(self, name, program, kind, with_tls=True):
        if not program or not os.access(program, os.X_OK):
            raise BenchError(f"{name}: no program at {program}; build it with make bench-build")
        program = pathlib.Path(program).resolve()
        folder = self.folder / name
        folder.mkdir()
        for file in ("tls.crt", "tls.key", "jwks.json"):
            shutil.copy2(self.folder / file, folder / file)
        plain, tls, admin = free_ports(3)
        text = (HERE / "countersign.yaml").read_text()
        for key, value in {
                "UPSTREAM": self.upstream, "PLAIN": plain, "TLS": tls, "ADMIN": admin}.items():
            text = text.replace(f"@{key}@", str(value))
        if not with_tls:
            text = re.sub(r"(?m)^  - address: .*\n    tls: .*\n    http: .*\n", "", text)
        self.run(program, "init", "--dir", folder, "--origin", "bench.countersign.example/log")
        (folder / "countersign.yaml").write_text(text)
        key = self.run(
            program, "token", "mint", "-c", folder / "countersign.yaml", "--as", "bench", "--role",
            "reader").split()[-1]
        server = self.server(
            name, folder, [program, "serve", "-c", folder / "countersign.yaml", "--loops", "1"], plain)
        credential = f"X-Api-Key: {key}" if kind == "api-key" else f"Authorization: Bearer {self.token}"
        return Subject(name, server, plain, tls, credential)

    @staticmethod
    def tool(name):
        beside = pathlib.Path(sys.executable).parent / name
        found = beside if beside.exists() else shutil.which(name)
        if not found:
            raise BenchError(f"{name} is not there; run Scripts/bootstrap-bench")
        return found

    # Measuring

    def load(self, subject, method, payload, secure, seconds):
        script = self.folder / "request.lua"
        lines = [f'wrk.method = "{method}"']
        if subject.credential:
            name, value = subject.credential.split(": ", 1)
            lines.append(f'wrk.headers["{name}"] = "{value}"')
        if method == "POST":
            size = {"0": 0, "1k": 1024, "64k": 65536}[payload]
            lines.append(f'wrk.body = string.rep("x", {size})')
        script.write_text("\n".join(lines) + "\n")
        item = "0" if method == "POST" else payload
        url = (f"https://127.0.0.1:{subject.tls}" if secure else f"http://127.0.0.1:{subject.plain}"
               ) + f"/items/{item}"
        before = cpu_seconds(subject.server.pid)
        out = self.run(
            "wrk", "-t1", f"-c{self.arguments.connections}", f"-d{seconds}s", "--latency", "-s",
            script, url)
        used = cpu_seconds(subject.server.pid) - before
        return parse(out, used, f"{subject.name} {method} {payload}")

    def measure(self, method, payload, secure):
        rounds = {subject.name: [] for subject in self.subjects}
        for subject in self.subjects:
            self.load(subject, method, payload, secure, 1)
        for number in range(self.arguments.rounds):
            turn = number % len(self.subjects)
            for subject in self.subjects[turn:] + self.subjects[:turn]:
                rounds[subject.name].append(self.round(subject, method, payload, secure))
        return rounds

    def round(self, subject, method, payload, secure):
        """One round; where somebody else's proxy fails a request it is measured again, once, and that is said."""
        try:
            return self.load(subject, method, payload, secure, self.arguments.seconds)
        except BenchError as error:
            if subject.name in OURS:
                raise
            print(f"bench: measured again: {error}", file=sys.stderr)
            return self.load(subject, method, payload, secure, self.arguments.seconds)


def parse(out, used, what):
    total = int(re.search(r"(\d+) requests in", out).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    errors = re.search(r"Socket errors: (.*)", out)
    if bad or errors or total == 0:
        raise BenchError(f"{what}: not every request was answered with 2xx:\n{out}")
    return {
        "requests": total,
        "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
        "p50_us": microseconds(re.search(r"(?m)^\s+50%\s+(\S+)", out).group(1)),
        "p99_us": microseconds(re.search(r"(?m)^\s+99%\s+(\S+)", out).group(1)),
        "cpu_s_per_100k": used / total * 100_000,
    }


def microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def summary(rounds, reference):
    rows = {}
    for name, each in rounds.items():
        row = {key: statistics.median(one[key] for one in each) for key in each[0]}
        if reference in rounds:
            row["ratio"] = statistics.median(
                one["rps"] / beside["rps"] for one, beside in zip(each, rounds[reference]))
        rows[name] = row
    return rows


def table(title, rows):
    print(f"\n### {title}\n")
    print("| proxy | requests/s | × nginx | p50 µs | p99 µs | CPU s / 100,000 |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, row in rows.items():
        ratio = f"{row['ratio']:.2f}" if "ratio" in row else "–"
        print(f"| {name} | {row['rps']:,.0f} | {ratio} | {row['p50_us']:,.0f} | {row['p99_us']:,.0f} | "
              f"{row['cpu_s_per_100k']:.2f} |", flush=True)


def main():
    known = ["nginx", "haproxy", "envoy", "envoy-uncached", "caddy", "countersign", "countersign-jwt", "unaudited"]
    parser = argparse.ArgumentParser(description="Measure proxies beside each other.")
    parser.add_argument("--countersign", help="the program, built for release")
    parser.add_argument("--unaudited", help="the same, built without its log: see Docs/Benchmarks.md")
    parser.add_argument("--proxies", nargs="+", choices=known, default=known)
    parser.add_argument("--cases", nargs="+", default=["all"],
                        help="of: GET-0 GET-1k GET-64k POST-0 POST-1k POST-64k and the same with -tls")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file")
    parser.add_argument("--keep", type=pathlib.Path, help="work in this folder and leave it there")
    arguments = parser.parse_args()
    folder = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="countersign-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    # Workers of nginx started by root are of another user.
    folder.chmod(0o755)
    bench = Bench(arguments, folder)
    results = {}
    try:
        bench.prepare()
        for secure in (False, True):
            for method in ("GET", "POST"):
                for label, payload in PAYLOADS.items():
                    case = f"{method}-{payload}" + ("-tls" if secure else "")
                    if arguments.cases != ["all"] and case not in arguments.cases:
                        continue
                    rows = summary(bench.measure(method, payload, secure), "nginx")
                    results[case] = rows
                    table(f"{method}, {label}, {'TLS 1.3' if secure else 'plain'}", rows)
        memory = {each.name: resident_bytes(each.server.pid) for each in bench.subjects}
    except BenchError as error:
        sys.exit(f"bench: {error}")
    finally:
        for server in reversed(bench.servers):
            server.stop()
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(
            {"rounds": arguments.rounds, "seconds": arguments.seconds,
             "connections": arguments.connections, "resident_bytes_after": memory,
             "cases": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
