# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Compares the answers of the auditor API with its OpenAPI document; see check-api."""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from typing import Any

COUNTERSIGN, SCHEMATHESIS = sys.argv[1:3]
EXAMPLES = "12"
HERE = pathlib.Path(__file__).resolve().parent


def run(*words: str, folder: pathlib.Path) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit(f"check-api: {' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def serve(folder: pathlib.Path) -> tuple[subprocess.Popen, str]:
    """A proxy over the demo's log, and where its admin address is."""
    server = subprocess.Popen(
        [COUNTERSIGN, "serve", "-c", "demo/countersign.yaml"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert server.stdout is not None
    for line in server.stdout:
        if line.startswith("admin on "):
            return server, line.split()[2].removesuffix("/status")
    sys.exit("check-api: the proxy did not start")


def agrees(
    document: dict, url: str, token: str, folder: pathlib.Path, *others: str
) -> tuple[bool, str]:
    """Whether answers are as a document says."""
    file = folder / "openapi.json"
    file.write_text(json.dumps(document))
    done = subprocess.run(
        [
            SCHEMATHESIS, "--config-file", str(HERE / "api-schemathesis.toml"), "run", str(file), "--url", url + "/api/v1", "--header",
            f"Authorization: Bearer {token}", "--max-examples", EXAMPLES, "--seed", "1",
            "--phases", "examples,coverage,fuzzing", "--no-color",
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
            "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
            "unsupported_method",
            "--suppress-health-check", "all", *others,
        ],
        cwd=folder, capture_output=True, text=True, timeout=600,
        env={
            **os.environ, "SCHEMATHESIS_HOOKS": "api_hooks", "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
        })
    return done.returncode == 0, done.stdout + done.stderr


def damaged(document: dict) -> dict[str, dict]:
    """The document without a status, and without a member of an answer."""
    status, member = copy.deepcopy(document), copy.deepcopy(document)
    del status["paths"]["/records"]["get"]["responses"]["400"]
    del member["components"]["schemas"]["RecordPage"]["properties"]["complete_to"]
    member["components"]["schemas"]["RecordPage"]["required"].remove("complete_to")
    return {"a status": status, "a member": member}


def only(document: dict, path: str) -> dict:
    """The document with one path."""
    less = copy.deepcopy(document)
    less["paths"] = {path: less["paths"][path]}
    return less


def call(
    url: str, token: str, method: str, body: Any = None, fields: dict[str, str] = {}
) -> tuple[int, Any, bytes]:
    """Status, header fields and body of an answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data, {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **fields}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def exported(url: str, token: str) -> str:
    """The id of an export that is complete."""
    status, fields, body = call(url + "/api/v1/exports", token, "POST", {"q": "status:200"})
    if status != 202:
        sys.exit(f"check-api: an export was answered {status}\n{body.decode()}")
    place = url + fields["Location"]
    end = time.monotonic() + 60
    while True:
        job = json.loads(call(place, token, "GET")[2])
        if job["state"] == "done":
            return job["id"]
        if job["state"] == "failed" or time.monotonic() > end:
            sys.exit(f"check-api: the export is not made\n{job}")
        time.sleep(0.1)


def of_export(document: dict, id: str) -> dict:
    """The document of an export's content, with the one id that there is."""
    less = only(document, "/exports/{id}/content")
    for operation in less["paths"]["/exports/{id}/content"].values():
        for parameter in operation["parameters"]:
            if parameter["name"] == "id":
                parameter["schema"] = {"enum": [id]}
    return less


def check_export(document: dict, url: str, token: str, folder: pathlib.Path) -> None:
    """Has a complete export fetched in all the ways that there are, and removed."""
    id = exported(url, token)
    content = of_export(document, id)
    isRight, told = agrees(content, url, token, folder)
    if not isRight:
        sys.exit(f"check-api: an export is not fetched as the document says\n{told}")
    # Where it were not fetched at all, nobody would miss how it is answered.
    del content["paths"]["/exports/{id}/content"]["get"]["responses"]["200"]
    if agrees(content, url, token, folder, "--max-failures", "1")[0]:
        sys.exit("check-api: nobody noticed that the answer with an export is missing in the document")
    place = f"{url}/api/v1/exports/{id}"
    _, whole, bytes = call(place + "/content", token, "GET")
    for method, path, fields, expected, text in (
        ("GET", "/content", {}, 200, bytes),
        ("HEAD", "/content", {}, 200, b""),
        ("GET", "/content", {"Range": "bytes=0-511"}, 206, bytes[:512]),
        ("GET", "/content", {"Range": "bytes=-512"}, 206, bytes[-512:]),
        ("GET", "/content", {"Range": f"bytes={len(bytes)}-"}, 416, None),
        ("GET", "/content", {"If-None-Match": whole["ETag"]}, 304, b""),
        ("DELETE", "", {}, 204, b""),
        ("GET", "/content", {}, 404, None),
        ("DELETE", "", {}, 404, None),
    ):
        status, answered, body = call(place + path, token, method, fields=fields)
        # What answers GET answers HEAD, which no document has to name.
        known = document["paths"]["/exports/{id}" + path]["get" if method == "HEAD" else method.lower()]
        response = known["responses"].get(str(status))
        type = answered.get("Content-Type", "").split(";")[0]
        types = [name.split(";")[0] for name in (response or {}).get("content", {})]
        if status != expected or response is None or body and type not in types or text not in (None, body):
            sys.exit(
                f"check-api: {method} {path} {fields} of an export was answered {status}, {type},"
                f" {len(body)} bytes, and not as the document says")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run(COUNTERSIGN, "demo", "--once", "--dir", "demo", folder=folder)
        (folder / "password.txt").write_text("a long enough one")
        config = ["-c", "demo/countersign.yaml"]
        run(
            COUNTERSIGN, "user", "add", "ann", "--role", "auditor", "--role", "privacy", "--password-file",
            "password.txt", *config, folder=folder)
        token = run(COUNTERSIGN, "user", "token", "mint", "ann", *config, folder=folder)
        server, url = serve(folder)
        try:
            with urllib.request.urlopen(url + "/api/v1/openapi.json") as answer:
                document = json.load(answer)
            # A tail has no end, which no tool that waits for one can be shown.
            del document["paths"]["/tail"]
            check_export(document, url, token, folder)
            isRight, told = agrees(document, url, token, folder)
            if not isRight:
                sys.exit(f"check-api: answers are not as the document says\n{told}")
            for what, wrong in damaged(only(document, "/records")).items():
                if agrees(wrong, url, token, folder, "--max-failures", "1")[0]:
                    sys.exit(f"check-api: nobody noticed that {what} is missing in the document")
        finally:
            server.terminate()
            server.communicate(timeout=60)
        paths = len(document["paths"])
        print(f"auditor API: answers are as the document says ({paths} paths)")


main()
