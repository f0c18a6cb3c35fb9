// Makes the picture of the chat page in README.md: node tests/web/picture.mjs [FILE]
import { fileURLToPath } from 'node:url';

import { Server } from '../sdk/support/server.mjs';
import { launch } from './support/browser.mjs';
import { scene } from './support/scene.mjs';

const path =
  process.argv[2] ?? fileURLToPath(new URL('../../docs/images/chat.png', import.meta.url));
const endings = [];
const stage = { after: (end) => endings.unshift(end) };

const server = await Server.start();
endings.unshift(() => server.stop());
const browser = await launch();
endings.unshift(() => browser.close());
try {
  const ana = await scene(stage, { browser }, server, { viewport: { width: 1024, height: 640 } });
  await ana.page.screenshot({ path });
  console.log(path);
} finally {
  for (const end of endings) await end();
}
