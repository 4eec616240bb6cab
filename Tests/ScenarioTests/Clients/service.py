# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""A service in Flask, for its own server and for gunicorn: `python service.py PORT`, or `gunicorn service:app`."""
import gzip
import hashlib
import io
import sys
import time

from flask import Flask, Response, redirect, request, send_file, url_for

app = Flask(__name__)
BIG = bytes(range(256)) * 4096


@app.get("/page")
def page():
    answer = Response("hello", mimetype="text/plain")
    answer.set_etag("one")
    return answer.make_conditional(request)


@app.get("/dir/")
def folder():
    return "folder"


@app.get("/absolute")
def absolute():
    return redirect(url_for("page", _external=True))


@app.get("/cookie")
def cookie():
    return Response("set", headers=[("Set-Cookie", "name=Zo\xeb\xff; Path=/")])


@app.get("/cookie-echo")
def cookie_echo():
    return request.environ.get("HTTP_COOKIE", "").encode("latin-1").hex()


@app.post("/upload")
def upload():
    digest = hashlib.sha256()
    while piece := request.stream.read(65536):
        digest.update(piece)
    return digest.hexdigest()


@app.get("/big")
def big():
    return send_file(io.BytesIO(BIG), "application/octet-stream", conditional=True, etag="big")


@app.get("/chunked")
def chunked():
    return Response((f"piece {n}\n" for n in range(100)), mimetype="text/plain")


@app.get("/gzip")
def compressed():
    return Response(gzip.compress(b"squeezed" * 1000), headers={"Content-Encoding": "gzip"})


@app.get("/events")
def events():
    def stream():
        for n in range(3):
            yield f"data: {n}\n\n"
            time.sleep(0.2)

    return Response(stream(), mimetype="text/event-stream")


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]), threaded=True)
