# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""usage: receivers.py webhook|otlp|hec PORT FOLDER [STRICT]

A receiver of records that does what FOLDER/mode says, read anew for each request:

    ok              takes everything
    status N        answers N, with Retry-After: 0
    refuse INDEX    answers 400 to every request with this record
    partial         (otlp) takes everything and says that it left out one
    slow            takes two seconds for each answer
    cut             ends the connection instead of answering
    redirect        answers 307, to itself
    unstored        (hec) takes and never acknowledges
    die             takes it, and is killed in the middle of its answer

What it takes it appends to FOLDER/taken, an index a line. What is not as its specification has it goes to FOLDER/faults.
With FOLDER/tls.pem, a certificate with its key, it speaks TLS. With STRICT, PyPI's standardwebhooks and opentelemetry-proto are the judges; otherwise what is written here.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import signal
import socketserver
import ssl
import sys
import time

KIND, PORT, FOLDER = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
STRICT = len(sys.argv) > 4
SECRET = (FOLDER / "secret").read_text().strip()


class Fault(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Fault(what)


def webhook(headers, body):
    """Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks, "Webhook metadata", "Signature scheme"."""
    if STRICT:
        from standardwebhooks.webhooks import Webhook

        Webhook(SECRET).verify(body, {name.lower(): value for name, value in headers.items()})
    name, stamp = headers["webhook-id"], headers["webhook-timestamp"]
    need(abs(int(stamp) - time.time()) < 300, "the timestamp is not of now")
    key = base64.b64decode(SECRET.removeprefix("whsec_"), validate=True)
    wanted = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    given = [part.split(",", 1) for part in headers["webhook-signature"].split(" ")]
    need(all(version == "v1" for version, _ in given), "a signature has another version")
    need(any(base64.b64decode(text) == wanted for _, text in given), "no signature is right")
    value = json.loads(body)
    need(set(value) == {"type", "timestamp", "data"}, f"members {set(value)}")
    need(value["type"] == "countersign.records", "type")
    indices = [item["index"] for item in value["data"]["records"]]
    need(value["data"]["first"] == indices[0] and value["data"]["last"] == indices[-1], "first and last")
    return indices


def fields(value, **forms):
    """Only known members, each of its form: OTLP/JSON leaves no room for others' spellings."""
    for name, item in value.items():
        need(name in forms, f"unknown member {name}")
        form = forms[name]
        if isinstance(form, str):
            need(isinstance(item, str) and re.fullmatch(form, item), f"{name}: {item!r}")
        else:
            need(type(item) is form, f"{name}: {item!r}")


def attributes(items):
    found = {}
    for item in items:
        need(set(item) == {"key", "value"} and len(item["value"]) == 1, f"attribute {item}")
        fields(item["value"], stringValue=str, intValue=r"-?[0-9]+", boolValue=bool)
        need(re.fullmatch(r"[a-z][a-z0-9_.]*", item["key"]), f"key {item['key']}")
        found[item["key"]] = list(item["value"].values())[0]
    return found


def otlp(headers, body):
    """opentelemetry-proto v1 in JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding."""
    need(headers["content-type"] == "application/json", "content type")
    value = json.loads(body)
    if STRICT:
        from google.protobuf import json_format
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

        # Protobuf's JSON has bytes in base 64, OTLP's ids in hexadecimal: the one thing in which they differ.
        plain = json.loads(body)
        for record in plain["resourceLogs"][0]["scopeLogs"][0]["logRecords"]:
            for member in ("traceId", "spanId"):
                if member in record:
                    record[member] = base64.b64encode(bytes.fromhex(record[member])).decode()
        json_format.ParseDict(plain, ExportLogsServiceRequest(), ignore_unknown_fields=False)
    need(set(value) == {"resourceLogs"}, "members")
    indices = []
    for resource in value["resourceLogs"]:
        need(set(resource) == {"resource", "scopeLogs"}, "resource")
        need(attributes(resource["resource"]["attributes"])["service.name"] == "countersign", "name")
        for scope in resource["scopeLogs"]:
            need(set(scope) == {"scope", "logRecords"}, "scope")
            for record in scope["logRecords"]:
                fields(
                    record, timeUnixNano=r"[0-9]{1,20}", observedTimeUnixNano=r"[0-9]{1,20}",
                    severityNumber=int, severityText=str, body=dict, attributes=list, eventName=str,
                    traceId=r"[0-9a-f]{32}", spanId=r"[0-9a-f]{16}")
                need(1 <= record["severityNumber"] <= 24, "severity")
                known = attributes(record["attributes"])
                indices.append(int(known["countersign.index"]))
                need(json.loads(record["body"]["stringValue"])["index"] == indices[-1], "body")
    return indices


def hec(headers, body):
    """Splunk: "Format events for HTTP Event Collector"."""
    need(headers["authorization"] == f"Splunk {SECRET}", "token")
    need(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["x-splunk-request-channel"]), "channel")
    text, indices, decoder = body.decode(), [], json.JSONDecoder()
    while text:
        event, end = decoder.raw_decode(text)
        text = text[end:].lstrip()
        need(set(event) <= {"time", "host", "source", "sourcetype", "index", "event", "fields"}, f"{set(event)}")
        need(isinstance(event["time"], float), "time")
        need(set(event["fields"]) <= {"uid", "index", "action"}, "fields")
        indices.append(event["event"]["index"])
        need(event["fields"]["index"] == str(indices[-1]), "index")
    return indices


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    acknowledged = 0

    def answer(self, status, value, **extra):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in extra.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        mode = (FOLDER / "mode").read_text().split()
        if self.path.startswith("/services/collector/ack?channel="):
            return self.acknowledge(json.loads(body)["acks"], mode)
        if mode[0] == "cut":
            self.close_connection = True
            return
        if mode[0] == "redirect":
            return self.answer(307, {}, Location=f"http://127.0.0.1:{PORT}/elsewhere")
        if mode[0] == "status":
            return self.answer(int(mode[1]), {"why": "it says so"}, Retry_After="0")
        try:
            need(not self.path.startswith("/elsewhere"), "a redirect was followed")
            indices = {"webhook": webhook, "otlp": otlp, "hec": hec}[KIND](self.headers, body)
        except Exception as fault:
            with open(FOLDER / "faults", "a") as faults:
                faults.write(f"{type(fault).__name__}: {fault}\n")
            return self.answer(500, {"why": "fault"})
        if mode[0] == "refuse" and int(mode[1]) in indices:
            return self.answer(400, {"text": "Invalid data format", "code": 6} if KIND == "hec" else {})
        if mode[0] == "slow":
            time.sleep(2)
        with open(FOLDER / "taken", "a") as taken:
            taken.write("".join(f"{index}\n" for index in indices))
        if mode[0] == "die":
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.flush_headers()
            os.kill(os.getpid(), signal.SIGKILL)
        if KIND == "hec":
            Handler.acknowledged += 1
            return self.answer(200, {"text": "Success", "code": 0, "ackId": Handler.acknowledged})
        if mode[0] == "partial":
            return self.answer(200, {"partialSuccess": {"rejectedLogRecords": "1", "errorMessage": "one too many"}})
        self.answer(200, {})

    def acknowledge(self, acks, mode):
        self.answer(200, {"acks": {str(ack): mode[0] != "unstored" for ack in acks}})

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True


server = Server(("127.0.0.1", PORT), Handler)
if (FOLDER / "tls.pem").exists():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / "tls.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
