// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// SHA-256 and Ed25519: by WebCrypto where the page has it, else by the code below.
//
// Browsers have crypto.subtle in secure contexts only. A console on plain HTTP in a test network checks its proofs with
// the code below, and says so. Both are tested against each other.

const subtle = globalThis.crypto?.subtle;

/// What checks run on: "WebCrypto" or "JavaScript"; of signatures, once there was one.
export const engine = { sha256: subtle ? 'WebCrypto' : 'JavaScript', ed25519: null };

/// SHA-256 of bytes.
export async function sha256(bytes) {
  if (engine.sha256 === 'WebCrypto') return new Uint8Array(await subtle.digest('SHA-256', bytes));
  return sha256InScript(bytes);
}

/// Whether an Ed25519 signature (RFC 8032) of 64 bytes is good for a message and a public key of 32 bytes.
export async function verifyEd25519(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  if (subtle) {
    let imported;
    try {
      imported = await subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
    } catch (error) {
      // A browser without Ed25519 in WebCrypto says NotSupportedError; a key that is no point is one that nothing is good for.
      if (error.name !== 'NotSupportedError') return false;
    }
    if (imported) {
      engine.ed25519 = 'WebCrypto';
      return subtle.verify({ name: 'Ed25519' }, imported, signature, message);
    }
  }
  engine.ed25519 = 'JavaScript';
  return verifyEd25519InScript(key, signature, message);
}

// The words of FIPS 180-4 are the fractions of roots of primes; computed, so that none can be mistyped.
function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p)) found.push(n);
  return found;
}

/// floor of the root of n · 2^(bits · degree), by Newton's steps.
function root(n, degree, bits) {
  const value = BigInt(n) << BigInt(bits * degree);
  const k = BigInt(degree);
  let x = 1n << BigInt(bits + 5);
  for (;;) {
    const next = ((k - 1n) * x + value / x ** (k - 1n)) / k;
    if (next >= x) return x;
    x = next;
  }
}

export const K256 = primes(64).map((p) => Number(root(p, 3, 32) & 0xffffffffn));
export const H256 = primes(8).map((p) => Number(root(p, 2, 32) & 0xffffffffn));

/// SHA-256 without WebCrypto.
export function sha256InScript(bytes) {
  const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
  const h = Int32Array.from(H256);
  const w = new Int32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
      const s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, k] = h;
    for (let i = 0; i < 64; i++) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const t1 = (k + s1 + ((e & f) ^ (~e & g)) + K256[i] + w[i]) | 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [k, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, k].forEach((x, i) => { h[i] += x; });
  }
  const out = new DataView(new ArrayBuffer(32));
  h.forEach((x, i) => out.setInt32(4 * i, x));
  return new Uint8Array(out.buffer);
}

const M64 = (1n << 64n) - 1n;
const K512 = primes(80).map((p) => root(p, 3, 64) & M64);
const H512 = primes(8).map((p) => root(p, 2, 64) & M64);

/// SHA-512, for Ed25519 only: a few blocks a signature.
export function sha512InScript(bytes) {
  const padded = new Uint8Array((((bytes.length + 16) >> 7) + 1) << 7);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) << 3n);
  const h = [...H512];
  const turn = (x, n) => ((x >> n) | (x << (64n - n))) & M64;
  for (let at = 0; at < padded.length; at += 128) {
    const w = [];
    for (let i = 0; i < 16; i++) w.push(view.getBigUint64(at + 8 * i));
    for (let i = 16; i < 80; i++) {
      const s0 = turn(w[i - 15], 1n) ^ turn(w[i - 15], 8n) ^ (w[i - 15] >> 7n);
      const s1 = turn(w[i - 2], 19n) ^ turn(w[i - 2], 61n) ^ (w[i - 2] >> 6n);
      w.push((w[i - 16] + s0 + w[i - 7] + s1) & M64);
    }
    let [a, b, c, d, e, f, g, k] = h;
    for (let i = 0; i < 80; i++) {
      const s1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
      const t1 = k + s1 + ((e & f) ^ (~e & M64 & g)) + K512[i] + w[i];
      const s0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      [k, g, f, e, d, c, b, a] = [g, f, e, (d + t1) & M64, c, b, a, (t1 + t2) & M64];
    }
    [a, b, c, d, e, f, g, k].forEach((x, i) => { h[i] = (h[i] + x) & M64; });
  }
  const out = new DataView(new ArrayBuffer(64));
  h.forEach((x, i) => out.setBigUint64(8 * i, x));
  return new Uint8Array(out.buffer);
}

// Ed25519, RFC 8032 §5.1.7. Only public values: nothing here needs constant time.
const P = (1n << 255n) - 19n;
const L = (1n << 252n) + 27742317777372353535851937790883648493n;
const mod = (x, m = P) => ((x % m) + m) % m;

function power(base, exponent) {
  let [result, b] = [1n, mod(base)];
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % P;
    b = (b * b) % P;
  }
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n));
const I = power(2n, (P - 1n) / 4n);
const number = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/// A point from its 32 bytes; null where they are none.
function point(bytes) {
  const text = number(bytes);
  const y = text & ((1n << 255n) - 1n);
  const sign = text >> 255n;
  if (y >= P) return null;
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
  if (mod(v * x * x - u) !== 0n) x = mod(x * I);
  if (mod(v * x * x - u) !== 0n) return null;
  if (x === 0n && sign === 1n) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

function add(p, q) {
  const a = mod((p[1] - p[0]) * (q[1] - q[0]));
  const b = mod((p[1] + p[0]) * (q[1] + q[0]));
  const c = mod(2n * D * p[3] * q[3]);
  const d = mod(2n * p[2] * q[2]);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function times(scalar, p) {
  let [result, q] = [[0n, 1n, 1n, 0n], p];
  for (let s = scalar; s > 0n; s >>= 1n) {
    if (s & 1n) result = add(result, q);
    q = add(q, q);
  }
  return result;
}

const BASE = (() => {
  const y = mod(4n * power(5n, P - 2n));
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) bytes[i] = Number((y >> BigInt(8 * i)) & 255n);
  return point(bytes);
})();

/// Whether 32 bytes are a key that only one hand can sign with: a point, in its one spelling, and none of the eight of
/// small order, under which anybody can make signatures that are good.
export function isPublicKey(bytes) {
  const found = bytes.length === 32 ? point(bytes) : null;
  if (!found) return false;
  const [x, y] = found;
  return x !== 0n && y !== 0n && mod(x * x + y * y) !== 0n;
}

/// Ed25519 without WebCrypto.
export function verifyEd25519InScript(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const a = point(key);
  const r = point(signature.subarray(0, 32));
  const s = number(signature.subarray(32));
  if (!a || !r || s >= L) return false;
  const text = new Uint8Array(64 + message.length);
  text.set(signature.subarray(0, 32));
  text.set(key, 32);
  text.set(message, 64);
  const k = number(sha512InScript(text)) % L;
  const left = times(s, BASE);
  const right = add(r, times(k, a));
  return mod(left[0] * right[2] - right[0] * left[2]) === 0n
    && mod(left[1] * right[2] - right[1] * left[2]) === 0n;
}
