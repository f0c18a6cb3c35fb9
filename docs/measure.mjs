// Measures a running server, from outside: memory for an idle client, processor time and frames a
// write for a delivery. Linux; on the server's machine, and with nobody else connected.
//
//   salon serve --log-level off & node docs/measure.mjs 9501 $!
//
// Takes `ws` from tests/sdk: `npm ci --prefix tests/sdk` brings it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

const WebSocket = createRequire(new URL('../tests/sdk/package.json', import.meta.url))('ws');
const [port, pid, clients = '1000', lines = '500'] = process.argv.slice(2);

const memory = () => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);

// User and system time in milliseconds, of ticks of 10 ms (proc(5)).
function processorTime() {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

async function metric(name) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(text.match(new RegExp(`^${name} (\\d+)`, 'm'))[1]);
}

let heard = 0;
function enter(room) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/?room=${room}`, { perMessageDeflate: false });
  return new Promise((entered, failed) => {
    socket.on('error', failed);
    socket.on('message', () => (heard++, entered(socket)));
  });
}

const before = memory();
const members = [];
while (members.length < clients)
  members.push(...(await Promise.all(Array.from({ length: 50 }, () => enter('measured')))));
await pause(2000);
console.log(`${clients} idle clients: ${((memory() - before) / clients).toFixed(1)} KiB each`);

for (const [title, together] of [['one at a time', 1], ['20 at a time', 20]]) {
  const start = [processorTime(), await metric('salon_writes_total'), (heard = 0)];
  for (let sent = 0; sent < lines; sent += together) {
    for (let i = 0; i < together; i++) members[0].send('x'.repeat(128));
    while (heard < (sent + together) * clients) await pause(1);
  }
  const [time, writes] = [processorTime() - start[0], (await metric('salon_writes_total')) - start[1]];
  console.log(
    `${heard} deliveries, lines ${title}: ${((1000 * time) / heard).toFixed(2)} us each, ` +
      `${(heard / writes).toFixed(1)} frames a write`,
  );
}
process.exit();
