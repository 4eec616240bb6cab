// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Somebody's rights about what the log knows of them: finding, erasing, which takes two persons, and holds.

import { button, counted, h, icon, number, put, toast, trouble, value } from './dom.js';
import { get, may, post, whoami } from './api.js';
import { full } from './time.js';
import { dialog, field, form, loading, page, section, select, table } from './layout.js';
import { accountNames, reader } from './people.js';

const bases = [['', 'no ground named'], ['no_longer_necessary', 'no longer necessary'], ['consent_withdrawn', 'consent was withdrawn'], ['objection', 'objection'], ['unlawful', 'unlawfully processed'], ['legal_obligation', 'a legal obligation'], ['child', 'a child’s data'], ['retention', 'retention is over']];
const grounds = [['not_identified', 'the person is not identified'], ['legal_claims', 'legal claims'], ['legal_obligation', 'a legal obligation'], ['freedom_of_expression', 'freedom of expression'], ['public_health', 'public health'], ['archiving', 'archiving']];
const wishes = { erase: 'Erase', expire: 'Let expire', release: 'End a hold' };
const states = { kept: 'kept', requested: 'erasure asked for', held: 'held', erased: 'erased' };

const scope = (one) => [...one.subjects.map((id) => h('code', {}, id)), ...one.months.map((month) => h('code', {}, month))].flatMap((part, i) => (i ? [', ', part] : [part]));

/// Where a request stands, as a list of steps.
function steps(one, names) {
  const line = (isDone, words, by) => h('li', {}, h('div', { class: 'step' }, h('div', { class: 'row' },
    h('i', { class: `i i-${isDone ? 'allow' : 'dot'} st ${isDone ? 'good' : 'idle'}`, role: 'img', 'aria-label': isDone ? 'done' : 'waits' }), h('span', { class: 'nm' }, words), h('span', { class: 'out' }, by ?? ''), h('span', {}), h('span', {}))));
  const others = one.approvers.filter((id) => id !== one.requester);
  return h('ol', { class: 'steps' },
    line(true, 'Asked for', [reader(one.requester, names), ` on ${full(one.time)}`]),
    line(others.length > 0, 'A second person is for it', others.map((id, i) => [i ? ', ' : '', reader(id, names)])),
    line(false, one.wants === 'release' ? 'The hold ends' : 'Keys are destroyed, for good', ''));
}

