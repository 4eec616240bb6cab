// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// The page that verifies what is dropped on it: an evidence pack, or the proof of a record. It asks nobody for anything,
// and keeps nothing.

import { button, bytes, counted, h, icon, put, s, trouble, value } from './dom.js';
import { fingerprint, parseCheckpoint, signers } from './notes.js';
import { nobody, parseTrust } from './trust.js';
import { exactText, parseBytes, textAt } from './strict.js';
import { groups } from './manifest.js';
import { fromDrop, fromField, sorted } from './dropped.js';
import { judge } from './pack.js';
import { parseProof, prove } from './proof.js';
import { showPack, showProof } from './result.js';

const place = (id) => document.getElementById(id);
const [zone, keyField, keysShown, given, result, live] = ['zone', 'vkey', 'keys', 'given', 'result', 'live'].map(place);

/// What lies here: a pack or a proof, whom the reader trusts, and what they remember.
const state = { source: null, leaf: null, trust: nobody, trustFault: null, remembered: null, leftOut: [], running: null };

// MARK: Keys

/// The bytes of a fingerprint as bars: two that differ look different.
function strip(hexText) {
  const bars = hexText.replaceAll(' ', '').match(/../g).map((byte, at) => `M${1 + 3 * at} 12v-${1 + Math.round((parseInt(byte, 16) / 255) * 10)}`);
  return s('svg', { class: 'bytes', viewBox: '0 0 96 12', 'aria-hidden': 'true' }, s('path', { d: bars.join('') }));
}

function showKeys() {
  const { trust, trustFault } = state;
  keyField.toggleAttribute('aria-invalid', trustFault !== null);
  const keys = [...trust.logs.map((key) => ['Reads as', key]), ...trust.witnesses.map((key) => ['Witness', key])];
  put(keysShown, trustFault ? h('p', { class: 'err', role: 'alert' }, icon('error'), h('span', {}, value(trustFault), '. No key is used.')) : null,
    keys.map(([what, key]) => h('p', { class: 'fp' }, h('span', { class: 'dim' }, what), ' ', h('code', {}, value(key.name)), ', key ', h('code', {}, key.id), strip(key.fingerprint),
      h('br', {}), h('span', { class: 'dim' }, 'SHA-256 '), h('code', {}, key.fingerprint))));
}

/// Takes the keys that stand in the field; a wrong line of it trusts nobody.
async function takeKeys() {
  const text = keyField.value;
  let [trust, fault] = [nobody, null];
  try {
    if (text.trim()) trust = await parseTrust(text);
    for (const key of [...trust.logs, ...trust.witnesses]) key.fingerprint = await fingerprint(key);
  } catch (error) {
    [trust, fault] = [nobody, error.message];
  }
  // While it was read, more was typed.
  if (text !== keyField.value) return;
  Object.assign(state, { trust, trustFault: fault });
  showKeys();
  await run();
}

/// Adds keys to those in the field.
function addKeys(text) {
  const before = keyField.value.trim();
  const isPolicy = (one) => /^\s*quorum\s/m.test(one);
  if (before === '' || isPolicy(text)) keyField.value = text.trim();
  else keyField.value = `${before}\n${isPolicy(before) ? text.trim().split('\n').map((line) => `log ${line}`).join('\n') : text.trim()}`;
  return takeKeys();
}

// MARK: What was dropped

function showGiven() {
  const { remembered, leaf } = state;
  const chip = (words, forget) => h('li', {}, h('span', {}, words), button(null, forget, { kind: 'ghost square', sign: 'x', label: 'Take it away' }));
  put(given,
    remembered ? chip(['You remember a checkpoint of ', value(remembered.origin), ` at ${counted(remembered.size, 'record')}.`, remembered.isSigned === false ? h('span', { class: 't-warn' }, ' No key that you gave signed it.') : null], () => {
      state.remembered = null;
      showGiven();
      return run();
    }) : null,
    leaf ? chip(['The record’s bytes are from ', value(leaf.name), '.'], () => {
      state.leaf = null;
      showGiven();
      return run();
    }) : null,
    state.leftOut.map((name) => h('li', {}, h('span', {}, value(name), ' was left out: one pack or proof is judged at a time, with keys and a checkpoint.'))));
  given.hidden = given.children.length === 0;
}

async function take(list) {
  if (list.length === 0) return;
  let found;
  try {
    found = await sorted(await list);
  } catch (problem) {
    fail({ detail: 'This could not be read.', remedy: String(problem.message), code: problem.name });
    return;
  }
  if (found.pack) {
    const { pack } = found;
    state.source = { kind: 'pack', ...pack, size: pack.blob ? pack.blob.size : pack.list.reduce((sum, [, file]) => sum + file.size, 0) };
    state.leaf = null;
  } else if (found.proof) {
    state.source = { kind: 'proof', ...found.proof };
    state.leaf = null;
  }
  if (found.leaf && state.source?.kind === 'proof') state.leaf = found.leaf;
  else if (found.leaf) found.unknown.push(found.leaf.name);
  if (found.checkpoint) state.remembered = found.checkpoint.checkpoint;
  const isJudged = found.pack || found.proof || found.keys.length || found.checkpoint || (found.leaf && state.leaf === found.leaf);
  state.leftOut = isJudged ? found.unknown.slice(0, 5) : [];
  showGiven();
  if (found.unknown.length && !isJudged) {
    fail({ detail: `${found.unknown.join(', ')}: this is no pack, proof, key or checkpoint.`, remedy: 'A record’s own bytes belong beside its .tlog-proof.' });
    return;
  }
  if (found.keys.length) await addKeys(found.keys.map((one) => one.text.trim()).join('\n'));
  else await run();
}

