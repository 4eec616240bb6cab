// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Calls of the auditor API. Queries go by POST: URLs are kept in many places.

let session = null;

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? 'The server did not answer as expected.');
    Object.assign(this, body, { status });
  }
}

async function answer(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...options });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, { detail: 'The server does not answer.', remedy: 'Nothing was changed. Try again, or ask whoever runs it.' });
  }
  if (response.status === 401) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    throw new Problem(401, { detail: 'The session is over.' });
  }
  if (!response.ok) {
    const body = await response.json().catch(() => ({ detail: `The server answered ${response.status}.` }));
    throw new Problem(response.status, body);
  }
  return response;
}

/// Who is logged in: name, roles, rights.
export async function whoami() {
  session ??= await (await answer('/session')).json();
  return session;
}

export const may = (right) => session?.rights.includes(right) ?? false;

/// A reading that names nobody.
export async function get(path, parameters = {}, { as = 'json', signal } = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, v]) => v !== null && v !== undefined && v !== ''));
  const response = await answer(`${path}${query.size ? `?${query}` : ''}`, { signal });
  return as === 'bytes' ? new Uint8Array(await response.arrayBuffer()) : response[as]();
}

/// A question, or a change.
export async function post(path, parameters = {}, { signal } = {}) {
  const { csrf } = await whoami();
  const body = Object.fromEntries(Object.entries(parameters).filter(([, v]) => v !== null && v !== undefined && v !== ''));
  const response = await answer(path, {
    method: 'POST', signal, body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
  });
  return response.status === 204 ? null : response.json();
}

/// Removes something.
export async function remove(path) {
  const { csrf } = await whoami();
  await answer(path, { method: 'DELETE', headers: { 'X-CSRF-Token': csrf } });
}

export async function logOut() {
  await post('/session/end');
  location.assign('/login');
}
