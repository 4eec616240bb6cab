# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Starts services as people run them, each with its own port, and what they serve."""
import functools
import gzip
import hashlib
import http.server
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time
import zipfile

HERE = pathlib.Path(__file__).parent


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answering(port, process=None):
    """Waits until somebody listens."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as connection:
            connection.settimeout(1)
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process and process.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def write_site(root):
    """Pages, a package index and a Debian repository, as files."""
    (root / "dir").mkdir(parents=True)
    (root / "dir" / "index.html").write_text("folder")
    (root / "page").write_text("hello")
    (root / "big").write_bytes(bytes(range(256)) * 4096)
    (root / "gzip").write_text("squeezed" * 1000)
    script = "".join(f"<script src=a{n}.js></script>" for n in range(30))
    for n in range(30):
        (root / "dir" / f"a{n}.js").write_text(f"loaded = (window.loaded || 0) + 1;")
    (root / "dir" / "app.html").write_text(
        f"<!doctype html><title>t</title>{script}<p id=p>no</p><script>"
        "fetch('../dir').then(a => a.text()).then(t => { document.cookie = 'name=Zo\u00eb';"
        " p.textContent = 'assets ' + loaded + ' ' + t.trim() })</script>")
    write_index(root / "simple" / "parcel")
    write_debian(root / "debian")


def write_index(folder):
    folder.mkdir(parents=True)
    wheel = folder / "parcel-1.0-py3-none-any.whl"
    files = {
        "parcel.py": "CONTENT = 'arrived'\n",
        "parcel-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: parcel\nVersion: 1.0\n",
        "parcel-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr("parcel-1.0.dist-info/RECORD", "".join(f"{name},,\n" for name in files))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "index.html").write_text(f'<a href="{wheel.name}#sha256={digest}">{wheel.name}</a>')


def write_debian(folder):
    tree = folder.parent / "parcel-tree"
    (tree / "DEBIAN").mkdir(parents=True)
    control = "Package: parcel\nVersion: 1.0+b~1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n"
    (tree / "DEBIAN" / "control").write_text(control)
    folder.mkdir()
    package = folder / "parcel_1.0+b~1_all.deb"
    subprocess.run(["dpkg-deb", "-b", tree, package], check=True, capture_output=True)
    shutil.rmtree(tree)
    content = package.read_bytes()
    (folder / "Packages").write_text(
        f"{control}Filename: ./{package.name}\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n")
    (folder / "Packages.gz").write_bytes(gzip.compress((folder / "Packages").read_bytes()))


def nginx(work, root, port):
    work.mkdir()
    configuration = work / "nginx.conf"
    configuration.write_text(
        f"""daemon off; pid {work}/pid; error_log {work}/error.log; worker_processes 1;
        events {{}}
        http {{ access_log off; client_body_temp_path {work}/b; proxy_temp_path {work}/p; fastcgi_temp_path {work}/f;
          uwsgi_temp_path {work}/u; scgi_temp_path {work}/s; gzip on; gzip_types *; gzip_min_length 100;
          server {{ listen 127.0.0.1:{port}; root {root}; autoindex on;
            # What is compressed on the way has no length and no ranges.
            location = /big {{ gzip off; }} }} }}""")
    return subprocess.Popen(["nginx", "-p", work, "-c", configuration, "-e", work / "error.log"])


class Backend(http.server.SimpleHTTPRequestHandler):
    """git's own server program behind Python's HTTP/1.1 server, and files."""

    protocol_version = "HTTP/1.1"
    project_root = ""

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.git()

    def do_GET(self):
        if self.path.startswith("/repository.git/"):
            self.git()
        else:
            super().do_GET()

    def git(self):
        path, _, query = self.path.partition("?")
        environment = dict(
            os.environ, GIT_PROJECT_ROOT=self.project_root, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
            QUERY_STRING=query, REQUEST_METHOD=self.command,
            CONTENT_TYPE=self.headers.get("Content-Type", ""),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
            GIT_PROTOCOL=self.headers.get("Git-Protocol", ""))
        result = subprocess.run(["git", "http-backend"], input=self.body(), env=environment, capture_output=True)
        head, _, content = result.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = next((int(value.split()[0]) for name, value in fields if name == "Status"), 200)
        self.send_response(status)
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content


def files_and_git(root, port):
    """Serves from a thread of this process."""
    bare = root / "repository.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", bare], check=True)
    subprocess.run(["git", "-C", bare, "config", "http.receivepack", "true"], check=True)
    Backend.project_root = str(root)
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", port), functools.partial(Backend, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
