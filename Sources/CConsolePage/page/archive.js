// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// The files of a pack by name, of an archive or a folder. Nothing of them is read yet: each is a part of what lies on
// the disk, however large.

import { Unreadable } from './lines.js';

export const mostFiles = 4096;

const block = 512;
const part = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/// Whether a pack may have a file of this name.
export function isName(name) {
  const parts = name.split('/');
  return parts.length <= 2 && parts.every((one) => part.test(one));
}

/// The one header that a file of this name and size has.
function header(name, size) {
  const bytes = new Uint8Array(block);
  const put = (at, text) => {
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  };
  put(0, name);
  put(100, '0000644');
  put(108, '0000000');
  put(116, '0000000');
  put(124, size.toString(8).padStart(11, '0'));
  put(136, '00000000000');
  put(148, '        ');
  put(156, '0');
  put(257, 'ustar\0' + '00');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return bytes;
}

const isZero = (bytes) => bytes.every((byte) => byte === 0);
const ascii = (bytes) => String.fromCharCode(...bytes);

/// Opens an archive: `{ files, problem, folders }`. What stands behind a problem is not there: two programs might read
/// it differently.
export async function openArchive(blob, work) {
  const files = new Map();
  const found = { files, problem: null, folders: [] };
  const ends = (problem) => ({ ...found, problem });
  let before = '';
  let at = 0;
  try {
    for (;;) {
      const bytes = await work.read(blob.slice(at, at + block));
      if (bytes.length !== block) return ends('the archive is cut off: it has no end');
      if (isZero(bytes)) {
        const rest = blob.size - at - block;
        const isEnd = rest === block && isZero(await work.read(blob.slice(at + block)));
        return isEnd ? found : ends('the archive does not end where it ends');
      }
      const field = bytes.subarray(0, 100);
      const zero = field.indexOf(0);
      const name = ascii(zero < 0 ? field : field.subarray(0, zero));
      const digits = ascii(bytes.subarray(124, 135));
      const size = /^[0-7]{11}$/.test(digits) ? parseInt(digits, 8) : null;
      if (!isName(name) || size === null || !header(name, size).every((byte, i) => byte === bytes[i])) {
        return ends(`the archive is not of its form at byte ${at}`);
      }
      if (name <= before) return ends(`${name} is twice in the archive, or out of order`);
      if (files.size === mostFiles) return ends(`there are more than ${mostFiles} files`);
      const start = at + block;
      const padding = (block - (size % block)) % block;
      if (start + size + padding > blob.size) return ends(`the archive ends within ${name}`);
      if (padding && !isZero(await work.read(blob.slice(start + size, start + size + padding)))) {
        return ends(`the archive is not of its form behind ${name}`);
      }
      files.set(name, blob.slice(start, start + size));
      before = name;
      at = start + size + padding;
      if (work.isLate) await work.pause();
    }
  } catch (error) {
    if (error instanceof Unreadable) return ends(error.message);
    throw error;
  }
}

/// Opens a folder, from pairs of a path in it and a file. What lies there and is no part of a pack, such as what a file
/// manager leaves, no manifest names.
///
/// A browser leaves links out, or gives what they lead to in their place, and says nothing of empty folders.
export function openFolder(list) {
  const files = new Map();
  const folders = new Set();
  let problem = null;
  for (const [path, file] of [...list].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const parts = path.split('/');
    if (parts.length === 1 || (parts.length === 2 && parts[0] === 'proofs')) files.set(path, file);
    else if (parts[0] === 'proofs') problem ??= `${parts.slice(0, 2).join('/')} is no file`;
    else folders.add(parts[0]);
  }
  if (files.size > mostFiles) problem ??= `there are more than ${mostFiles} files`;
  return { files, problem, folders: [...folders] };
}
