# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Puts real clients before the proxy and real services behind it, all with their ordinary settings.

usage: clients.py BINARY [all]

Without `all` only what every Debian has: curl, Python and git, before Python's own server. Prints a line for each thing
that does not work, and at the end how many do; the log of every proxy has to verify, with a record of each access.
"""
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

import services
from services import HERE, answering, free_port

EVERYTHING = ["page", "redirect", "cookie", "upload", "chunked", "gzip", "events", "head", "range", "unchanged"]
STATIC = ["page", "redirect", "gzip", "head", "range", "unchanged"]
# Python's own server knows neither ranges nor entity tags.
PLAIN = ["page", "redirect", "head"]


class Proxy:
    """One proxy before one service, with no setting but where the service is and that everybody may."""

    def __init__(self, binary, work, name, upstream):
        self.binary, self.folder, self.port = binary, work / name, free_port()
        subprocess.run([binary, "init", "--dir", self.folder, "--origin", f"example.com/{name}"],
                       check=True, capture_output=True)
        (self.folder / "countersign.yaml").write_text(
            f"""version: 1
log: {{ origin: example.com/{name}, dir: log, key_file: log.key }}
listen: [ {{ address: "127.0.0.1:{self.port}" }} ]
admin: {{ address: "127.0.0.1:{free_port()}" }}
services:
  - name: {name}
    upstream: {{ url: "http://127.0.0.1:{upstream}" }}
    rules: [ {{ id: everybody, allow: {{ anonymous: true }} }} ]
