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
import urllib.request

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
