// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0
// A service in Node: `node service.mjs PORT`.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

const big = Buffer.alloc(256 * 4096, Buffer.from(Array.from({ length: 256 }, (_, n) => n)));
const routes = {
  "/page": (request, response) => {
    response.setHeader("ETag", '"one"');
    if (request.headers["if-none-match"] === '"one"') return response.writeHead(304).end();
    response.end("hello");
  },
  "/dir": (request, response) =>
    response.writeHead(301, { Location: `http://${request.headers.host}/dir/` }).end(),
  "/dir/": (_, response) => response.end("folder"),
  "/absolute": (request, response) =>
    response.writeHead(302, { Location: `http://${request.headers.host}/page` }).end(),
  "/cookie": (_, response) => response.writeHead(200, { "Set-Cookie": "name=Zo\xeb\xff; Path=/" }).end("set"),
  "/cookie-echo": (request, response) =>
    response.end(Buffer.from(request.headers.cookie ?? "", "latin1").toString("hex")),
  "/upload": (request, response) => {
    const digest = createHash("sha256");
    request.on("data", (piece) => digest.update(piece));
    request.on("end", () => response.end(digest.digest("hex")));
  },
  "/big": (request, response) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (!range) return response.writeHead(200, { "Content-Length": big.length }).end(request.method === "HEAD" ? undefined : big);
    const part = big.subarray(+range[1], +range[2] + 1);
    response.writeHead(206, { "Content-Range": `bytes ${range[1]}-${range[2]}/${big.length}`, "Content-Length": part.length });
    response.end(part);
  },
  "/chunked": (_, response) => {
    response.writeProcessing();
    for (let n = 0; n < 100; n++) response.write(`piece ${n}\n`);
    response.end();
  },
  "/gzip": (_, response) =>
    response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync("squeezed".repeat(1000))),
  "/events": async (_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for (let n = 0; n < 3; n++) {
      response.write(`data: ${n}\n\n`);
      await new Promise((wake) => setTimeout(wake, 200));
    }
    response.end();
  },
};
createServer((request, response) => {
  const route = routes[request.url];
  if (route) route(request, response);
  else response.writeHead(404).end("not here");
}).listen(+process.argv[2], "127.0.0.1");
