// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What somebody dropped or chose: packs, proofs, keys, checkpoints; told apart by what is in them, not by their names.

import { mostFiles } from './archive.js';
import { exactText } from './strict.js';
import { parseCheckpoint } from './notes.js';

const mostText = 4 << 20;

/// The files below an entry of a drop, with their paths; stops where no pack has more.
async function below(entry, path, found) {
  if (found.length > mostFiles) return;
  if (entry.isFile) {
    found.push([path, await new Promise((resolve, reject) => { entry.file(resolve, reject); })]);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (some.length === 0) return;
    for (const one of some) await below(one, `${path}/${one.name}`, found);
  }
}

/// The files of a drop, as pairs of a path and a file. Has to be called at once: what was dropped is gone after it.
export function fromDrop(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return Promise.resolve([...transfer.files].map((file) => [file.name, file]));
  return (async () => {
    const found = [];
    for (const entry of entries) await below(entry, entry.name, found);
    return found;
  })();
}

/// The files of a field, as pairs of a path and a file.
export const fromField = (field) => [...field.files].map((file) => [file.webkitRelativePath || file.name, file]);

/// What a single file is: `{ kind, file, name }` with `text` where it was read.
async function kindOf(name, file) {
  const head = new Uint8Array(await file.slice(0, 512).arrayBuffer());
  const start = String.fromCharCode(...head.subarray(0, 24));
  const magic = String.fromCharCode(...head.subarray(257, 262));
  const one = { name, file };
  if (/\.tar$/i.test(name) || magic === 'ustar') return { ...one, kind: 'pack' };
  if (file.size > mostText) return { ...one, kind: 'unknown' };
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (start.startsWith('c2sp.org/tlog-proof') || /\.tlog-proof$/i.test(name)) return { ...one, kind: 'proof', bytes };
  let text;
  try {
    text = exactText(bytes);
  } catch {
    return { ...one, kind: 'leaf', bytes };
  }
  try {
    return { ...one, kind: 'checkpoint', checkpoint: parseCheckpoint(text) };
  } catch {
    // It is something else.
  }
  if (/^\s*(?:(?:log|witness)\s|[^\s+{"]+\+[0-9a-f]{8}\+)/m.test(text)) return { ...one, kind: 'keys', text };
  return { ...one, kind: 'leaf', bytes };
}

/// Tells what a list of paths and files is: `{ pack, proof, leaf, keys, checkpoint }`, as far as there are any, and the
/// names of what is left out as `unknown`: what is nothing of these, and all packs but one.
export async function sorted(list) {
  const found = { keys: [], unknown: [] };
  const folders = new Map();
  const single = [];
  for (const [path, file] of list) {
    const at = path.indexOf('/');
    if (at < 0) single.push([path, file]);
    else folders.set(path.slice(0, at), [...(folders.get(path.slice(0, at)) ?? []), [path.slice(at + 1), file]]);
  }
  // The content of a pack's folder, without the folder.
  if (single.some(([path]) => path === 'manifest.json')) {
    found.pack = { name: 'the files', list };
    return found;
  }
  const takePack = (pack) => {
    if (found.pack) found.unknown.push(found.pack.name);
    found.pack = pack;
  };
  for (const [name, files] of folders) takePack({ name, list: files });
  for (const [name, file] of single) {
    const one = await kindOf(name, file);
    if (one.kind === 'pack') takePack({ name, blob: file });
    else if (one.kind === 'keys') found.keys.push(one);
    else if (one.kind === 'unknown') found.unknown.push(name);
    else found[one.kind] = one;
  }
  return found;
}
