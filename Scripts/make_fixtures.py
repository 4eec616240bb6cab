# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Makes the fixtures of a format's version with the program itself. Called by make-fixtures.

usage: make_fixtures.py COUNTERSIGN WORK TARGET

WORK is an empty folder on a small disk that may be filled. Each run covers the same cases; keys, times and ids differ.
"""
import base64
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time

import later_version

CONFIGURATION = """\
version: 1
log:
  origin: ORIGIN
  dir: log
  key_file: log.key
privacy:
  commit:
    who: [subject, name, email]
    where: [ip, port, forwarded, peer_ip, user_agent, tls]
    what: [path, query]
    payload: [headers]
  capture_headers: [accept]
listen:
  - { address: "127.0.0.1:0", trusted_proxies: [127.0.0.1/32] }
  - address: 127.0.0.1:0
    tls: { cert: tls.crt, key: tls.key, client_ca: ca.pem, client_auth: optional }
admin: { address: "127.0.0.1:0" }
identity:
  - name: machines
    api_keys: { file: keys.yaml }
  - name: corp
    jwks: { file: jwks.json, issuer: "https://id.example.com", audience: [countersign], roles_claims: [roles] }
  - name: workloads
    mtls: { ca: ca.pem, roles: [reader] }
services:
  - name: demo
    match: { path: /invoices }
    upstream: { url: "env:SERVICE_URL", timeout: 120s, connect_timeout: 60s }
    routes: ["GET /invoices/{id}", "POST /invoices", "DELETE /invoices/{id}", "OPTIONS /invoices/{id}"]
    rules:
      - { id: readers-read, allow: { roles: [reader], methods: [GET, OPTIONS] }, tags: [pii] }
      - { id: writers-write, allow: { roles: [writer], methods: [POST] } }
      - { id: nobody-else, deny: all }
  - name: tight
    match: { path: /tight }
    upstream: { url: "env:SERVICE_URL" }
    rules: [ { id: everybody, allow: { anonymous: true } } ]
    limit: { per: peer, rate: 1/h, burst: 1 }
  - name: secured
    match: { path: /secured }
    upstream: { url: "env:SECURED_URL", ca: ca.pem }
    rules: [ { id: everybody, allow: { anonymous: true } } ]
  - name: gone
    match: { path: /gone }
    upstream: { url: "http://127.0.0.1:1" }
    rules: [ { id: everybody, allow: { anonymous: true } } ]
