// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What every page has around it: who looks, the state of the log, the keys.

import { button, counted, h, icon, number, put } from './dom.js';
import { get, logOut, whoami } from './api.js';
import { clock, day, isUTC, setLocal, span, zoneName } from './time.js';

/// The two verdicts of a check: word, tone, sentence, and what they rest on.
///
/// A log is called verified only where the check says so in every way that it can: its verdict, each of its findings, and its
/// sentence. A verdict of a later version that this page does not know is not decided.
export function verdicts({ check = {} }) {
  const { last } = check;
  if (!last) {
    const why = check.running
      ? `The first check since the start is under way: ${number(check.running.position)} of ${number(check.running.size)} records.`
      : 'This server checks its log soon after its start.';
    const none = { word: 'Checking', tone: 'idle', say: 'Nothing was checked yet.', why };
    return { integrity: none, completeness: none };
  }
  const concerns = new Set(last.findings.map((one) => one.concern));
  const changed = { integrity_failure: 'Something was changed.', rollback: 'This is not the log that was seen before.', disclosure_mismatch: 'Personal values are not those that were signed.' };
  const concern = { integrity: 'integrity_failure', rollback: 'rollback', disclosure: 'disclosure_mismatch' };
  const broken = changed[last.verdict] ?? changed[Object.entries(concern).find(([one]) => concerns.has(one))?.[1]];
  const isWhole = ['verified', 'completeness_failure', 'stale'].includes(last.verdict) && !concerns.has('undecided') && last.integrity.endsWith(', nothing was changed.');
  const isStale = last.verdict === 'stale' || check.age_seconds > 172_800;
  const integrity = broken ? { word: 'Broken', tone: 'bad', say: broken }
    : !isWhole ? { word: 'Not decided', tone: 'warn', say: 'Whether anything was changed is not decided.' }
    : isStale ? { word: 'Stale', tone: 'warn', say: 'Nothing had been changed when it was last checked.' }
    : { word: 'Verified', tone: 'good', say: 'Nothing was changed.' };
  const completeness = last.missing > 0 ? { word: `Gap of ${number(last.missing)}`, tone: 'bad', say: `${counted(last.missing, 'record is', 'records are')} missing.` }
    : concerns.has('completeness') || last.verdict === 'completeness_failure' ? { word: 'Gap', tone: 'bad', say: 'The numbers of the records do not add up.' }
    : last.completeness.endsWith(', none is missing.') ? { word: 'Complete', tone: 'good', say: 'Nothing is missing.' }
    : { word: 'Not decided', tone: 'warn', say: 'Whether anything is missing is not decided.' };
  integrity.why = `${last.integrity} ${check.unchecked ? `${counted(check.unchecked, 'record has', 'records have')} come since.` : ''}`;
  completeness.why = last.completeness;
  return { integrity, completeness };
}

const verdict = (name, sign, { word, tone }) => h('a', { class: `verdict ${tone}`, href: `/console/integrity#${name.toLowerCase()}` },
  icon(sign), h('span', {}, name), ' ', h('b', {}, word));

const listeners = [];
let newest = null;

/// Calls `act` with the status of the server, now and whenever it was asked for again.
export function onStatus(act) {
  listeners.push(act);
  if (newest) act(newest);
}

/// What stands in the strip while the server says nothing.
const silent = (problem) => put(document.getElementById('strip'),
  h('span', { class: 'verdict bad' }, icon('error'), h('b', {}, problem.detail ?? problem.message)));

let before = null;
async function look() {
  const status = await get('/status');
  newest = status;
  const { integrity, completeness } = verdicts(status);
  const now = Date.now();
  const rate = before ? (status.size - before.size) / ((now - before.at) / 1000) : null;
  before = { size: status.size, at: now };
  const facts = [
    ['Records', number(status.size), rate === null ? null : `${rate.toFixed(1)}/s`],
    ['Log', status.log === 'writing' ? 'writing' : status.log],
    status.catalog?.lag_records > 1000 ? ['Search behind by', number(status.catalog.lag_records)] : null,
    ['Checked', status.check?.age_seconds === undefined ? 'not yet' : `${span(status.check.age_seconds)} ago`],
    ['Witnesses', 'none'],
  ].filter(Boolean);
  document.getElementById('origin').textContent = status.origin;
  put(document.getElementById('strip'),
    verdict('Integrity', 'tree', integrity), verdict('Completeness', completeness.tone === 'bad' ? 'gap' : 'ring', completeness),
    h('dl', {}, facts.map(([name, fact, more]) => h('div', {}, h('dt', {}, name), h('dd', {}, h('a', { href: '/console/integrity' }, fact), more && [' ', h('span', {}, more)])))),
    h('time', { class: 'now', datetime: new Date().toISOString() }, `${day(new Date())} ${clock(new Date())} ${zoneName()}`));
  for (const act of listeners) act(status);
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem('countersign.theme', root.dataset.theme);
}

const keys = [
  ['/', 'to the query'], ['j k', 'next row, row before'], ['Enter', 'open'], ['Esc', 'one level back'],
  ['p', 'proof of the open record'], ['L', 'follow the log, or stop'], ['G', 'to the newest'], ['u', 'UTC or local time'], ['?', 'this list'],
];

function help() {
  const dialog = h('dialog', { 'aria-labelledby': 'keys' }, h('h2', { id: 'keys' }, 'Keys'),
    h('dl', { class: 'keys' }, keys.map(([key, what]) => h('div', {}, h('dd', {}, h('kbd', {}, key)), h('dt', {}, what)))),
    h('form', { method: 'dialog' }, h('button', { class: 'btn primary' }, 'Close')));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/// Calls `act` with each key that is pressed outside of fields.
export function onKey(act) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select, dialog')) return;
    act(event.key, event);
  });
}

export const switchZone = () => {
  setLocal(isUTC());
  location.reload();
};

/// Marks the page that is shown among all.
export function markPage() {
  for (const link of document.querySelectorAll('nav a')) {
    if (location.pathname.startsWith(link.getAttribute('href'))) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

const pageName = () => /^\/console\/([a-z]+)/.exec(location.pathname)?.[1];
let shown = pageName();

/// Goes to another page in place, with what it is asked for: that may name somebody, and stands in no address.
export async function leadTo(main, address, ...asked) {
  history.pushState(null, '', address);
  shown = pageName();
  markPage();
  const page = await import(`./${shown}.js`);
  await page.show(main, ...asked);
}

// Back to another page than the one that is shown: what it was asked for is not kept.
addEventListener('popstate', () => {
  if (pageName() !== shown) location.reload();
});

/// Puts up what every page has.
export async function begin() {
  markPage();
  put(document.getElementById('tools'),
    button(null, theme, { kind: 'ghost square', sign: 'sun', label: 'Light or dark' }),
    button(null, help, { kind: 'ghost square', sign: 'help', label: 'Keys (?)' }),
    button('Sign out', logOut, { kind: 'ghost out' }));
  onKey((key) => {
    if (key === '?') help();
    if (key === 'u') switchZone();
  });
  const me = await whoami();
  // What an account may not come to is not offered to it.
  for (const item of document.querySelectorAll('nav [data-right]')) item.hidden = !me.rights.includes(item.dataset.right);
  put(document.getElementById('who'), me.name, h('small', {}, me.roles.join(', ')));
  const again = async () => {
    if (!document.hidden) await look().catch(silent);
    setTimeout(again, 5000);
  };
  await look();
  setTimeout(again, 5000);
}
