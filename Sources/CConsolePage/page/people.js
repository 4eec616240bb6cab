// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What people are called: accounts by their ids, as the accounts file has them.

import { h, value } from './dom.js';
import { get, may } from './api.js';

let accounts = null;

/// Names of accounts by id; none for those who may not list them.
export async function accountNames() {
  if (!may('account.read')) return new Map();
  accounts ??= get('/accounts').then((answer) => new Map(answer.map((one) => [one.id, one.name])), () => new Map());
  return accounts;
}

/// Who did something at the admin address or on the host: by name where that is known.
export function reader(id, names) {
  if (!id || id === 'anonymous') return 'nobody who is known';
  if (id === 'system') return [h('span', {}, 'this server'), h('span', { class: 'faint' }, ' system')];
  if (id.startsWith('uid:')) return [h('span', {}, id === 'uid:0' ? 'root' : `user ${id.slice(4)}`), h('span', { class: 'faint' }, ' on the host')];
  const name = names.get(id);
  return name ? [value(name), h('span', { class: 'vh' }, ` ${id}`)] : h('code', {}, value(id));
}
