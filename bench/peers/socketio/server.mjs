// A chat server on Socket.IO: what a client says as "m" goes to everybody in its room.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Server } from 'socket.io';

const http = createServer();
const server = new Server(http, {
  transports: ['websocket'],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
});

server.on('connection', (socket) => {
  const room = socket.handshake.query.room ?? 'lobby';
  socket.join(room);
  socket.on('m', (text) => server.to(room).emit('m', text));
});

http.listen({ host: '127.0.0.1', port: Number(process.argv[2] ?? 0), backlog: 65535 });
await once(http, 'listening');
console.log(`listening on 127.0.0.1:${http.address().port}`);
process.once('SIGTERM', () => process.exit());
