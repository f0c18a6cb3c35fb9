import { expect, test } from 'vitest';

import { KeptOutbox } from '../../../web/src/kept_outbox';
import { Outbox, type Outgoing, type Position, type Refusal } from '../../../web/src/outbox';

const text = (words: string) => ({ text: words, isAction: false });

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
  script.outbox.add(text('a'), '1', 0);
  script.outbox.add(text('b'), '2', 0);
  expect(script.texts).toEqual(['a']);

  await script.last('answer');
  await script.last('answer');

  expect(script.stored).toEqual(['a', 'b']);
  expect(script.outbox.messages).toEqual([]);
});

test('outbox: without a connection they wait, and are sent again with their key when it is back', async () => {
  const script = new Script();
  script.outbox.add(text('a'), '1', 0);
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
  script.outbox.add(text('a'), '1', 0);

  for (let attempt = 0; attempt < 3; ++attempt) await script.last('busy');

  expect(script.texts).toEqual(['a', 'a', 'a']);
  expect(script.waited).toEqual([500, 1000]);
  expect(script.outbox.messages[0]).toMatchObject({ state: 'failed', reason: 'busy' });
});

test('outbox: what is refused stays until it is retried or given up, and holds nobody back', async () => {
  const script = new Script();
  script.outbox.open(true);
  script.outbox.add(text('a'), '1', 0);
  script.outbox.add(text('b'), '2', 0);
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
  script.outbox.add(text('a'), '1', 0);

  script.outbox.remove('1');
  await script.last('busy');

  expect(script.sent.length).toBe(1);
});

// A tab's storage, and what is in it.
function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (x: string) => kept.get(x) ?? null,
    setItem: (x: string, y: string) => void kept.set(x, y),
  };
}

const waiting = (key: string, more: Partial<Outgoing> = {}): Outgoing => ({
  ...text(key),
  key,
  time: 1_000,
  state: 'sending',
  reason: '',
  ...more,
});

test('kept outbox: what was not stored is there after a reload, with its key, room by room', () => {
  const tab = storage();
  const messages = [waiting('a'), waiting('b', { state: 'failed', reason: 'no' })];
  new KeptOutbox('den', tab).save(messages);

  expect(new KeptOutbox('den', tab).load(2_000)).toEqual(messages);
  expect(new KeptOutbox('attic', tab).load(2_000)).toEqual([]);
  new KeptOutbox('den', tab).save([]);
  expect(new KeptOutbox('den', tab).load(2_000)).toEqual([]);
});

test('kept outbox: what the server may have forgotten the key of is not sent by itself', () => {
  const tab = storage();
  new KeptOutbox('den', tab).save([waiting('a'), waiting('b', { time: 200_000 })]);

  const later = new KeptOutbox('den', tab).load(300_000);

  expect(later.map((x) => x.state)).toEqual(['failed', 'sending']);
  expect(later[0]!.reason).toContain('before there was an answer');
});

test('kept outbox: what cannot be read is nothing, and what does not fit is left out', () => {
  const tab = storage();
  const kept = new KeptOutbox('den', tab, 10);
  for (const strange of ['not JSON', '{"v":2}', 'null', '[null,7,{"key":"a","text":5}]']) {
    tab.kept.set('salon.outbox den', strange);
    expect(kept.load(0)).toEqual([]);
  }
  kept.save([waiting('12345678'), waiting('34567'), waiting('9')]);
  expect(kept.load(2_000).map((x) => x.key)).toEqual(['12345678']);
  const full = {
    getItem: () => {
      throw new Error('not allowed');
    },
    setItem: () => {
      throw new Error('full');
    },
  };
  expect(() => new KeptOutbox('den', full).save([waiting('a')])).not.toThrow();
  expect(new KeptOutbox('den', full).load(0)).toEqual([]);
});

test('outbox: what is left of an earlier visit is sent first', async () => {
  const sent: string[] = [];
  const outbox = new Outbox({
    messages: [waiting('a'), waiting('b', { state: 'failed' })],
    send: async ({ key }) => (sent.push(key), { offset: 1, epoch: 'e' }),
    stored: () => {},
    changed: () => {},
  });
  outbox.add(text('c'), 'c', 0);

  outbox.open(true);
  await settle();

  expect(sent).toEqual(['a', 'c']);
  expect(outbox.messages.map((x) => x.key)).toEqual(['b']);
  outbox.clear();
  expect(outbox.messages).toEqual([]);
});
