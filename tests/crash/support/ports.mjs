// Ports for servers that are started again on the same one.
import { createServer } from 'node:net';

/// A free one below those that the system gives to clients: none of them can take it while the
/// server is away.
export async function freePort() {
  for (;;) {
    const port = Math.floor(10_000 + Math.random() * 20_000);
    const probe = createServer();
    const isFree = await new Promise((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
