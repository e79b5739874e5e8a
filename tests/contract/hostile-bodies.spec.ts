import type { Answer, CallOptions } from '../../fixtures/index.js';
import { arrange, demand, expect, TransportError, test } from '../../fixtures/index.js';

/** Bodies that confuse parsers, made of a harmless one; a further line is a further body. */
const bodies: readonly Hostile[] = [
  {
    what: 'lists nested 5,000 deep',
    make: withMember(`"x":${'['.repeat(5_000)}${']'.repeat(5_000)}`),
    mistake: true,
  },
  {
    what: 'objects nested 5,000 deep',
    make: withMember(`"x":${'{"x":'.repeat(5_000)}1${'}'.repeat(5_000)}`),
    mistake: true,
  },
  { what: 'bytes that are not UTF-8', make: notUtf8, mistake: true },
  { what: 'a lone surrogate', make: withMember('"x":"\\ud800"') },
  { what: 'a member named __proto__', make: withMember('"__proto__":{"enabled":true}') },
  { what: 'a member named constructor', make: withMember('"constructor":{"prototype":{"enabled":true}}') },
  { what: 'a number that no computer holds', make: withMember('"x":1e9999') },
  { what: '100 KiB', make: withMember(`"x":"${'x'.repeat(100 * 1024)}"`), isLong: true },
  { what: '1.5 MiB', make: withMember(`"x":"${'x'.repeat(1536 * 1024)}"`), isLong: true },
];

interface Hostile {
  readonly what: string;
  readonly make: (json: string) => string | Uint8Array;
  /** Any server may refuse it: a server error then counts as one after a client's mistake. */
  readonly mistake?: true;
  /** The server may reject it before reading it all, by closing the connection (RFC 9110 15.5.14). */
  readonly isLong?: true;
}

test('http/hostile-bodies-are-harmless', async ({ api, admin, cluster, support, connection, state }) => {
  await arrange(support.off());
  await arrange(cluster.proveWayBack());
  // A PATCH of enabled alone may reset mode and address: this test asks for other effects of hostile bodies.
  await arrange(support.patch({ enabled: false }));
  const before = await arrange(state.snapshot());
  const shown = await arrange(cluster.readAsShown());
  const config = JSON.stringify(shown);
  const off = JSON.stringify(support.withPassword({ enabled: false }));
  for (const json of [config, off].map(withMember('"x":1'))) {
    const call = json.startsWith(config.slice(0, -1)) ? 'UpdateMFAConfig' : 'UpdateSupportMFAConfig';
    const { status } = await api.call(call, { as: admin, raw: { body: json } });
    if (status >= 500) throw arrange.failure(`A harmless member nobody knows was answered ${status}.`);
  }
  const login = JSON.stringify({
    username: 'nobody-7f1c',
    password: 'pass-of-nobody-7f1c',
    domain: 'LOCAL',
  });

  for (const { what, make, mistake, isLong } of bodies) {
    const options = (json: string): CallOptions => ({
      raw: { body: make(json) },
      ...(mistake === undefined ? {} : { mistake: what }),
    });
    const sends: readonly (() => Promise<Answer>)[] = [
      () => api.call('UpdateMFAConfig', { ...options(config), as: admin }),
      () => api.call('UpdateSupportMFAConfig', { ...options(off), as: admin }),
      () => api.call('CreateSession', options(login)),
    ];
    for (const send of sends) {
      const got = await answerTo(send, isLong === true);
      if (typeof got !== 'string')
        demand(got.status < 500, { kind: 'handled', least: 'no server error' }, got);
      else if (got !== '') {
        const unanswered = connection.recorder.exchanges.findLast(({ response }) => response === undefined);
        // A target that answers nobody is down, which has nothing to do with the body.
        await arrange(api.call('GetMFAConfig', { as: admin }));
        demand(false, { kind: 'handled', least: 'an answer' }, { exchange: unanswered });
      }
    }
    const changes = await state.changesSince(before);
    if (changes.length > 0) await cluster.giveBack(shown);
    expect(changes).toBeNone();
  }
});

/** The answer, or why two tries got none; empty if the target may close the connection. */
async function answerTo(send: () => Promise<Answer>, mayClose: boolean): Promise<Answer | string> {
  let why = '';
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      why = error.message;
      if (mayClose && !/within \d+ ms/.test(why)) return '';
    }
  }
  return why;
}

function withMember(member: string): (json: string) => string {
  return (json) => `${json.slice(0, -1)},${member}}`;
}

function notUtf8(json: string): Uint8Array {
  return Buffer.concat([
    Buffer.from(`${json.slice(0, -1)},"x":"`),
    Buffer.from([0xc3, 0x28, 0xff]),
    Buffer.from('"}'),
  ]);
}