"""
SITE = ["countersign.yaml", "keys.yaml", "jwks.json", "ca.pem", "tls.crt", "tls.key", "alice.key", "log.key",
        "log", "log-state"]


class Service(http.server.BaseHTTPRequestHandler):
    """Answers everything at once but POST with the field `X-Hang`, which it never answers."""

    protocol_version = "HTTP/1.1"
    hanging = threading.Semaphore(0)

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "X-Hang" in self.headers:
            Service.hanging.release()
            threading.Event().wait()
        body = b'{"total":7}\n'
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_OPTIONS = answer

    def log_message(self, *_):
        """Says nothing."""

    @staticmethod
    def start(context=None):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        server.daemon_threads = True
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server.server_port


class Authority:
    """Issues certificates and tokens; its own keys stay with it."""

    def __init__(self, folder, site):
        self.folder, self.site = folder, site
        self.openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "ca.key", "-out", site / "ca.pem",
                     "-days", "36500", "-subj", "/CN=Fixture authority")
        self.certificate("tls", "DNS:localhost,IP:127.0.0.1", site)
        self.certificate("robot", "URI:spiffe://example.com/robot", folder)
        self.certificate("nameless", None, folder)
        self.openssl("genpkey", "-algorithm", "ed25519", "-out", "issuer.pem")
        public = self.openssl("pkey", "-in", "issuer.pem", "-pubout", "-outform", "DER")[-32:]
        (site / "jwks.json").write_text(json.dumps(
            {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "v1", "alg": "EdDSA", "use": "sig", "x": url64(public)}]}))

    def openssl(self, *arguments):
        return subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True).stdout

    def certificate(self, name, names, folder):
        extensions = self.folder / f"{name}.ext"
        extensions.write_text("keyUsage=digitalSignature\n" + (f"subjectAltName={names}\n" if names else ""))
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                     "-keyout", folder / f"{name}.key", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", self.site / "ca.pem", "-CAkey", "ca.key",
                     "-CAcreateserial", "-days", "36500", "-extfile", extensions, "-out", folder / f"{name}.crt")

    def token(self, expires=3600, forged=False):
        now = int(time.time())
        claims = {"iss": "https://id.example.com", "sub": "ada", "aud": "countersign", "exp": now + expires,
                  "iat": now - 7200, "jti": "j-1", "sid": "ses-1", "amr": ["mfa"], "name": "Ada Lovelace",
                  "email": "ada@example.com", "roles": ["reader"]}
        parts = [{"alg": "EdDSA", "typ": "at+jwt", "kid": "v1"}, claims]
        text = ".".join(url64(json.dumps(part).encode()) for part in parts)
        (self.folder / "token").write_text(text)
        signature = self.openssl("pkeyutl", "-sign", "-inkey", "issuer.pem", "-rawin", "-in", "token")
        return text + "." + url64(bytes(64) if forged else signature)

    def context(self, name):
        context = ssl.create_default_context(cafile=self.site / "ca.pem")
        context.load_cert_chain(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        return context


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Proxy:
    """A site and, between `serve` and its end, a server."""

    def __init__(self, binary, site, variables):
        self.binary, self.site, self.process = binary, site, None
        self.environment = {**os.environ, **variables}

    def run(self, *arguments, status=0):
        """A command's output; `--log` keeps a reading out of the log."""
        words = [str(word) for word in arguments]
        place = [] if "--log" in words or words[0] == "init" else ["-c", "countersign.yaml"]
        done = subprocess.run([self.binary, *words, *place], cwd=self.site, env=self.environment, capture_output=True)
        if done.returncode != status:
            sys.exit(f"{words}: {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}")
        return done.stdout

    def serve(self):
        self.process = subprocess.Popen(
            [self.binary, "serve", "--json", "-c", "countersign.yaml"], cwd=self.site, env=self.environment,
            stdout=subprocess.PIPE, stderr=open(self.site / "messages", "ab"))
        for line in self.process.stdout:
            event = json.loads(line)
            if "proxy" in event:
                self.plain, self.secure = (int(place.rsplit(":", 1)[1]) for place in event["proxy"])
                return
        sys.exit((self.site / "messages").read_text())

    def stop(self, signal=15):
        self.process.send_signal(signal)
        self.process.wait(60)
        self.process.stdout.close()

    def hang_up(self, test):
        """SIGHUP; `reload` would look at the configuration before it asks for a look."""
        self.process.send_signal(1)
        while not test((self.site / "messages").read_text()):
            time.sleep(0.05)

    def ask(self, expected, method, target, fields=None, body=None, context=None):
        """A request whose answer has to have this status; the uid of its record."""
        connection = (http.client.HTTPSConnection("localhost", self.secure, context=context) if context
                      else http.client.HTTPConnection("127.0.0.1", self.plain))
        connection.request(method, target, body, {"User-Agent": "fixtures/1", "Accept": "*/*", **(fields or {})})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != expected:
            sys.exit(f"{method} {target}: {answer.status}, not {expected}")
        return answer.getheader("Countersign-Record")

    def send(self, text, wait=True):
        """Bytes that no library of clients would send."""
        connection = socket.create_connection(("127.0.0.1", self.plain))
        connection.sendall(text.encode())
        if wait:
            connection.recv(65536)
            connection.close()
        return connection

    def keys(self):
        """The ids of the log's signing keys, the newest first."""
        return [line.split()[1] for line in self.run("key", "list").decode().splitlines()[1:]]