/// Shows the page.
export async function show(main) {
  const open = h('div', {}, loading('Reading…'));
  const holds = h('div', {});
  const found = h('div', { role: 'status' });
  const { id: me } = await whoami();
  // Those who may not list accounts know at least themselves.
  const names = new Map([...await accountNames(), [me, 'you']]);
  const act = async (path, body, words) => {
    try {
      const answer = await post(path, body);
      toast(answer.obstacle ?? words);
    } catch (problem) {
      toast([problem.detail, problem.remedy].filter(Boolean).join(' '));
    }
    await load();
  };
  const ask = (subjects, records) => dialog('Ask for an erasure', (close) => form([
    h('p', { class: 'note' }, 'The keys of ', h('code', {}, subjects), ` are destroyed once a second person is for it: what ${counted(records, 'record')} said of this person can then be read by nobody, and every proof still holds. `, h('b', {}, 'That cannot be taken back.')),
    field('reference', 'Number of the case', { required: true, maxlength: '64', autocomplete: 'off', placeholder: 'DSR-2026-117', hint: 'No name: the record of this request stays for good.' }), select('basis', 'On what ground', bases, 'objection'),
  ], 'Ask for it', async ({ reference, basis }) => {
    const made = await post('/api/v1/privacy/requests', { wants: 'erase', subjects, reference, basis });
    close();
    toast(made.same.length ? 'It is asked for; another request is open for just that.' : `It is asked for: ${counted(made.values ?? 0, 'value')} in ${counted(made.records ?? 0, 'record')}.`);
    await load();
  }, { sign: 'erase', cancel: close }));
  const hold = () => dialog('Forbid that keys are destroyed', (close) => form([
    field('subjects', 'Whose', { autocomplete: 'off', placeholder: 'sub_7q4m2xk9h0v3t8wz', hint: 'Ids of people, joined by commas; or leave it and name months.' }), field('months', 'Months', { autocomplete: 'off', placeholder: '2026-03' }),
    field('reference', 'Number of the case', { required: true, maxlength: '64', autocomplete: 'off', placeholder: 'LIT-7' }),
  ], 'Place the hold', async ({ subjects, months, reference }) => {
    await post('/api/v1/privacy/holds', { subjects, months, reference, everything: subjects || months ? null : 'yes' });
    close();
    toast('Nothing of it is destroyed until the hold ends.');
    await load();
  }, { sign: 'lock', cancel: close }));
  const search = form([field('name', 'Name, e-mail address or id', { required: true, maxlength: '256', autocomplete: 'off' }), field('purpose', 'Purpose', { required: true, maxlength: '256', autocomplete: 'off', placeholder: 'DSR-2026-117', hint: 'Names are opened to find this one. The search is a record, sealed under the person’s own key.' })],
    'Find', async ({ name, purpose }) => {
      const answer = await post('/api/v1/privacy/find', { name, purpose });
      put(found, answer.rows.length === 0 ? h('p', { class: 'dim' }, 'The log knows nobody of this name, or knows them no more.')
        : table('Found', ['Id', ['Records', 'r'], 'State', ''], answer.rows.map((row) => [h('code', {}, row.subject), number(row.records), states[row.state] ?? row.state,
          row.state !== 'erased' && may('privacy.request') ? button('Erase', () => ask(row.subject, row.records), { sign: 'erase' }) : null]), { kind: 'flush people' }));
    }, { sign: 'search' });
  page(main, 'Privacy', 'What the log knows of somebody, and its end',
    h('div', { class: 'cols' }, section('p-open', 'Open requests', { kind: 'first' }, open), section('p-find', 'Find a person', { kind: 'first' }, search, found)),
    section('p-hold', 'Holds', { about: 'Nothing under a hold is destroyed.', end: may('privacy.request') ? button('Place a hold', hold, { sign: 'lock' }) : null }, holds));
  async function load() {
    try {
      const answer = await get('/api/v1/privacy');
      put(open, answer.requests.length === 0 ? h('p', { class: 'dim' }, 'Nothing is asked for.') : answer.requests.map((one) => h('article', { class: 'job' },
        h('div', { class: 'job-head' }, h('h3', {}, wishes[one.wants] ?? one.wants, ' ', scope(one)), h('span', { class: 'end dim' }, one.reference ?? '')),
        one.basis ? h('p', { class: 'dim' }, bases.find(([key]) => key === one.basis)?.[1] ?? one.basis) : null,
        steps(one, names),
        h('p', { class: 'btns2' },
          may('privacy.approve') && !one.approvers.includes(me) ? button('Approve', () => act(`/api/v1/privacy/requests/${one.uid}/approve`, {}, 'You are for it, too.'), { kind: 'primary', sign: 'allow' }) : null,
          may('privacy.request') && one.approvers.length > 1 ? button(one.wants === 'release' ? 'End the hold' : 'Destroy the keys', () => dialog('Destroy the keys', (close) => form([h('p', { class: 'note' }, 'What they sealed can then be read by nobody. ', h('b', {}, 'That cannot be taken back.'))], 'Destroy them', async () => { await act(`/api/v1/privacy/requests/${one.uid}/execute`, {}, 'The keys were destroyed.'); close(); }, { sign: 'erase', cancel: close })), { sign: 'erase' }) : null,
          may('privacy.approve') ? button('Turn down', () => dialog('Turn the request down', (close) => form([select('ground', 'On what ground', grounds, 'not_identified')], 'Turn it down', async ({ ground }) => { await act(`/api/v1/privacy/requests/${one.uid}/refuse`, { ground }, 'It was turned down.'); close(); }, { cancel: close })), { kind: 'ghost' }) : null))));
      put(holds, answer.holds.length === 0 ? h('p', { class: 'dim' }, 'Nothing is held.') : table('Holds', ['What', 'Case', ''], answer.holds.map((one) => [
        one.everything ? 'everything' : scope(one), value(one.reference ?? '–'),
        may('privacy.request') ? button('Ask for its end', () => act('/api/v1/privacy/requests', { wants: 'release', hold: one.uid, reference: one.reference }, 'The end of the hold is asked for; a second person has to be for it.'), { kind: 'ghost' }) : null,
      ])));
    } catch (problem) {
      put(open, trouble(problem));
    }
  }
  await load();
}
