// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Times, in one zone everywhere: UTC until somebody wants their own.

import { h } from './dom.js';

const local = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
const kept = 'countersign.zone';
let isLocal = false;
try {
  isLocal = localStorage.getItem(kept) === 'local';
} catch {
  // A page from a file may keep nothing.
}

/// The name of the zone, as queries take it.
export const zone = () => (isLocal ? local : 'UTC');
export const zoneName = () => (isLocal ? local.replaceAll('_', ' ') : 'UTC');
export const isUTC = () => !isLocal;

export function setLocal(wanted) {
  isLocal = wanted;
  localStorage.setItem(kept, wanted ? 'local' : 'utc');
}

const formats = new Map();
function parts(date) {
  const name = zone();
  if (!formats.has(name)) {
    formats.set(name, new Intl.DateTimeFormat('en-GB', {
      timeZone: name, year: 'numeric', month: 'short', day: 'numeric', weekday: 'short', hour: '2-digit',
      minute: '2-digit', second: '2-digit', hourCycle: 'h23',
    }));
  }
  return Object.fromEntries(formats.get(name).formatToParts(date).map((part) => [part.type, part.value]));
}

/// `Fri 20 Nov 2026`
export function day(date) {
  const p = parts(date);
  return `${p.weekday} ${p.day} ${p.month} ${p.year}`;
}

/// `20 Nov`, for where the year is clear.
export function shortDay(date) {
  const p = parts(date);
  return `${p.day} ${p.month}`;
}

/// `14:32:07`, or without its seconds.
export function clock(date, seconds = true) {
  const p = parts(date);
  return seconds ? `${p.hour}:${p.minute}:${p.second}` : `${p.hour}:${p.minute}`;
}

/// Whether a text is a moment as records write it.
export const isInstant = (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text) && !Number.isNaN(Date.parse(text));

/// The fraction as it was written: `918345` of `…07.918345Z`.
export const fraction = (text) => /\.(\d+)/.exec(text)?.[1] ?? '';

/// The whole of a time with its zone, and in the other zone.
export function full(text) {
  const date = new Date(text);
  return `${day(date)}, ${clock(date)}.${fraction(text)} ${zoneName()}`;
}

/// A time element: the clock, milliseconds in grey, all of it in the title.
export function stamp(text, { withDay = false } = {}) {
  const date = new Date(text);
  const ms = fraction(text).slice(0, 3);
  return h('time', { datetime: text, title: `${full(text)}\n${text}` },
    withDay ? `${shortDay(date)} ` : null, clock(date), ms ? h('span', {}, `.${ms}`) : null);
}

/// `3 s`, `4 min`, `2 h`, `5 d`.
export function span(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
