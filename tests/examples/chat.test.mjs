// The README's SDK program, as it stands in examples/chat.mjs.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
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

test('chat: the SDK program and a text client talk to each other', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'salon-chat-'));
  t.after(() => rm(folder, { recursive: true }));
  await copyFile(join(root, 'examples/chat.mjs'), join(folder, 'chat.mjs'));
  await symlink(join(root, 'tests/sdk/node_modules'), join(folder, 'node_modules'));
  const server = await serve(t, 'minimal_server');
  const ana = await textClient(t, server, '/?name=Ana');

  const bob = new Program(t, process.execPath, ['chat.mjs', server.url], { folder });

  await ana.says(/^Hello from the SDK$/);
  await bob.says(/^Bob: Hello from the SDK$/);
  ana.type('Hello Bob');
  await bob.says(/^Ana: Hello Bob$/);
});
