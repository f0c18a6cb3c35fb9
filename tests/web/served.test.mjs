// The page as the binary serves it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { serverFor } from '../sdk/support/server.mjs';

const held = serverFor({ before, after });
const get = (path, headers = {}) =>
  fetch(`http://127.0.0.1:${held.server.port}${path}`, { headers });

test('the page and all that it names come from this server, with their types', async () => {
  const page = await get('/');
  const html = await page.text();
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((x) => x[1]);

  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  assert.ok(named.some((x) => x.endsWith('.js')) && named.some((x) => x.endsWith('.css')), html);
  for (const path of named) {
    assert.match(path, /^\/[a-z]/, 'nothing is loaded from elsewhere');
    const answer = await get(path);
    assert.equal(answer.status, 200, path);
    const type = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }[
      path.split('.')[1]
    ];
    assert.ok(answer.headers.get('content-type').startsWith(type ?? 'text/html'), path);
    const isHashed = path.startsWith('/assets/');
    assert.equal(/immutable/.test(answer.headers.get('cache-control')), isHashed, path);
  }
});

test('the policy lets nothing inline run, and the page has nothing inline', async () => {
  const page = await get('/');
  const policy = page.headers.get('content-security-policy');

  assert.doesNotMatch(policy, /unsafe|\*|data:|https?:/);
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
  assert.doesNotMatch(await page.text(), /<style|<script(?![^>]*src=)|\son[a-z]+=|style=/);
});

test('the script is compressed for who takes that, and the same', async () => {
  const [script] = (await (await get('/')).text()).match(/\/assets\/[^"]+\.js/);
  const plain = await get(script, { 'accept-encoding': 'identity' });
  const pressed = await get(script, { 'accept-encoding': 'gzip' });

  assert.equal(plain.headers.get('content-encoding'), null);
  assert.equal(pressed.headers.get('content-encoding'), 'gzip');
  assert.ok(pressed.headers.get('content-length') * 2 < plain.headers.get('content-length'));
  assert.equal(await pressed.text(), await plain.text());
});
