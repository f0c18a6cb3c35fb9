#!/usr/bin/env node
// Stands in for salon, floor and beast_chat: as a server it says where it listens and waits, as the
// harness it measures what FIGURES says of that server. As a node of a cluster it is on a port of its
// own, where it sees three nodes; of several servers FIGURES has one entry, `cluster`.
import { createServer } from 'node:http';
import { basename } from 'node:path';

const [, program, ...words] = process.argv;
const ports = { salon: 1001, floor: words.includes('--batched') ? 1003 : 1002, beast_chat: 1004 };
const name = basename(program);

if (words.includes('--version')) {
  console.log('salon 9.8.7');
} else if (words[0] === 'bench') {
  const urls = words.filter((word) => word.startsWith('ws:'));
  const of = JSON.parse(process.env.FIGURES)[urls.length > 1 ? 'cluster' : new URL(urls[0]).port];
  if (of.complaint) console.error(of.complaint);
  if (!of.silent) console.log(JSON.stringify({ deliveries: 1, verified: true, ...of, asked: words }));
} else if (words.includes('--cluster-listen')) {
  const metrics = createServer((_, answer) => answer.end('salon_nodes 3 1796063560311\n'));
  metrics.listen(0, '127.0.0.1', () => {
    console.log('info  cluster joined node=node-1 address=127.0.0.1:2001');
    console.log(`info  listening port=${metrics.address().port}`);
  });
  process.on('SIGTERM', () => process.exit());
} else {
  const port = ports[name];
  console.log(name === 'salon' ? `info  listening port=${port}` : `listening on 127.0.0.1:${port}`);
  process.on('SIGTERM', () => process.exit());
  setInterval(() => {}, 1 << 30);
}
