import { expect, test } from 'vitest';

import { Outbox, type Outgoing, type Position, type Refusal } from '../../../web/src/outbox';

// A server that answers when the test says so.
class Script {
  sent: { message: Outgoing; answer: (where: Position) => void; refuse: (why: Refusal) => void }[] =
    [];
  stored: string[] = [];
  waited: number[] = [];

  outbox = new Outbox({
    send: (message) =>
      new Promise((answer, refuse) => {
        this.sent.push({ message, answer, refuse });
      }),
    stored: (message) => this.stored.push(message.text),
    changed: () => {},
    wait: async (ms) => void this.waited.push(ms),
    attemptsMax: 3,
  });

  get texts(): string[] {
    return this.sent.map((x) => x.message.text);
  }

  async last(what: 'answer' | 'busy' | 'refused' | 'offline'): Promise<void> {
    const { answer, refuse } = this.sent.at(-1)!;
    if (what === 'answer') answer({ offset: 1, epoch: 'e' });
    else refuse({ isTemporary: what !== 'refused', isOffline: what === 'offline', reason: what });
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; ++turn) await Promise.resolve();
}

test('outbox: messages go one after the other, in order', async () => {
  const script = new Script();
  script.outbox.open(true);
  script.outbox.add('a', '1', 0);
  script.outbox.add('b', '2', 0);
  expect(script.texts).toEqual(['a']);

  await script.last('answer');
  await script.last('answer');

  expect(script.stored).toEqual(['a', 'b']);
  expect(script.outbox.messages).toEqual([]);
});

test('outbox: without a connection they wait, and are sent again with their key when it is back', async () => {
  const script = new Script();
  script.outbox.add('a', '1', 0);
  expect(script.sent).toEqual([]);
  script.outbox.open(true);

  script.outbox.open(false);
  await script.last('offline');
  expect(script.outbox.messages.map((x) => x.state)).toEqual(['sending']);
  script.outbox.open(true);
  await settle();

  expect(script.sent.map((x) => x.message.key)).toEqual(['1', '1']);
});

test('outbox: what is temporary is tried again a few times, and then fails', async () => {
  const script = new Script();
  script.outbox.open(true);
  script.outbox.add('a', '1', 0);

  for (let attempt = 0; attempt < 3; ++attempt) await script.last('busy');

  expect(script.texts).toEqual(['a', 'a', 'a']);
  expect(script.waited).toEqual([500, 1000]);
  expect(script.outbox.messages[0]).toMatchObject({ state: 'failed', reason: 'busy' });
});

test('outbox: what is refused stays until it is retried or given up, and holds nobody back', async () => {
  const script = new Script();
  script.outbox.open(true);
  script.outbox.add('a', '1', 0);
  script.outbox.add('b', '2', 0);
  await script.last('refused');
  await script.last('answer');
  expect(script.stored).toEqual(['b']);

  script.outbox.retry('1');
  await script.last('refused');
  expect(script.sent.at(-1)!.message.key).toBe('1');
  script.outbox.remove('1');

  expect(script.outbox.messages).toEqual([]);
});

test('outbox: one that was seen in the room is not sent again', async () => {
  const script = new Script();
  script.outbox.open(true);
  script.outbox.add('a', '1', 0);

  script.outbox.remove('1');
  await script.last('busy');

  expect(script.sent.length).toBe(1);
});
