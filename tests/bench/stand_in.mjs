#!/usr/bin/env node
// Stands in for salon, floor and beast_chat: as a server it says where it listens and waits, as the
// harness it measures what FIGURES says of that server.
import { basename } from 'node:path';

const [, program, ...words] = process.argv;
const ports = { salon: 1001, floor: words.includes('--batched') ? 1003 : 1002, beast_chat: 1004 };
const name = basename(program);

if (words.includes('--version')) {
  console.log('salon 9.8.7');
} else if (words[0] === 'bench') {
  const of = JSON.parse(process.env.FIGURES)[new URL(words[1]).port];
  if (of.complaint) console.error(of.complaint);
  if (!of.silent) console.log(JSON.stringify({ deliveries: 1, verified: true, ...of, asked: words }));
} else {
  const port = ports[name];
  console.log(name === 'salon' ? `info  listening port=${port}` : `listening on 127.0.0.1:${port}`);
  process.on('SIGTERM', () => process.exit());
  setInterval(() => {}, 1 << 30);
}
