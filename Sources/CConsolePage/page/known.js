// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What this browser knows of a log: the key that it saw first, and the newest checkpoint that it proved something by.
// Nothing of a record is kept.

const place = (origin) => `countersign.log.${origin}`;

/// `{ key, since, checkpoint: { note, at } }`, or null.
export function known(origin) {
  try {
    return JSON.parse(localStorage.getItem(place(origin)));
  } catch {
    return null;
  }
}

/// Knows a key from now on.
export function pin(origin, key) {
  localStorage.setItem(place(origin), JSON.stringify({ ...known(origin), key, since: new Date().toISOString() }));
}

/// Remembers a checkpoint that was proven.
export function remember(origin, note) {
  const before = known(origin);
  if (before) {
    localStorage.setItem(place(origin), JSON.stringify({ ...before, checkpoint: { note, at: new Date().toISOString() } }));
  }
}

/// No longer knows anything of a log.
export const forget = (origin) => localStorage.removeItem(place(origin));
