// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// The steps of a proof as they are shown, and its path as a drawing; for the console and for verify.html.

import { h, hash, s, value } from './dom.js';

const marks = { waiting: ['dot', 'idle'], running: ['half', 'idle'], computed: ['ring', 'idle'], passed: ['allow', 'good'], failed: ['x', 'bad'], unchecked: ['minus', 'idle'] };
const said = { waiting: 'waits', running: 'runs', computed: 'computed', passed: 'holds', failed: 'does not hold', unchecked: 'not checked' };

/// A step of a proof, or of the judging of a pack, as a line that opens.
export function shown(step) {
  const [sign, tone] = marks[step.state];
  const line = [
    h('i', { class: `i i-${sign} st ${tone}`, role: 'img', 'aria-label': said[step.state] }), h('span', { class: 'nm' }, step.title),
    h('span', { class: 'out' }, step.output === null ? '' : /^[A-Za-z0-9+/]{43}=$/.test(step.output) ? hash(step.output) : value(step.output)),
    h('span', { class: 'ti' }, step.ms === null || step.state === 'unchecked' ? '' : `${step.ms.toFixed(1)} ms`),
  ];
  return h('li', {}, h('details', { class: `step ${step.state === 'failed' ? 'bad' : ''}`, open: step.state === 'failed' },
    h('summary', {}, line, h('i', { class: 'i i-right chev', 'aria-hidden': 'true' })),
    h('div', { class: 'body' }, step.why && h('p', { class: step.state === 'failed' ? 'err' : 'note' }, value(step.why)),
      h('dl', { class: 'io' },
        step.input.flatMap(([name, one]) => [h('dt', {}, name), h('dd', {}, /\n/.test(one) || one.length > 120 ? h('pre', {}, value(one)) : h('code', {}, value(one)))]),
        step.siblings ? [h('dt', {}, 'siblings'), h('dd', {}, h('ol', { class: 'sibs' }, step.siblings.map((one) => h('li', {},
          h('span', {}, one.height), h('span', {}, one.isLeft ? 'left' : 'right'), hash(one.sibling, 'w28'), h('span', { class: 'r' }, one.height === 0 ? 'one record' : `2^${one.height} records`)))))] : null,
        step.output !== null ? [h('dt', {}, 'output'), h('dd', {}, h('code', {}, value(step.output)))] : null))));
}

/// The path as a line from leaf to root, each sibling as large as what it covers.
export function ladder(siblings, verdict) {
  const holds = verdict !== 'failed';
  // A signature that nobody has checked is no seal.
  const [seal, words] = { proven: ['yes', 'signed'], unproven: ['open', ''], failed: ['broken', ''] }[verdict];
  const width = 616;
  const count = Math.max(1, siblings.length);
  const gap = (width - 110) / count;
  return s('svg', { class: `ladder${holds ? '' : ' failed'}`, viewBox: `0 0 ${width} 96`, 'aria-hidden': 'true' },
    s('path', { class: 'spine', d: `M18 48H${width - 48}` }),
    siblings.map((one, i) => {
      const x = 18 + gap * (i + 1);
      const size = 4 + Math.min(18, one.height * 0.8);
      const tip = one.isLeft ? 48 - 12 : 48 + 12;
      const base = one.isLeft ? tip - size : tip + size;
      return [s('path', { class: 'stub', d: `M${x} 48V${tip}` }), s('path', { class: 'tri', d: `M${x} ${tip}L${x - size / 2} ${base}H${x + size / 2}z` })];
    }),
    s('rect', { class: 'leaf', x: '12', y: '42', width: '12', height: '12', rx: '2' }), s('circle', { class: 'root', cx: width - 48, cy: '48', r: '6' }),
    s('g', { class: `cp ${seal}` }, s('circle', { cx: width - 16, cy: '48', r: '11' }), seal === 'open' ? null : s('path', { d: holds ? `M${width - 21} 48l3.500 4 6.500-7.500` : `M${width - 20} 44l8 8m0-8l-8 8` })),
    s('text', { x: '18', y: '72', 'text-anchor': 'middle' }, 'leaf'), s('text', { x: width - 48, y: '72', 'text-anchor': 'middle' }, 'root'), s('text', { x: width, y: '72', 'text-anchor': 'end' }, words));
}
