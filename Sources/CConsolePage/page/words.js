// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What records say, in words: the page's own texts, in one place for other languages.

import { h, icon, value } from './dom.js';

/// The actor of a record: never empty.
export function actor(record, values, groups) {
  const who = record.actor ?? {};
  const name = values?.['actor.name'] ?? values?.['actor.email'] ?? values?.['actor.subject'];
  if (name) return value(name);
  if (groups?.who && typeof groups.who === 'object') {
    return h('span', { class: 'gone' }, icon('erase'), `erased (record ${groups.who.erased.toLocaleString('en-US')})`);
  }
  switch (who.type) {
    case 'anonymous': return 'anonymous';
    case 'system': return 'system';
    default:
  }
  if (!who.uid) return 'anonymous';
  return groups?.who === 'withheld'
    ? h('span', { class: 'gone', title: `${who.type ?? 'actor'} ${who.uid}; the name is sealed` }, icon('lock'), h('code', {}, who.uid))
    : h('code', {}, who.uid);
}

/// What an actor is, where it is no person.
export const actorKind = (record) => ({ agent: 'agent', service: 'service', user: '', system: '', anonymous: '' })[record.actor?.type] ?? '';

/// What was asked for: method and route, or the action.
export function request(record, values) {
  const path = values?.['http.path'];
  const http = record.http ?? {};
  if (http.method || http.route || path) {
    return [h('small', {}, http.method ?? '–'), path ? value(path) : route(http.route)];
  }
  return record.event?.action ?? '–';
}

/// A route with its parameters set apart.
export const route = (text) => (text ?? '–').split(/(\{[^}]*\})/).map((part) => (part.startsWith('{') ? h('var', {}, part) : part));

const deeds = {
  GET: ['read', 'read'], HEAD: ['looked at', 'look at'], POST: ['sent to', 'send to'], PUT: ['wrote', 'write'],
  PATCH: ['changed', 'change'], DELETE: ['deleted', 'delete'], OPTIONS: ['asked about', 'ask about'],
};
const ends = { allow: 'allowed', deny: 'denied', limit: 'limited', challenge: 'asked for credentials', error: 'not decided, as something failed' };

/// One sentence on a record.
export function sentence(record, values, groups) {
  const http = record.http ?? {};
  const effect = record.decision?.effect;
  const what = values?.['http.path'];
  const parts = [h('b', {}, actor(record, values, groups)), ' '];
  if (http.method) {
    const [did, meant] = deeds[http.method] ?? [`did ${http.method} on`, `do ${http.method} on`];
    parts.push(effect && effect !== 'allow' ? `wanted to ${meant}` : did, ' ',
      h('b', {}, what ? value(what) : http.route ? route(http.route) : 'a path that is sealed'));
  } else {
    parts.push('did ', h('b', {}, record.event?.action ?? 'something'));
  }
  if (record.dst?.service) parts.push(' through ', h('b', {}, record.dst.service));
  if (effect) {
    parts.push(`, ${ends[effect] ?? effect}`);
    if (record.decision.rule) parts.push(' by rule ', h('b', {}, record.decision.rule));
  }
  parts.push('.');
  return parts;
}