""")
        self.messages = open(self.folder / "messages", "wb")
        self.process = subprocess.Popen(
            [binary, "serve", "-c", "countersign.yaml"], cwd=self.folder, stdout=self.messages, stderr=self.messages)
        answering(self.port, self.process)
        self.base = f"http://127.0.0.1:{self.port}"

    def run(self, *arguments):
        return subprocess.run([self.binary, *arguments], cwd=self.folder, capture_output=True, text=True)

    def close(self):
        """Stops, and returns what is wrong with the log; nothing if nothing is."""
        self.process.terminate()
        self.process.wait(60)
        verified = self.run("verify", "-c", "countersign.yaml")
        return "" if verified.returncode == 0 else verified.stdout + verified.stderr


class Run:
    def __init__(self, work):
        self.work, self.good, self.bad = work, 0, []

    def note(self, what, problem=""):
        if problem:
            self.bad.append(what)
            print(f"NOT RIGHT {what}: {problem.strip()[-400:]}", flush=True)
        else:
            self.good += 1

    def driver(self, what, command, names):
        """Runs a client that prints a line for each check."""
        result = subprocess.run([*command, *names], capture_output=True, text=True, timeout=300, cwd=self.work)
        lines = {line.split()[1]: line for line in result.stdout.splitlines() if line.startswith(("ok ", "bad "))}
        for name in names:
            line = lines.get(name, "bad " + result.stderr)
            self.note(f"{what} {name}", "" if line.startswith("ok") else line)

    def program(self, what, command, accepts, **more):
        """Runs a client and looks at what it brought."""
        result = subprocess.run(command, capture_output=True, timeout=300, **more)
        try:
            good = result.returncode == 0 and accepts(result.stdout)
        except (OSError, ValueError):
            good = False
        seen = f"exit {result.returncode} {result.stdout[-200:]!r} {result.stderr[-300:]!r}"
        self.note(what, "" if good else seen)

    def curl(self, what, base, names):
        body = self.work / "body"
        body.write_bytes(b"0123456789abcdef" * 200_000)
        total = hashlib.sha256(body.read_bytes()).hexdigest().encode()
        commands = {
            "page": (["/page"], lambda out: out.strip() == b"hello"),
            "redirect": (["/dir", "-L", "-w", "%{url_effective}"],
                         lambda out: b"folder" in out and out.endswith(base.encode() + b"/dir/")),
            "cookie": (["/cookie-echo", "-H", b"Cookie: name=Zo\xeb"], lambda out: out == b"6e616d653d5a6feb"),
            "upload": (["/upload", "-T", str(body), "-X", "POST", "-H", "Transfer-Encoding: chunked"],
                       lambda out: out == total),
            "chunked": (["/chunked"], lambda out: out.count(b"\n") == 100),
            "gzip": (["/gzip", "--compressed"], lambda out: out.strip() == b"squeezed" * 1000),
            "events": (["/events", "-N"], lambda out: out.count(b"data: ") == 3),
            "head": (["/big", "-I"], lambda out: b"content-length: 1048576" in out.lower()),
            "range": (["/big", "-r", "1000-1999"], lambda out: len(out) == 1000),
            "unchanged": (["/page", "--etag-save", "etag", "-o", "/dev/null", "--next", "-s", base + "/page",
                           "--etag-compare", "etag", "-w", "%{http_code}"], lambda out: out == b"304"),
        }
        for name in names:
            (path, *options), accepts = commands[name]
            self.program(f"{what} {name}", ["curl", "-s", base + path, *options], accepts, cwd=self.work)

    def wget(self, what, base):
        self.program(f"{what} page", ["wget", "-q", "-O-", base + "/page"], lambda out: out.strip() == b"hello")
        self.program(f"{what} redirect", ["wget", "-q", "-O-", base + "/dir"], lambda out: out.strip() == b"folder")
        self.program(f"{what} head", ["wget", "-q", "--spider", base + "/big"], lambda out: True)
        part = self.work / "part"
        part.write_bytes((bytes(range(256)) * 4096)[:5000])
        self.program(f"{what} range", ["wget", "-q", "-c", "-O", part, base + "/big"],
                     lambda out: part.read_bytes() == bytes(range(256)) * 4096)

    def git(self, base):
        clone = self.work / "clone"
        for command in (
            ["git", "clone", "-q", base + "/repository.git", clone],
            ["sh", "-c", "head -c 3000000 /dev/urandom > file && git checkout -q -b main && git add . && "
             "git -c user.name=a -c user.email=a@example.com commit -q -m x && git push -q origin main"],
            ["git", "clone", "-q", base + "/repository.git", self.work / "again"],
        ):
            folder = clone if clone.exists() else self.work
            self.program(f"git {command[1]}", command, lambda out: True, cwd=folder)
        same = (self.work / "again" / "file").exists() and (
            (self.work / "again" / "file").read_bytes() == (clone / "file").read_bytes())
        self.note("git brings the same bytes", "" if same else "other bytes")

    def pip(self, python, base):
        target = self.work / "pip"
        self.program("pip", [python, "-m", "pip", "install", "-q", "--no-cache-dir", "--disable-pip-version-check",
                             "--index-url", base + "/simple/", "--target", target, "parcel"],
                     lambda out: "arrived" in (target / "parcel.py").read_text(),
                     env=dict(os.environ, PIP_CONFIG_FILE=os.devnull))

    def apt(self, base):
        root = self.work / "apt"
        for folder in ("lists/partial", "archives/partial", "etc", "out"):
            (root / folder).mkdir(parents=True)
        (root / "status").write_text("")
        (root / "etc" / "sources.list").write_text(f"deb [trusted=yes] {base}/debian/ ./\n")
        options = [f"-oDir::State::lists={root}/lists", f"-oDir::Cache::archives={root}/archives",
                   f"-oDir::Etc::sourcelist={root}/etc/sources.list", "-oDir::Etc::sourceparts=-",
                   f"-oDir::State::status={root}/status", "-oAPT::Sandbox::User=", "-oAcquire::Languages=none",
                   f"-oDir::Cache::pkgcache={root}/p.bin", f"-oDir::Cache::srcpkgcache={root}/s.bin"]
        self.program("apt update", ["apt-get", *options, "update"], lambda out: True, cwd=root)
        self.program("apt download", ["apt-get", *options, "download", "parcel"],
                     lambda out: len(list((root / "out").glob("*.deb"))) == 1, cwd=root / "out")

    def chromium(self, base):
        self.program("chromium", ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
                                  f"--user-data-dir={self.work}/chromium", "--virtual-time-budget=10000",
                                  base + "/dir/app.html"],
                     lambda out: b"assets 30 folder" in out)


def short(binary, work, run):
    root = work / "site"
    services.write_site(root)
    port = free_port()
    server = services.files_and_git(root, port)
    proxy = Proxy(binary, work, "plain", port)
    run.curl("curl, plain", proxy.base, PLAIN)
    run.driver("urllib, plain", [sys.executable, HERE / "client.py", "urllib", proxy.base], PLAIN)
    run.git(proxy.base)
    run.note("log of plain", proxy.close())
    server.shutdown()


def whole(binary, work, run):
    environment = pathlib.Path(".build/clients/venv/bin").absolute()
    python, started, proxies = environment / "python", [], []
    try:
        bases = {}
        for name, command in (
            ("nginx", None), ("flask", [python, HERE / "service.py"]), ("node", ["node", HERE / "service.mjs"]),
            ("gunicorn", [environment / "gunicorn", "--threads", "8", "--chdir", HERE, "service:app", "-b"]),
        ):
            port = free_port()
            if command is None:
                process = services.nginx(work / "nginx-files", work / "site", port)
            else:
                place = f"127.0.0.1:{port}" if name == "gunicorn" else str(port)
                process = subprocess.Popen([*command, place], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            started.append(process)
            answering(port, process)
            proxies.append((name, Proxy(binary, work, name, port)))
            bases[name] = proxies[-1][1].base
        for name, base in bases.items():
            names = STATIC if name == "nginx" else EVERYTHING
            run.curl(f"curl, {name}", base, names)
            run.wget(f"wget, {name}", base)
            for library in ("requests", "httpx", "aiohttp", "urllib"):
                run.driver(f"{library}, {name}", [python, HERE / "client.py", library, base], names)
            run.driver(f"fetch, {name}", ["node", HERE / "client.mjs", base], names)
            run.driver(f"java, {name}", ["java", HERE / "Client.java", base], names)
            run.driver(f"go, {name}", ["go", "run", HERE / "client.go", base], names)
        run.pip(python, bases["nginx"])
        run.apt(bases["nginx"])
        run.chromium(bases["nginx"])
        for name, proxy in proxies:
            run.note(f"log of {name}", proxy.close())
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        os.chmod(work, 0o755)
        run = Run(work)
        short(binary, work, run)
        if "all" in sys.argv[2:]:
            whole(binary, work, run)
    print(f"real clients: {run.good} of {run.good + len(run.bad)} right")
    sys.exit(1 if run.bad else 0)


main()
