// The README's SDK program, as it stands in examples/chat.mjs.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Program, serve, textClient } from './programs.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('chat: the README shows the program that is tested', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const program = await readFile(join(root, 'examples/chat.mjs'), 'utf8');

  assert.ok(readme.includes(program));
});

// An empty folder after `npm install centrifuge ws`.
async function emptyFolder(t) {
  const folder = await mkdtemp(join(tmpdir(), 'salon-chat-'));
  t.after(() => rm(folder, { recursive: true }));
  await symlink(join(root, 'tests/sdk/node_modules'), join(folder, 'node_modules'));
  return folder;
}

test('chat: the program that the server\'s page shows works as it stands there', async (t) => {
  const folder = await emptyFolder(t);
  const server = await serve(t, 'minimal_server');
  const ana = await textClient(t, server, '/?name=Ana');

  const page = await (await fetch(server.url.replace(/^ws(.*)\/connection\/websocket$/, 'http$1/connect'))).text();
  const [, program] = page.match(/<pre>(import [^]*?)<\/pre>/);
  await writeFile(join(folder, 'chat.mjs'), program.replaceAll('&gt;', '>'));
  new Program(t, process.execPath, ['chat.mjs'], { folder });

  await ana.says(/^Hello from the SDK$/);
});

test('chat: the SDK program and a text client talk to each other', async (t) => {
  const folder = await emptyFolder(t);
  await copyFile(join(root, 'examples/chat.mjs'), join(folder, 'chat.mjs'));
  const server = await serve(t, 'minimal_server');
  const ana = await textClient(t, server, '/?name=Ana');

  const bob = new Program(t, process.execPath, ['chat.mjs', server.url], { folder });

  await ana.says(/^Hello from the SDK$/);
  await bob.says(/^Bob: Hello from the SDK$/);
  ana.type('Hello Bob');
  await bob.says(/^Ana: Hello Bob$/);
});
