// What is valid JSON passes unharmed, however strange it is; what is not ends its sender only.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Bare, connected, subscribed } from './support/clients.mjs';
import { serverFor } from './support/server.mjs';

const here = serverFor({ before, after });

const deep = (open, close, levels, inside = '') =>
  open.repeat(levels) + inside + close.repeat(levels);

// By name: the payload as it is sent. Newlines between tokens are the only thing that goes.
const payloads = {
  'arrays 20,000 deep': deep('[', ']', 20_000),
  'objects 8,000 deep': deep('{"a":', '}', 8_000, '1'),
  'a number of 400 digits': '1234567890'.repeat(40),
  'a negative fraction of 400 digits': `-0.${'1234567890'.repeat(40)}`,
  'a huge exponent': '1e400',
  'a tiny exponent': '[1E-9999,-0,0.0,1e+5]',
  'numbers beyond doubles': '[9007199254740993,18446744073709551616,-9223372036854775809]',
  'doubled names': '{"a":1,"a":2,"text":"x","text":"y","a":{"a":3,"a":4}}',
  'names that are none of ours': '{"__proto__":{"x":1},"constructor":1,"":0,"id":7,"push":{}}',
  'escapes of all kinds': String.raw`"\u0041\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t\u0000\u001f\u2028"`,
  'a lone surrogate, escaped': String.raw`"\ud800 \udfff \uDBFF\uD800"`,
  'escaped names': String.raw`{"\u0074ext":"x","a\nb":1,"\"":2}`,
  'every plane of Unicode': '"ä ж 中 🎉 \u{10ffff} \u{e000} \ufffd \u2028\u2029\u0085\u007f"',
  'raw newlines between tokens': '{\n"a" :\r\n [ 1 ,\n\n2 ]\n,\t"b":\r{ \n } }',
  'white space of all kinds': ' \t{ "a"\t: [ ] } ',
  'control characters, escaped': String.raw`"\u0001\u0002\u001b[31mred\u001b[0m"`,
  'a string that looks like a frame': String.raw`"\n{\"push\":{\"channel\":\"x\"}}\n{}"`,
  'an empty string': '""',
  'an empty object': '{}',
  'a literal': '[true,false,null]',
  'the largest that a frame holds': `"${'x'.repeat(65_400)}"`,
  'many small values': `[${'0,'.repeat(30_000)}0]`,
};

async function scene(t) {
  const sender = await Bare.open(t, here.server.url);
  await sender.hello();
  const reader = await Bare.open(t, here.server.url);
  await reader.hello();
  return { sender, reader };
}

// Two values read from JSON, compared without recursion, which would be too deep for the stack.
function sameValue(left, right) {
  const pairs = [[left, right]];
  while (pairs.length > 0) {
    const [a, b] = pairs.pop();
    if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
      if (!Object.is(a, b)) return false;
      continue;
    }
    const names = Object.keys(a);
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    if (names.length !== Object.keys(b).length) return false;
    for (const name of names) {
      if (!Object.hasOwn(b, name)) return false;
      pairs.push([a[name], b[name]]);
    }
  }
  return true;
}

test('payloads: the comparison of these tests tells values apart', () => {
  assert.ok(sameValue(JSON.parse('{"a":[1,{"b":null}]}'), JSON.parse('{"a":[1,{"b":null}]}')));
  for (const [a, b] of [['[1]', '[2]'], ['[]', '{}'], ['{"a":1}', '{"b":1}'], ['0', '-0'],
    ['[1]', '[1,2]'], ['null', '{}']])
    assert.ok(!sameValue(JSON.parse(a), JSON.parse(b)), `${a} and ${b}`);
});

