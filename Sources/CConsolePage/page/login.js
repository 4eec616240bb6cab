// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Says, before a password is typed, whether the log's key is the one that this browser knows.

import { h } from './dom.js';
import { known } from './known.js';
import { day } from './time.js';

for (const place of document.querySelectorAll('[data-key]')) {
  const key = place.dataset.key;
  const before = known(key.split('+')[0]);
  if (!before?.key) {
    place.append(h('span', { class: 'hint' }, ' This browser has seen no key of this log yet.'));
  } else if (before.key === key) {
    place.append(h('span', { class: 't-good' }, ` The key that this browser has known since ${day(new Date(before.since))}.`));
  } else {
    document.querySelector('main').prepend(h('p', { class: 'banner', role: 'alert' },
      `This is not the key that this browser knows. It has known another one since ${day(new Date(before.since))}: `
      + 'ask whoever runs the log whether it was changed, before you type a password.'));
  }
}