def refused_for_room(proxy, alice):
    """Fills the disk before a first access has anything sealed, so that there is no room for that."""
    filler = proxy.site.parent / "filler"
    with open(filler, "wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(b" " * size)
            except OSError:
                size //= 2
    proxy.ask(503, "GET", "/invoices/0", alice)
    proxy.ask(503, "POST", "/invoices", alice, b"{}")
    filler.unlink()


def first_boot(proxy, authority, target):
    """Every kind of credential, good and refused; every kind of answer; readings, reloads, an export."""
    key = proxy.run("token", "mint", "--as", "Alice Writer", "--kind", "user", "--role", "reader",
                    "--role", "writer").decode().strip()
    other = proxy.run("token", "mint", "--as", "Bob Reader", "--role", "reader").decode().strip()
    (proxy.site / "alice.key").write_text(key + "\n")
    proxy.serve()
    alice = {"X-Api-Key": key}
    refused_for_room(proxy, alice)
    basic = {"Authorization": "Basic " + base64.b64encode(f"x:{key}".encode()).decode()}
    bearer = {"Authorization": "Bearer " + authority.token()}
    trace = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "X-Forwarded-For": "192.0.2.7"}
    shown = proxy.ask(200, "GET", "/invoices/1?page=2&token=secret", {**alice, **trace})
    proxy.ask(201, "POST", "/invoices", alice, b"{}")
    proxy.ask(200, "GET", "/invoices/2", basic)
    proxy.ask(200, "GET", "/invoices/3", bearer)
    proxy.ask(200, "GET", "/invoices/4", bearer)
    proxy.ask(200, "OPTIONS", "/invoices/4", bearer)
    proxy.ask(200, "GET", "/invoices/5", context=authority.context("robot"))
    proxy.ask(401, "GET", "/invoices/5", context=authority.context("nameless"))
    proxy.ask(200, "GET", "/tight")
    proxy.ask(429, "GET", "/tight")
    proxy.ask(200, "GET", "/secured")
    proxy.ask(502, "GET", "/gone")
    proxy.ask(401, "GET", "/invoices/6")
    proxy.ask(403, "DELETE", "/invoices/6", alice)
    proxy.ask(403, "GET", "/invoices/a%2Fb", alice)
    proxy.ask(404, "GET", "/invoices/6/lines", alice)
    proxy.ask(404, "GET", "/elsewhere", alice)
    proxy.ask(405, "PUT", "/invoices/6", alice)
    proxy.ask(405, "BREW", "/invoices/6", alice)
    proxy.ask(401, "GET", "/invoices/7", {"X-Api-Key": key[:-4] + "aaaa"})
    proxy.ask(401, "GET", "/invoices/7", {"Authorization": "Bearer " + authority.token(forged=True)})
    proxy.ask(401, "GET", "/invoices/7", {"Authorization": "Bearer " + authority.token(expires=-3600)})
    proxy.send("GET /invoices/8 HTTP/1.1\r\nHost: a\r\nContent-Length : 1\r\n\r\n")
    proxy.send("GET /invoices/8 HTTP/1.1\r\n\r\n")
    proxy.send("SSH-2.0-OpenSSH_9.2\r\n\r\n")
    proxy.run("token", "revoke", other[4:12])
    proxy.ask(401, "GET", "/invoices/9", {"X-Api-Key": other})
    configuration = proxy.site / "countersign.yaml"
    original = configuration.read_text()
    configuration.write_text(original.replace("deny: all", "deny: nobody"))
    proxy.hang_up(lambda messages: "reload refused" in messages)
    configuration.write_text(original.replace("rate: 1/h", "rate: 2/h"))
    proxy.run("reload")
    configuration.write_text(original)
    proxy.run("reload")
    proxy.run("log", "get", shown, "--purpose", "fixtures")
    proxy.run("log", "query", "--actor", "Ada Lovelace", "--purpose", "fixtures")
    proxy.run("log", "export", "--out", "export-1", "--purpose", "fixtures")
    shutil.rmtree(proxy.site / "export-1")
    proxy.stop()
    shutil.copy(proxy.site / "log/checkpoint", target / "first.checkpoint")
    (target / "first.vkey").write_bytes(proxy.run("key", "export-public"))
    return alice, shown


def killed_unsynced(proxy, alice):
    """A boot that acknowledges what the kernel has, and answers before outcomes are recorded, killed; and the start after it."""
    configuration = proxy.site / "countersign.yaml"
    original = configuration.read_text()
    configuration.write_text(original.replace("key_file: log.key", "key_file: log.key\n  durability: written").replace(
        "routes: [", "audit: { outcome: follows }\n    routes: [", 1))
    proxy.serve()
    proxy.ask(201, "POST", "/invoices", alice, b"{}")
    proxy.ask(200, "GET", "/invoices/20", alice)
    hanging = proxy.send(hanging_post(alice), wait=False)
    Service.hanging.acquire()
    proxy.stop(9)
    hanging.close()
    configuration.write_text(original)
    proxy.serve()
    proxy.stop()


