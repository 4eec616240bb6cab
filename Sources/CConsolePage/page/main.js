// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import { Problem } from './api.js';
import { begin } from './shell.js';
import { put, trouble } from './dom.js';

const chosen = localStorage.getItem('countersign.theme');
if (chosen) document.documentElement.dataset.theme = chosen;

const main = document.getElementById('main');
const page = /^\/console\/([a-z]+)/.exec(location.pathname)?.[1] ?? 'overview';
const pages = {
  overview: () => import('./overview.js'),
  explore: () => import('./explore.js'),
  integrity: () => import('./integrity.js'),
  access: () => import('./access.js'),
  reviews: () => import('./reviews.js'),
  exports: () => import('./exports.js'),
  privacy: () => import('./privacy.js'),
  reports: () => import('./reports.js'),
  settings: () => import('./settings.js'),
};

try {
  const [, { show }] = await Promise.all([begin(), (pages[page] ?? pages.overview)()]);
  await show(main);
} catch (problem) {
  put(main, trouble(problem));
  // What the server refuses is said on the page; anything else is a fault of the page.
  if (!(problem instanceof Problem)) console.error(problem);
}
