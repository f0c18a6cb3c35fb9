// A chat server on `ws`: what a client says goes to everybody in the room of its address.
import { once } from 'node:events';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2] ?? 0),
  backlog: 65535,
  perMessageDeflate: false,
});
const rooms = new Map();

function membersOf(name) {
  if (!rooms.has(name)) rooms.set(name, new Set());
  return rooms.get(name);
}

server.on('connection', (socket, request) => {
  const name = new URL(request.url, 'ws://localhost').searchParams.get('room') ?? 'lobby';
  const members = membersOf(name);
  members.add(socket);
  socket.on('message', (text) => {
    for (const member of members) member.send(text, { binary: false });
  });
  socket.on('close', () => members.delete(socket));
  socket.on('error', () => socket.terminate());
});

await once(server, 'listening');
console.log(`listening on 127.0.0.1:${server.address().port}`);
process.once('SIGTERM', () => process.exit());
