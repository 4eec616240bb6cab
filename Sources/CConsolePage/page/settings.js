// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// What the proxy runs on: to be read, never to be changed here.

import { button, h, icon, put, save, trouble, value } from './dom.js';
import { get, may, post } from './api.js';
import { full } from './time.js';
import { loading, page, section, table } from './layout.js';

/// The text with its comments and masked values set apart.
const shown = (yaml) => yaml.split('\n').map((line) => {
  const masked = /^(.*?: |\s*- )((?:env|file):\S+)(.*)$/.exec(line);
  if (masked) return [masked[1], h('span', { class: 'masked', title: 'The value is not shown.' }, icon('lock'), masked[2]), masked[3], '\n'];
  return [value(line), '\n'];
});

/// Shows the page.
export async function show(main) {
  const place = h('div', {}, loading('Reading…'));
  const changes = h('div', {}, loading('Reading…'));
  page(main, 'Settings', 'The configuration in force; nothing is changed here',
    may('log.read') ? section('s-log', 'Changes', { kind: 'first', about: 'Each is a record before it is in force.' }, changes) : null,
    section('s-now', 'In force', { kind: may('log.read') ? '' : 'first' }, place));
  try {
    const now = await get('/api/v1/settings');
    put(place, h('p', { class: 'note' }, 'Read from ', h('code', {}, value(now.file)), ', digest ', h('code', {}, now.hash), '. Defaults are spelled out; what comes from the environment or from a file is named, not shown. To change it, edit the file and run ', h('code', {}, 'countersign reload'), '.'),
      h('p', { class: 'btns2 sp' }, button('Save as a file', () => save('countersign-effective.yaml', now.yaml, 'application/yaml'), { sign: 'download' })),
      h('pre', { class: 'config', tabindex: '0', 'aria-label': 'The configuration in force' }, shown(now.yaml.trimEnd())));
  } catch (problem) {
    put(place, trouble(problem));
  }
  if (!may('log.read')) return;
  try {
    const answer = await post('/api/v1/records', { q: 'action:config.loaded OR action:config.rejected', unit: 'record', limit: 25 });
    const files = (record) => (record.change?.files ?? []).map((one) => one.path).filter(Boolean);
    put(changes, table('Changes', ['When', 'Record', 'What', 'Outcome', 'Configuration', 'Files'], answer.rows.map(({ index, time, record = {} }) => [
      full(time), h('a', { href: `/console/explore?${new URLSearchParams({ q: `index:${index}`, since: 'all' })}` }, index.toLocaleString('en-US')),
      record.change?.object === 'credentials' ? 'key files' : 'configuration',
      record.event?.outcome === 'success' ? 'in force' : h('b', { class: 't-bad' }, ['refused', record.event?.detail ? `: ${record.event.detail}` : '']),
      h('code', {}, (record.change?.after_config ?? '–').slice(0, 19)), h('span', { class: 'dim' }, files(record).length ? value(files(record).join(', ')) : '–'),
    ])));
  } catch (problem) {
    put(changes, trouble(problem));
  }
}
