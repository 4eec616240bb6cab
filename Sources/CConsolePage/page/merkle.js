// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Merkle trees as in RFC 6962 and RFC 9162. Sizes and indexes are BigInt: a log may have more than 2^53 records.

import { sha256 } from './hashes.js';
import { equal, joined } from './bytes.js';

/// The hash of a leaf: SHA-256 of 0x00 and its bytes.
export const leafHash = (bytes) => sha256(joined([0], bytes));

export const nodeHash = (left, right) => sha256(joined([1], left, right));

/// The root that an inclusion path leads to (RFC 9162 §2.1.3.2), with each of its steps.
///
/// Throws where the path has not the length that index and size ask for.
export async function climb(index, size, hash, path) {
  if (index >= size) throw new Error(`the index ${index} is not below the size ${size}`);
  const steps = [];
  let [fn, sn, r, height] = [index, size - 1n, hash, 0];
  for (const sibling of path) {
    if (sn === 0n) throw new Error('the path is too long');
    const isLeft = (fn & 1n) === 1n || fn === sn;
    const before = r;
    if (isLeft) {
      r = await nodeHash(sibling, r);
      while ((fn & 1n) === 0n && fn !== 0n) {
        [fn, sn, height] = [fn >> 1n, sn >> 1n, height + 1];
      }
    } else {
      r = await nodeHash(r, sibling);
    }
    steps.push({ sibling, isLeft, height, before, after: r });
    [fn, sn, height] = [fn >> 1n, sn >> 1n, height + 1];
  }
  if (sn !== 0n) throw new Error('the path is too short');
  return { root: r, steps };
}

/// Whether the tree of one size is the beginning of another (RFC 9162 §2.1.4.2).
export async function isConsistent(oldSize, newSize, oldRoot, newRoot, proof) {
  if (oldSize > newSize) return false;
  if (oldSize === newSize) return proof.length === 0 && equal(oldRoot, newRoot);
  if (oldSize === 0n) return proof.length === 0;
  if (proof.length === 0) return false;
  const path = (oldSize & (oldSize - 1n)) === 0n ? [oldRoot, ...proof] : proof;
  let [fn, sn] = [oldSize - 1n, newSize - 1n];
  while ((fn & 1n) === 1n) [fn, sn] = [fn >> 1n, sn >> 1n];
  let [fr, sr] = [path[0], path[0]];
  for (const c of path.slice(1)) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      fr = await nodeHash(c, fr);
      sr = await nodeHash(c, sr);
      while ((fn & 1n) === 0n && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      sr = await nodeHash(sr, c);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && equal(fr, oldRoot) && equal(sr, newRoot);
}
