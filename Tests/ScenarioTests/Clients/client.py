# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Python's clients: `python client.py LIBRARY BASE CHECK ...`; a line for each check."""
import asyncio
import hashlib
import sys
import urllib.error
import urllib.request

BODY = b"0123456789abcdef" * 200_000
COOKIE = "name=Zo\xeb"


class Urllib:
    def ask(self, method, url, headers=None, body=None):
        request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, dict(answer.headers.items()), answer.read(), answer.url


class Requests:
    def __init__(self):
        import requests

        self.session = requests.Session()

    def ask(self, method, url, headers=None, body=None):
        headers = {k: v.encode("latin-1") for k, v in (headers or {}).items()}
        follow = method != "HEAD"
        answer = self.session.request(method, url, headers=headers, data=body, timeout=20, allow_redirects=follow)
        return answer.status_code, dict(answer.headers), answer.content, answer.url


class Httpx:
    def __init__(self):
        import httpx

        self.client = httpx.Client(follow_redirects=True, timeout=20)

    def ask(self, method, url, headers=None, body=None):
        headers = {k: v.encode("latin-1") for k, v in (headers or {}).items()}
        answer = self.client.request(method, url, headers=headers, content=body)
        return answer.status_code, dict(answer.headers), answer.content, str(answer.url)


class Aiohttp:
    def ask(self, method, url, headers=None, body=None):
        return asyncio.run(self.asked(method, url, headers, body))

    async def asked(self, method, url, headers, body):
        import aiohttp

        async with aiohttp.ClientSession() as session:
            async with session.request(method, url, headers=headers, data=body) as answer:
                return answer.status, dict(answer.headers), await answer.read(), str(answer.url)


def want(condition, seen):
    if not condition:
        raise AssertionError(str(seen)[:200])


class Checks:
    def __init__(self, client, base):
        self.client, self.base = client, base

    def ask(self, path, method="GET", **more):
        return self.client.ask(method, self.base + path, **more)

    def page(self):
        status, _, body, _ = self.ask("/page")
        want(status == 200 and body.strip() == b"hello", (status, body))

    def redirect(self):
        for path, body in (("/dir", b"folder"), ("/absolute", b"hello")):
            answer = self.ask(path)
            if answer[0] == 404 and path == "/absolute":
                continue
            want(answer[2].strip() == body and answer[3].startswith(self.base + "/"), answer)

    def cookie(self):
        # A jar of its own: httpx cannot send on what it keeps of such a cookie, with a proxy or without.
        self.client = type(self.client)()
        want(self.ask("/cookie")[2] == b"set", "no answer with a cookie")
        self.client = type(self.client)()
        seen = bytes.fromhex(self.ask("/cookie-echo", headers={"Cookie": COOKIE})[2].decode())
        want(seen in (COOKIE.encode("latin-1"), COOKIE.encode()), seen)

    def upload(self):
        seen = self.ask("/upload", "POST", body=BODY)[2]
        want(seen == hashlib.sha256(BODY).hexdigest().encode(), seen)

    def chunked(self):
        want(self.ask("/chunked")[2].count(b"\n") == 100, "pieces are missing")

    def gzip(self):
        status, headers, body, _ = self.ask("/gzip", headers={"Accept-Encoding": "gzip"})
        if isinstance(self.client, Urllib):
            import gzip

            body = gzip.decompress(body)
        want(body.strip() == b"squeezed" * 1000, (status, headers, len(body)))

    def events(self):
        want(self.ask("/events")[2] == b"data: 0\n\ndata: 1\n\ndata: 2\n\n", "events are missing")

    def head(self):
        for _ in range(2):
            status, headers, body, _ = self.ask("/big", "HEAD")
            length = {k.lower(): v for k, v in headers.items()}.get("content-length")
            want((status, body, length) == (200, b"", "1048576"), (status, length))

    def range(self):
        status, _, body, _ = self.ask("/big", headers={"Range": "bytes=1000-1999"})
        want((status, len(body)) == (206, 1000), (status, len(body)))

    def unchanged(self):
        etag = {k.lower(): v for k, v in self.ask("/page")[1].items()}["etag"]
        for _ in range(2):
            status, _, body, _ = self.ask("/page", headers={"If-None-Match": etag})
            want((status, body) == (304, b""), (status, body))


library, base, *names = sys.argv[1:]
checks = Checks({"urllib": Urllib, "requests": Requests, "httpx": Httpx, "aiohttp": Aiohttp}[library](), base)
for name in names:
    try:
        getattr(checks, name)()
        print("ok", name)
    except Exception as error:  # whatever a library throws is what its users would see
        print("bad", name, type(error).__name__, error)
