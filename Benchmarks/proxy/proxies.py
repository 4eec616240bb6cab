# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Starts the measured proxies, all in front of one service; load.py measures them."""

import base64
import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


class BenchError(Exception):
    """Something that the user can fix."""


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


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
    """A foreground process in its own folder, ended by its id."""

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

    def __init__(self, name, server, plain, tls, credential, is_ours=False):
        self.name, self.server, self.plain, self.tls, self.credential, self.is_ours = (
            name, server, plain, tls, credential, is_ours)


class Bench:
    """A folder with a service and the proxies in front of it: `with Bench(…) as bench`; it leaves nothing behind."""

    def __init__(self, countersign=None, unaudited=None):
        self.programs = {"countersign": countersign, "unaudited": unaudited}
        self.servers = []

    def __enter__(self):
        # Besides each client's, a proxy keeps a connection for the service.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="countersign-bench-"))
        # nginx workers started by root run as another user.
        self.folder.chmod(0o755)
        try:
            self.prepare()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for server in reversed(self.servers):
            server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

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

    def make_token(self):
        """An issuer's key as a JWK set, and one of its tokens."""
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

    def start(self, name):
        """The proxy of this name: its configuration, its process, what its clients show."""
        return getattr(self, "start_" + name.replace("-", "_"))()

    def start_nginx(self):
        plain, tls = free_ports(2)
        self.template("nginx.conf", UPSTREAM=self.upstream, PLAIN=plain, TLS=tls)
        server = self.server(
            "nginx", self.folder,
            ["nginx", "-p", self.folder, "-e", "nginx.err", "-c", self.folder / "nginx.conf"], plain)
        return Subject("nginx", server, plain, tls, None)

    def start_haproxy(self):
        plain, tls, syslog = free_ports(3)
        # Its access log goes to a socket that accepts everything and reads nothing.
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
        return self.countersign("countersign")

    def start_countersign_jwt(self):
        return self.countersign("countersign-jwt", with_token=True)

    def start_unaudited(self):
        return self.countersign("unaudited", program="unaudited")

    def start_envoy_uncached(self):
        """Without the cache of verified tokens, which is off by default."""
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

    def countersign(self, name, program="countersign", with_token=False, with_tls=True, loops=1,
                    settings=(), environment=None):
        """Countersign, by default with an API key and one event loop.

        `settings` are lines for countersign.yaml, each with the line that it follows there. None where the program does
        not know one of them: an older one has no rows of a newer one's choices.
        """
        program = self.program(program)
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
        for after, line in settings:
            if f"{after}\n" not in text:
                raise BenchError(f"countersign.yaml has no line {after!r}")
            text = text.replace(f"{after}\n", f"{after}\n{line}\n")
        self.run(program, "init", "--dir", folder, "--origin", "bench.countersign.example/log")
        configuration = folder / "countersign.yaml"
        configuration.write_text(text)
        if settings and self.has_unknown_key(program, configuration):
            return None
        key = self.run(
            program, "token", "mint", "-c", configuration, "--as", "bench", "--role", "reader").split()[-1]
        server = self.server(
            name, folder, [program, "serve", "-c", configuration, "--loops", str(loops)], plain,
            environment=environment)
        credential = f"Authorization: Bearer {self.token}" if with_token else f"X-Api-Key: {key}"
        subject = Subject(name, server, plain, tls, credential, is_ours=True)
        subject.admin = admin
        return subject

    def program(self, name):
        program = self.programs[name]
        if not program or not os.access(program, os.X_OK):
            raise BenchError(f"no program {name} at {program}; make bench builds it")
        return pathlib.Path(program).resolve()

    @staticmethod
    def has_unknown_key(program, configuration):
        done = subprocess.run(
            [program, "check", "--quiet", "-c", configuration], capture_output=True, text=True)
        if done.returncode == 0:
            return False
        told = done.stderr + done.stdout
        if "unknown key" in told:
            return True
        raise BenchError(f"countersign check refuses the configuration: {told.strip()}")

    def preloaded(self, source, variable, name="countersign"):
        """Compiles a library; returns the environment that makes a program load it, and the file that it shares with us."""
        library, shared = self.folder / f"{source}.so", self.folder / f"{source}-{name}.shared"
        if not library.exists():
            self.run("cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, HERE / f"{source}.c")
        return {"LD_PRELOAD": str(library), variable: str(shared)}, shared

    @staticmethod
    def tool(name):
        beside = pathlib.Path(sys.executable).parent / name
        found = beside if beside.exists() else shutil.which(name)
        if not found:
            raise BenchError(f"{name} is not there; run Scripts/bootstrap-bench")
        return found
