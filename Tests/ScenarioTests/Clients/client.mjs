// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0
// Node's fetch: `node client.mjs BASE CHECK ...`; a line for each check.
import { createHash } from "node:crypto";

const [base, ...names] = process.argv.slice(2);
const want = (condition, seen) => {
  if (!condition) throw new Error(String(seen));
};
const text = async (path, options) => (await fetch(base + path, options)).text();
const checks = {
  page: async () => want((await text("/page")).trim() === "hello", "no page"),
  redirect: async () => {
    const answer = await fetch(base + "/dir");
    want((await answer.text()).trim() === "folder" && answer.url.startsWith(base + "/"), answer.url);
  },
  cookie: async () => {
    want((await text("/cookie")) === "set", "no answer with a cookie");
    want((await text("/cookie-echo", { headers: { Cookie: "name=Zo\xeb" } })) === "6e616d653d5a6feb", "another cookie");
  },
  upload: async () => {
    const body = Buffer.alloc(3_200_000, "0123456789abcdef");
    const sum = createHash("sha256").update(body).digest("hex");
    want((await text("/upload", { method: "POST", body })) === sum, "other bytes");
    const stream = new Blob([body]).stream();
    want((await text("/upload", { method: "POST", body: stream, duplex: "half" })) === sum, "other chunks");
  },
  chunked: async () => want((await text("/chunked")).split("\n").length === 101, "pieces are missing"),
  gzip: async () => want((await text("/gzip")).trim() === "squeezed".repeat(1000), "not unpacked"),
  events: async () => want((await text("/events")) === "data: 0\n\ndata: 1\n\ndata: 2\n\n", "events are missing"),
  head: async () => {
    for (let n = 0; n < 2; n++) {
      const answer = await fetch(base + "/big", { method: "HEAD" });
      want(answer.headers.get("content-length") === "1048576", answer.status);
    }
  },
  range: async () => {
    const answer = await fetch(base + "/big", { headers: { Range: "bytes=1000-1999" } });
    want(answer.status === 206 && (await answer.arrayBuffer()).byteLength === 1000, answer.status);
  },
  unchanged: async () => {
    const etag = (await fetch(base + "/page")).headers.get("etag");
    const answer = await fetch(base + "/page", { headers: { "If-None-Match": etag }, cache: "no-store" });
    want(answer.status === 304, answer.status);
  },
};
for (const name of names) {
  try {
    await checks[name]();
    console.log("ok", name);
  } catch (error) {
    console.log("bad", name, error.message, error.cause ?? "");
  }
}
