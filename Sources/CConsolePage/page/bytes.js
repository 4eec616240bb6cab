// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Bytes and their texts.

const strict = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/// The bytes of a text.
export const utf8 = (text) => encoder.encode(text);

/// The text of bytes; throws where they are not UTF-8.
export const text = (bytes) => strict.decode(bytes);

/// Standard base64 (RFC 4648 §4) in its one spelling; throws for anything else.
export function fromBase64(text) {
  let binary;
  try {
    binary = atob(text);
  } catch {
    throw new Error('not base64');
  }
  const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  if (toBase64(bytes) !== text) throw new Error('not base64 in its one spelling');
  return bytes;
}

export function toBase64(bytes) {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}

export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

export const equal = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);

export function joined(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
