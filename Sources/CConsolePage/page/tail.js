// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Follows the log: server-sent events of /api/v1/tail, asked for by POST, as a query may name somebody.

import { Problem, whoami } from './api.js';

/// The events of a stream, as the HTML standard reads them: `{ type, id, data }`.
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let event = { type: 'message', data: [] };
  let id = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const lines = rest.split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line === '') {
        if (event.data.length || event.type !== 'message') yield { type: event.type, id, data: event.data.join('\n') };
        else if (event.isNamed) yield { type: 'comment', id, data: '' };
        event = { type: 'message', data: [] };
      } else {
        const colon = line.indexOf(':');
        const name = colon < 0 ? line : line.slice(0, colon);
        const text = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
        if (name === 'data') event.data.push(text);
        if (name === 'event') event.type = text;
        if (name === 'id') [id, event.isNamed] = [text, true];
      }
    }
  }
}

/// Follows a query from behind an index on; comes again where it was whenever the stream ends.
///
/// - tell: is given `{ row }` for a record, `{ skipped }` for what was left out, `{ state }` for how it stands: 'live',
///   'waiting' with a `why`, 'over'.
/// Answers a function that ends it.
export function follow(query, after, tell) {
  const ending = new AbortController();
  let last = after;
  let pause = 1000;
  async function once() {
    const { csrf } = await whoami();
    const response = await fetch('/api/v1/tail', {
      method: 'POST', signal: ending.signal, credentials: 'same-origin', cache: 'no-store',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf, 'Last-Event-ID': String(last) },
      body: JSON.stringify(Object.fromEntries(Object.entries(query).filter(([, one]) => one))),
    });
    if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
    let values = null;
    for await (const event of events(response.body)) {
      if (event.id) last = event.id;
      switch (event.type) {
        case 'begin':
          pause = 1000;
          tell({ state: 'live' });
          break;
        case 'values': values = JSON.parse(event.data); break;
        case 'message': {
          // The index is taken from the event's id: numbers of JSON end at 2^53.
          const record = JSON.parse(event.data);
          tell({ row: { index: Number(event.id), uid: record.uid, time: record.time, open: record.stage === 'started', record, ...values } });
          values = null;
          break;
        }
        case 'skipped': tell({ skipped: JSON.parse(event.data) }); break;
        case 'bye': {
          const bye = JSON.parse(event.data);
          if (bye.reason !== 'stopping' && bye.reason !== 'log_unreadable') {
            tell({ state: 'over', why: bye.reason });
            ending.abort();
          }
          return;
        }
        default:
      }
    }
  }
  (async () => {
    while (!ending.signal.aborted) {
      try {
        await once();
      } catch (problem) {
        if (ending.signal.aborted) return;
        if (problem instanceof Problem && problem.status >= 400 && problem.status < 500 && problem.status !== 429) {
          tell({ state: 'over', why: problem.detail ?? problem.message });
          return;
        }
      }
      if (ending.signal.aborted) return;
      tell({ state: 'waiting', why: `The tail goes on after record ${Number(last).toLocaleString('en-US')}; nothing is skipped.` });
      await new Promise((go) => setTimeout(go, pause));
      pause = Math.min(pause * 2, 15_000);
    }
  })();
  return () => ending.abort();
}
