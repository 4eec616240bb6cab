// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Sign-offs: who reviewed what, and with what result.

import { button, counted, h, hash, icon, number, put, toast, trouble, value } from './dom.js';
import { may, post } from './api.js';
import { full, zone, zoneName } from './time.js';
import { dialog, facts, field, form, loading, page, section, select, table } from './layout.js';
import { accountNames, reader } from './people.js';

const results = [['clean', 'Nothing has to be followed up'], ['findings', 'Something has to be followed up']];

/// Asks what came of a review, and signs it off: a record with the query, the range, how many accesses it was, and the
/// signed size.
export function signOff({ q, since, until }) {
  return dialog('Sign off a review', (close) => {
    const size = h('div', {}, loading('Counting what it covers…'));
    const names = { q: q ? h('code', {}, value(q)) : 'every access', since: since === 'all' ? 'all of the log' : [since, until].filter(Boolean).join(' to ') };
    post('/api/v1/stats', { q, since: since === 'all' ? null : since, until, zone: zone() }).then((answer) => put(size, facts([
      ['Query', names.q], ['Time', answer.from ? `${full(answer.from)} to ${answer.to ? full(answer.to) : 'now'}` : 'all of the log'],
      ['Accesses', `${number(answer.accesses)}${answer.relation === 'exact' ? '' : ' at least'}`],
      answer.undecided ? ['Not judged', `${number(answer.undecided)}, as their values are sealed or erased`] : null,
      answer.still_open ? ['Not ended', `${number(answer.still_open)} will get another record`] : null,
    ])), (problem) => put(size, problem.code === 'purpose_missing' ? facts([['Query', names.q], ['Time', names.since]]) : trouble(problem)));
    return [
      h('p', { class: 'note' }, 'That you have looked at these accesses becomes a record, with your account, the query, their number and the signed size of the log.'),
      size,
      form([select('result', 'What came of it', results, 'clean'), field('note', 'Note', { maxlength: '256', autocomplete: 'off', hint: 'What was found, or the number of a case. Other words than a number are sealed in the record.' })],
        'Sign off', async ({ result, note }) => {
          const answer = await post('/api/v1/reviews', { q, since: since === 'all' ? null : since, until, zone: zone(), result, note });
          close();
          toast(`${counted(answer.accesses, 'access is', 'accesses are')} signed off, up to record ${number(answer.complete_to - 1)}.`);
        }, { sign: 'star', cancel: close }),
    ];
  });
}

/// Shows the page.
export async function show(main) {
  const place = h('div', {}, loading('Reading…'));
  const { end } = page(main, 'Reviews', 'Who vouched for having looked at what', section('r-all', 'Sign-offs', { kind: 'first' }, place));
  put(end, may('log.review') ? button('Sign off the last 24 hours', () => signOff({ q: '', since: '24h' }).addEventListener('close', load), { kind: 'primary', sign: 'star' }) : null);
  async function load() {
    try {
      const [answer, names] = await Promise.all([post('/api/v1/records', { q: 'action:review.signoff', unit: 'record', limit: 100 }), accountNames()]);
      if (answer.rows.length === 0) {
        put(place, h('div', { class: 'empty' }, h('h3', {}, 'Nothing was signed off yet'), h('p', {}, 'A sign-off says who looked at which accesses, by which query, and what came of it. Explore and Access have a button for it.')));
        return;
      }
      put(place, table('Sign-offs', [`Signed off, ${zoneName()}`, 'By', 'What', ['Accesses', 'r'], 'Result', 'Of the log', 'Note', ''], answer.rows.map(({ index, time, record = {}, groups }) => {
        const { review = {}, query = {} } = record;
        const size = /\.\.<(\d+)$/.exec(query.range ?? '')?.[1];
        const since = size ? `index:${size}..` : null;
        return [
          h('a', { href: `/console/explore?${new URLSearchParams({ q: `index:${index}`, since: 'all' })}` }, full(time)),
          reader(record.actor?.uid, names),
          [review.query && review.query !== '*' ? h('code', {}, value(review.query)) : review.query === '*' ? 'every access' : h('span', { class: 'gone' }, icon('lock'), 'a personal query'), review.from ? h('span', { class: 'dim' }, ` from ${full(review.from)}`) : null],
          query.rows === undefined ? '–' : number(query.rows),
          review.result === 'clean' ? 'nothing to follow up' : h('b', { class: 't-warn' }, review.result === 'findings' ? 'to follow up' : value(String(review.result))),
          size ? [`${number(size)} records, `, hash(review.root ?? '', 'w16')] : '–',
          query.purpose ? value(query.purpose) : groups?.payload ? h('span', { class: 'gone' }, icon('lock'), 'sealed') : h('span', { class: 'faint' }, 'none'),
          since && review.query ? h('a', { href: `/console/explore?${new URLSearchParams({ q: review.query === '*' ? since : `${review.query} ${since}`, since: 'all' })}` }, 'What came since') : null,
        ];
      }), { kind: 'flush signoffs' }));
    } catch (problem) {
      put(place, trouble(problem));
    }
  }
  await load();
}