def hanging_post(alice):
    """A write that the service never answers."""
    return ("POST /invoices HTTP/1.1\r\nHost: a\r\nX-Hang: 1\r\nContent-Length: 2\r\n"
            f"X-Api-Key: {alice['X-Api-Key']}\r\n\r\n{{}}")


def later_boots(proxy, alice):
    """A change of keys with a kill in it, an unsynced boot that is killed, the loss of the first boot adopted, an ordinary end."""
    proxy.serve()
    proxy.run("key", "rotate")
    old = proxy.keys()[1]
    proxy.ask(200, "GET", "/invoices/10", alice)
    hanging = proxy.send(hanging_post(alice), wait=False)
    Service.hanging.acquire()
    proxy.stop(9)
    hanging.close()
    proxy.serve()
    proxy.run("key", "retire", old)
    proxy.ask(201, "POST", "/invoices", alice, b"{}")
    proxy.stop()
    if b'"durability"' in proxy.run("check", "--schema"):
        killed_unsynced(proxy, alice)
    proxy.run("verify", status=11)
    proxy.run("log", "adopt", "--reason", "the disk was full")
    proxy.serve()
    proxy.ask(200, "GET", "/invoices/12", alice)
    proxy.stop()
    proxy.run("verify")


def handed_out(proxy, shown, target):
    """What auditors get: the public key, an export, a record with its proof, values opened; and what they remember."""
    key = target / "log.vkey"
    key.write_bytes(proxy.run("key", "export-public"))
    proxy.run("log", "export", "--log", "log", "--key", key, "--out", target / "export")
    for name, form in [("record.tlog-proof", "proof"), ("record.leaf", "leaf"), ("record.json", "json")]:
        (target / name).write_bytes(proxy.run("log", "get", shown, f"--{form}", "--log", "log"))
    proxy.run("verify", "--log", target / "export", "--key", key, "--state", target / "seen")


def copied(site, target):
    """What a site has to be opened again; of the commit journal without the zero bytes that are reserved."""
    target.mkdir(parents=True)
    for name in SITE:
        copy = shutil.copytree if (site / name).is_dir() else shutil.copy
        copy(site / name, target / name)
    for lock in target.rglob("lock"):
        lock.unlink()
    for journal in target.glob("log/commits.*"):
        journal.write_bytes(journal.read_bytes().rstrip(b"\x00"))


def main(binary, work, target):
    os.umask(0o077)
    if target.name != "v1":
        sys.exit("the folder is named v1")
    for name in ["site", "later", "export"]:
        shutil.rmtree(target / name, ignore_errors=True)
    (target / "seen").unlink(missing_ok=True)
    target.mkdir(parents=True, exist_ok=True)
    (work / "authority").mkdir()
    for name in ["site", "later"]:
        Proxy(binary, work, {}).run("init", "--dir", name, "--origin", f"log.example/{name}")
        (work / name / "countersign.yaml").write_text(CONFIGURATION.replace("ORIGIN", f"log.example/{name}"))
    site, later = work / "site", work / "later"
    authority = Authority(work / "authority", site)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(site / "tls.crt", site / "tls.key")
    proxy = Proxy(binary, site, {"SERVICE_URL": f"http://127.0.0.1:{Service.start()}",
                                 "SECURED_URL": f"https://localhost:{Service.start(context)}"})
    alice, shown = first_boot(proxy, authority, target)
    for name in SITE[1:7]:
        shutil.copy(site / name, later / name)
    later_boots(proxy, alice)
    handed_out(proxy, shown, target)
    copied(site, target / "site")

    proxy.site = later
    proxy.serve()
    proxy.ask(200, "GET", "/invoices/1", {"Authorization": "Bearer " + authority.token()})
    proxy.ask(201, "POST", "/invoices", alice, b"{}")
    proxy.stop()
    copied(later, target / "later")
    later_version.go_on(target / "later")
    print("made:", subprocess.check_output(["du", "-sh", "--apparent-size", target]).decode().strip())


main(sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