function fail(problem) {
  state.running?.abort();
  result.hidden = false;
  result.className = 'result';
  delete result.dataset.verdict;
  delete result.dataset.code;
  put(result, trouble(problem));
}

// MARK: Judging

/// How far it is, until it is done.
function progress(stop) {
  const bar = h('progress', { max: '1', 'aria-label': 'Judging the pack' });
  const words = h('span', {}, 'Reading the manifest.');
  put(result, h('div', { class: 'running' }, h('p', {}, words), bar, button('Stop', stop, { sign: 'x' })));
  let last = 0;
  return ({ work, steps }) => {
    if (performance.now() - last < 100) return;
    last = performance.now();
    bar.value = work.total ? work.done / work.total : 0;
    const now = steps.find((one) => one.state === 'running');
    words.textContent = `${now ? now.title : 'Reading'}: ${bytes(Math.min(work.done, work.total))} of ${bytes(work.total)}`;
  };
}

/// Judges what lies here by what is known now. Anything unforeseen is said, and is no verdict.
async function run() {
  const { source } = state;
  state.running?.abort();
  if (!source) return;
  const running = new AbortController();
  state.running = running;
  result.hidden = false;
  result.className = 'result';
  delete result.dataset.verdict;
  delete result.dataset.code;
  result.setAttribute('aria-busy', 'true');
  const began = performance.now();
  try {
    const known = { ...state.trust, remembered: state.remembered };
    if (known.remembered && known.logs.length) {
      known.remembered.isSigned = (await signers(known.logs, known.remembered)).good.length > 0;
      showGiven();
    }
    const isPack = source.kind === 'pack';
    const outcome = isPack
      ? await judge(source, known, { tell: progress(() => { running.abort(); state.source = null; }), signal: running.signal })
      : await proveFile(source, known);
    if (state.running !== running) return;
    const more = { source, given: known, ms: performance.now() - began, trust: addKeys };
    if (isPack) showPack(result, outcome, more);
    else showProof(result, outcome, { ...more, row: outcome.row });
    const title = result.querySelector('h2');
    document.documentElement.dataset.judged = String(Number(document.documentElement.dataset.judged ?? 0) + 1);
    live.textContent = `${title.textContent} Exit code ${result.dataset.code}.`;
    if (document.activeElement !== keyField) title.focus({ preventScroll: true });
  } catch (problem) {
    if (problem.name === 'AbortError') {
      if (state.running === running && !state.source) put(result, h('p', { class: 'note' }, 'Stopped. Nothing was judged.'));
      return;
    }
    console.error(problem);
    fail({ detail: 'This page could not do its work, and has judged nothing.', remedy: 'Judge it with countersign-verify.', code: String(problem.message) });
  } finally {
    if (state.running === running) result.removeAttribute('aria-busy');
  }
}

/// Proves the record of a proof, by the key of its log that has signed it.
async function proveFile(source, known) {
  let [proof, checkpoint, parsed] = ['', null, null];
  try {
    proof = exactText(source.bytes);
    parsed = parseProof(proof);
    checkpoint = parseCheckpoint(parsed.note);
  } catch {
    // The first step of the proof says what is wrong with it.
  }
  let [key, quorum] = [null, undefined];
  if (checkpoint) {
    const { good, bad } = await signers(known.logs, checkpoint);
    key = [...bad, ...good.filter((one) => one.name === checkpoint.origin)][0] ?? null;
    const signed = await signers(known.witnesses, checkpoint);
    const enough = signed.bad.length === 0 && known.isQuorum(new Set(signed.good.map((one) => one.text)));
    quorum = signed.good.length + (enough ? 0 : 1);
  }
  const leaf = state.leaf?.bytes ?? parsed?.leaf ?? null;
  const outcome = await prove({ leaf, proof, key, witnesses: known.witnesses, quorum, remembered: known.remembered && { note: known.remembered.note } });
  return { ...outcome, row: leaf && parsed ? rowOf(parsed.index, leaf) : null };
}

function rowOf(index, leaf) {
  const row = { index, text: null, size: leaf.length, record: null, values: new Map() };
  try {
    row.text = exactText(leaf);
    row.record = parseBytes(leaf, 6);
    // A proof brings no values along.
    for (const group of groups) if (textAt(row.record, 'commit', group) !== undefined) row.values.set(group, { state: 'withheld' });
  } catch {
    // It is shown as far as it can be.
  }
  return row;
}

// MARK: The page

const fields = { choose: place('file'), folder: place('files') };
for (const [name, field] of Object.entries(fields)) {
  place(name).addEventListener('click', () => field.click());
  field.addEventListener('change', () => {
    const list = fromField(field);
    field.value = '';
    take(list);
  });
}
// Whatever is dropped anywhere is meant for the page: a browser would leave it and open the file.
let depth = 0;
document.addEventListener('dragenter', () => zone.classList.toggle('over', ++depth > 0));
document.addEventListener('dragleave', () => zone.classList.toggle('over', --depth > 0));
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', async (event) => {
  event.preventDefault();
  depth = 0;
  zone.classList.remove('over');
  const list = fromDrop(event.dataTransfer);
  try {
    await take(await list);
  } catch (problem) {
    fail({ detail: 'What was dropped could not be read.', remedy: 'Choose it with the buttons.', code: problem.name });
  }
});
let typing = 0;
keyField.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(takeKeys, 200);
});
if (keyField.value.trim()) takeKeys();
document.documentElement.dataset.ready = 'true';