for (const [what, payload] of Object.entries(payloads))
  test(`payloads: ${what}`, async (t) => {
    const room = `payload-${Object.keys(payloads).indexOf(what)}`;
    const { sender, reader } = await scene(t);
    await reader.ask({ id: 2, subscribe: { channel: room } });
    const sdk = await connected(t, here.server.url, 'ana');
    const seat = await subscribed(sdk, room);
    const expected = payload.trim().replace(/[\r\n]/g, '');

    sender.send(`{"id":2,"publish":{"channel":"${room}","data":${payload}}}`);

    assert.equal(await sender.lines.next(), '{"id":2,"publish":{}}');
    const push = await reader.lines.next();
    const start = `{"push":{"channel":"${room}","pub":{"data":`;
    assert.equal(push.slice(0, start.length), start);
    assert.equal(push.slice(start.length, start.length + expected.length), expected);
    const end = /^,"info":\{"user":"","client":"[-0-9a-f]{36}"\},"offset":1\}\}\}$/;
    assert.match(push.slice(start.length + expected.length), end);
    assert.ok(sameValue((await seat.publications.next()).data, JSON.parse(payload)));

    // The same from history, and to who comes back to it.
    const { publications, epoch } = await sdk.history(room, { limit: 1 });
    assert.ok(sameValue(publications[0].data, JSON.parse(payload)));
    const late = await connected(t, here.server.url, 'late');
    const again = await subscribed(late, room, { since: { offset: 0, epoch } });
    assert.ok(sameValue((await again.publications.next()).data, JSON.parse(payload)));

    // A text client hears it on one line, unless it has a text.
    const value = JSON.parse(payload);
    if (typeof value?.text !== 'string') {
      const text = await Bare.open(t, here.server.textUrl({ room }));
      await text.frames.next();
      sender.send(`{"id":3,"publish":{"channel":"${room}","data":${payload}}}`);
      assert.equal(await text.frames.next(), expected);
    }
  });

test('payloads: of doubled names the last counts, for SDK and text clients alike', async (t) => {
  const { sender } = await scene(t);
  const sdk = await connected(t, here.server.url, 'ana');
  const seat = await subscribed(sdk, 'doubled');
  const text = await Bare.open(t, here.server.textUrl({ room: 'doubled' }));
  await text.frames.next();
  sender.send('{"id":2,"publish":{"channel":"doubled","data":{"text":"first","text":"last"}}}');

  assert.deepEqual((await seat.publications.next()).data, { text: 'last' });
  assert.equal(await text.frames.next(), 'last');
});

test('payloads: what a typing client, a call and a hello carry is as free', async (t) => {
  const { reader } = await scene(t);
  const strange = payloads['arrays 20,000 deep'];
  reader.send(`{"id":2,"rpc":{"method":"salon.rooms","data":{"x":${strange}}}}`);
  assert.equal(JSON.parse(await reader.lines.next()).rpc.data.v, 1);

  const other = await Bare.open(t, here.server.url);
  other.send(`{"id":1,"connect":{"data":{"x":${strange},"name":"ana"}}}`);
  assert.ok(JSON.parse(await other.lines.next()).connect.client);
});

const broken = [
  '[1,]', '{"a":1,}', '{a:1}', "{'a':1}", '[1 2]', '01', '+1', '1.', '.5', '1e', '0x10', 'NaN',
  'Infinity', 'undefined', 'tru', '"unterminated', String.raw`"\x41"`, String.raw`"\u12"`,
  '"raw\nnewline"', '"raw\ttab"', '"\u0000"', '[', ']', '{"a"}', '{"a":}', '', '// comment\n1',
  deep('[', ']', 100).slice(1),
];

for (const payload of broken)
  test(`payloads: ${JSON.stringify(payload.slice(0, 40))} ends its sender only`, async (t) => {
    const { sender, reader } = await scene(t);
    await reader.ask({ id: 2, subscribe: { channel: 'broken' } });
    sender.send(`{"id":2,"publish":{"channel":"broken","data":${payload}}}`);

    assert.deepEqual(await sender.close(), { code: 3501, reason: 'bad request' });
    await reader.ask({ id: 3, publish: { channel: 'broken', data: 'still here' } });
    const pushes = reader.lines.all.map((x) => JSON.parse(x)).filter((x) => x.push);
    assert.deepEqual(pushes.map((x) => x.push.pub.data), ['still here']);
  });
