import { randomUUID } from 'node:crypto';
import type { Answer, ClusterConfig, Connection, Credential, Fixtures } from '../../fixtures/index.js';
import { anonymous, arrange, demand, expect, mfa, TransportError, test } from '../../fixtures/index.js';

type Parts = Pick<Fixtures, 'cluster' | 'support' | 'allow'>;
type Sent = readonly [body: string | undefined, mistake: string];

async function switchedOn({ cluster, allow }: Pick<Parts, 'cluster' | 'allow'>): Promise<boolean> {
  if (allow.clusterMfa) await cluster.on(mfa.bothTypes);
  return allow.clusterMfa;
}

const supportOff = ({ support }: Parts) => support.off();
const byTotp = ({ support }: Parts) => support.onByTotp().then(() => true);
const brokenOff = (name: string, value: string) => [
  `{"${name}":`,
  `{"${name}":${value.slice(0, 3)}`,
  `{"${name}":${value}`,
  `{"${name}`,
];

/** The writes. A lenient target most likely reads `wrongTypes` as the current values, which change nothing. */
const writes = [
  {
    area: 'mfa-config',
    prepare: ({ cluster }: Parts) => cluster.asFound(),
    switchOn: switchedOn,
    send: ({ cluster }: Parts, ...sent: Sent): Promise<Answer> => cluster.putText(...sent),
    malformed: brokenOff('enabled', 'false'),
    wrongTypes: ({ cluster: now }: { readonly cluster: ClusterConfig }): readonly object[] =>
      [String(now.enabled), Number(now.enabled)].map((enabled) => ({ ...now, enabled })),
  },
  {
    area: 'support-mfa',
    prepare: supportOff,
    switchOn: byTotp,
    send: ({ support }: Parts, ...sent: Sent): Promise<Answer> => support.patchText(...sent),
    malformed: brokenOff('enabled', 'false'),
    wrongTypes: (): readonly object[] => [{ enabled: 'false' }, { enabled: 0 }],
  },
  {
    area: 'support-configure',
    prepare: supportOff,
    switchOn: undefined,
    send: ({ support }: Parts, ...sent: Sent): Promise<Answer> => support.configureText(...sent),
    malformed: brokenOff('mfaType', '"email"'),
    // The body lacks the password. So even a target that accepts values of wrong types changes nothing.
    wrongTypes: (): readonly object[] => [{ mfaType: 5, email: [`${randomUUID()}@example.com`] }],
  },
] as const;

/** Makes invalid bodies that would change the configuration if accepted, but do no harm: they leave MFA off. */
function mistyped(now: ClusterConfig, wasOn: boolean): object[] {
  const { retainUserMfaSettings: retain } = now;
  const fewer = wasOn ? ['email', 'totp', 'salesforce'] : ['totp'];
  const types = now.authenticationTypes?.length === 1 ? ['email', 'totp'] : fewer;
  // A target may store each member as it reads it. So the members come in two orders, with a valid change before and
  // after the invalid value.
  return [
    { authenticationTypes: types, retainUserMfaSettings: retain, enabled: 'false' },
    { enabled: false, retainUserMfaSettings: 'true', authenticationTypes: types },
    { enabled: false, authenticationTypes: types, retainUserMfaSettings: 'true' },
    { enabled: false, retainUserMfaSettings: retain !== true, authenticationTypes: [...types, 'pigeon'] },
  ];
}

/** Counts the bodies that the target refuses. An accepted body shows nothing, so the function undoes it. */
async function refusedOf(
  { cluster, state }: Pick<Fixtures, 'cluster' | 'state'>,
  start: ClusterConfig,
  bodies: readonly object[],
): Promise<number> {
  let refusals = 0;
  let before = await arrange(state.snapshot());
  for (const body of bodies) {
    const { status } = await cluster.putText(JSON.stringify(body), 'a wrong type');
    if (status < 400) {
      await arrange(cluster.giveBack(start));
      before = await arrange(state.snapshot());
      continue;
    }
    refusals += 1;
    expect(await state.changesSince(before)).toBeNone();
  }
  return refusals;
}

test('mfa-config/refused-put-changes-nothing', async ({ cluster, allow, state }) => {
  await arrange(cluster.off());
  const start = (await arrange(state.snapshot())).cluster;
  const { enabled: wasOn } = await arrange(cluster.found());
  // Only a disposable target gets retainUserMfaSettings false, which may delete users' keys.
  const mayForget = start.retainUserMfaSettings !== true || allow.disposable;
  const bodies = mistyped(start, wasOn).slice(0, mayForget ? 4 : 3);
  let refusals = await refusedOf({ cluster, state }, start, bodies);
  // MFA is on here, so that GET shows whether the refused body switched it off. The body keeps users' keys.
  const off = { enabled: false, retainUserMfaSettings: true, authenticationTypes: 'totp' };
  if (await arrange.ifItCan(switchedOn({ cluster, allow })))
    refusals += await refusedOf({ cluster, state }, start, [off]);
  if (refusals === 0) arrange.notApplicable('the target accepts values of wrong types, so it refused no PUT');
});

for (const { area, prepare, switchOn, send, malformed, wrongTypes } of writes) {
  test(`${area}/refuses-missing-body`, async ({ cluster, support, allow, state }) => {
    const parts = { cluster, support, allow };
    await arrange(prepare(parts));
    const before = await arrange(state.snapshot());

    const answer = await send(parts, undefined, 'a missing body');

    // A target may read a PATCH without a body as {}, which changes nothing.
    if (area !== 'support-mfa' || answer.status >= 300) expect(answer).toBeRefused();
    expect(await state.changesSince(before)).toBeNone();
  });

  test(`${area}/refuses-malformed-json`, async ({ cluster, support, allow, state }) => {
    const parts = { cluster, support, allow };
    const isRefusedAndHarmless = async () => {
      const before = await arrange(state.snapshot());
      for (const body of malformed) expect(await send(parts, body, 'malformed JSON')).toBeRefused();
      expect(await state.changesSince(before)).toBeNone();
    };
    await arrange(prepare(parts));
    await isRefusedAndHarmless();

    // A target that reads such a body as empty may switch MFA off. MFA is on here, so that GET shows this.
    if (switchOn && (await arrange.ifItCan(switchOn(parts)))) await isRefusedAndHarmless();
  });

  test(`${area}/wrong-type-is-harmless`, async ({ cluster, support, allow, state }) => {
    const parts = { cluster, support, allow };
    await arrange(prepare(parts));
    const before = await arrange(state.snapshot());

    for (const wrong of wrongTypes(before)) {
      expect(await send(parts, JSON.stringify(wrong), 'a wrong type')).toBeHandled();
      expect(await state.changesSince(before)).toBeNone();
    }
  });

  if (area !== 'support-configure')
    test(`${area}/wrong-type-is-refused`, async ({ cluster, support, allow, state }) => {
      const parts = { cluster, support, allow };
      await arrange(prepare(parts));

      for (const wrong of wrongTypes(await arrange(state.snapshot())))
        expect(await send(parts, JSON.stringify(wrong), 'a wrong type')).toBeRefused();
    });
}

/** A made-up password, which a target that logs or repeats malformed bodies would show. */
const password = `truncated-${randomUUID()}`;

/** Truncated JSON. Parsers must refuse it, although they may accept extensions of JSON (RFC 8259 9). */
const malformed = [
  `{"password":"${password}","totpCode":`,
  '{"a":tr',
  '{"a',
  '{"totpKeyName":"mfa-conformance"',
];
const notTexts = [5, true, ['a'], {}];

type Given = Pick<Fixtures, 'connection' | 'users'>;
type By = (given: Given) => Promise<Credential>;

const byAdmin: By = ({ connection }) => connection.admin();
const byUser: By = ({ users }) => users.sessions.of(users.withReplaceableTotp());
const byNobody: By = () => Promise.resolve(anonymous);

for (const { area, operation, by } of [
  { area: 'verify-totp', operation: 'VerifySupportUserTotp', by: byAdmin },
  { area: 'totp-key', operation: 'CreateTotpKey', by: byUser },
  { area: 'email-otp', operation: 'CreateEmailOtp', by: byAdmin },
  { area: 'sessions', operation: 'CreateSession', by: byNobody },
  { area: 'access-tokens', operation: 'CreateAccessToken', by: byNobody },
] as const) {
  if (area !== 'email-otp')
    test(`${area}/refuses-missing-body`, async ({ api, cluster, connection, users }) => {
      // While MFA is on, a login might be refused for its missing code.
      if (by === byNobody) await arrange(cluster.off());
      const as = await arrange(by({ connection, users }));

      const answer = await api.call(operation, { as, mistake: 'a missing body' });

      // A target may read such a body as {} without a code, and answer `success` false.
      if (area === 'verify-totp') expect(answer).toNotVerify();
      else expect(answer).toBeRefused();
    });

  test(`${area}/refuses-malformed-json`, async ({ api, connection, users }) => {
    const as = await arrange(by({ connection, users }));
    connection.recorder.addSecret(password, 'password');

    for (const body of malformed)
      expect(await api.call(operation, { as, raw: { body }, mistake: 'malformed JSON' })).toBeRefused();
  });
}

const asCode = [123456, true, ['123456'], {}].map((totpCode) => ({ totpCode }));
const asName = notTexts.map((totpKeyName) => ({ totpKeyName }));
const asUser = notTexts.map((username) => ({ username, password: 'x', domain: 'LOCAL' }));
const opensNothing = (answer: Answer) => expect(answer).toHaveNone('sessionId');
const verifiesNothing = (answer: Answer) => expect(answer).toHaveOther({ success: true });

for (const [id, operation, by, bodies, isHarmless] of [
  ['verify-totp/wrong-type-is-harmless', 'VerifySupportUserTotp', whileOff, asCode, verifiesNothing],
  ['totp-key/wrong-type-is-harmless', 'CreateTotpKey', byUser, asName],
  ['email-otp/wrong-type-is-harmless', 'CreateEmailOtp', byAdmin, asUser],
  ['sessions/wrong-type-is-harmless', 'CreateSession', byNobody, asUser, opensNothing],
] as const)
  test(id, async ({ api, connection, users }) => {
    const as = await arrange(by({ connection, users }));

    for (const anyJson of bodies) {
      const answer = await api.call(operation, { as, anyJson, mistake: 'a wrong type' });
      expect(answer).toBeHandled();
      isHarmless?.(answer);
    }
  });

test('email-otp/missing-body-is-handled', async ({ api, admin, mail, connection }) => {
  const { email } = connection.target.accounts.admin;
  const mark = await mail.mark();

  const answer = await api.call('CreateEmailOtp', { as: admin, mistake: 'a missing body' });

  expect(answer).toBeHandled();
  // The target may mail the caller a code. The test receives the mail here, so that no other test counts it.
  if (answer.succeeded && email !== undefined) await mail.codeTo(email, mark).catch(() => undefined);
});

async function whileOff({ connection }: Given): Promise<Credential> {
  await (await connection.support()).off();
  return connection.admin();
}

/** Bodies that may confuse parsers, made from a harmless body by `make`. Add a line for another. */
const bodies: readonly Hostile[] = [
  { what: 'lists nested 5,000 deep', make: withNested('[', '', ']'), mistake: true },
  { what: 'objects nested 5,000 deep', make: withNested('{"x":', '1', '}'), mistake: true },
  { what: 'bytes that are not UTF-8', make: notUtf8, mistake: true },
  { what: 'a lone surrogate', make: withMember('"x":"\\ud800"') },
  { what: 'a member named __proto__', make: withMember('"__proto__":{"enabled":true}') },
  { what: 'a member named constructor', make: withMember('"constructor":{"prototype":{"enabled":true}}') },
  { what: 'a number too large for a computer', make: withMember('"x":1e9999') },
  { what: '100 KiB', make: withMember(`"x":"${'x'.repeat(100 * 1024)}"`), isLong: true },
  { what: '1.5 MiB', make: withMember(`"x":"${'x'.repeat(1536 * 1024)}"`), isLong: true },
];

interface Hostile {
  readonly what: string;
  readonly make: (json: string) => string | Uint8Array;
  /** Set if every server may refuse the body. A server error then also breaks the requirement on client mistakes. */
  readonly mistake?: true;
  /** Set if the server may close the connection before it has read the whole body (RFC 9110 15.5.14). */
  readonly isLong?: true;
}

/** @throws ArrangeError if the target answers a harmless unknown member with a server error */
async function hostileCalls(api: Connection['api'], admin: Credential, cluster: object, support: unknown) {
  const login = { username: 'nobody-7f1c', password: 'pass-of-nobody-7f1c', domain: 'LOCAL' };
  const calls = [
    { operation: 'UpdateMFAConfig', json: JSON.stringify(cluster), as: admin },
    { operation: 'UpdateSupportMFAConfig', json: JSON.stringify(support), as: admin },
    { operation: 'CreateSession', json: JSON.stringify(login), as: anonymous },
  ] as const;
  for (const { operation, json, as } of calls.slice(0, 2)) {
    const { status } = await api.call(operation, { as, raw: { body: withMember('"x":1')(json) } });
    if (status >= 500)
      throw arrange.failure(`The target answered ${status} to a body with a harmless unknown member.`);
  }
  return calls;
}

test('http/hostile-bodies-are-harmless', async ({ api, admin, cluster, support, connection, state }) => {
  await arrange(support.off());
  await arrange(cluster.proveWayBack());
  // A PATCH of `enabled` alone may reset mode and address. The test sends it before it takes the snapshot.
  await arrange(support.patch({ enabled: false }));
  const before = await arrange(state.snapshot());
  const shown = await arrange(cluster.readAsShown());
  const calls = await hostileCalls(api, admin, shown, support.withPassword({ enabled: false }));

  for (const { make, what, mistake, isLong } of bodies) {
    for (const { operation, json, as } of calls) {
      const options = { as, raw: { body: make(json) }, ...(mistake && { mistake: what }) };
      const answer = await answered(() => api.call(operation, options), isLong === true, connection);
      demand((answer?.status ?? 0) < 500, { kind: 'handled', least: 'no server error' }, answer);
    }
    // The test compares after each body, because a later body may undo the effect of an earlier one.
    const changes = await state.changesSince(before);
    if (changes.length > 0) await cluster.giveBack(shown);
    expect(changes).toBeNone();
  }
});

/** Returns the answer to the first or second try. Undefined if the target closed the connection and `mayClose`. */
async function answered(send: () => Promise<Answer>, mayClose: boolean, connection: Connection) {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      if (mayClose && !/within \d+ ms/.test(error.message)) return undefined;
    }
  }
  const unanswered = connection.recorder.exchanges.findLast(({ response }) => response === undefined);
  // If the target doesn't answer this either, the body is not to blame.
  await arrange(connection.api.call('GetMFAConfig', { as: await connection.admin() }));
  demand(false, { kind: 'handled', least: 'an answer' }, { exchange: unanswered });
  return undefined;
}

function withMember(member: string): (json: string) => string {
  return (json) => `${json.slice(0, -1)},${member}}`;
}

function withNested(open: string, innermost: string, close: string): (json: string) => string {
  return withMember(`"x":${open.repeat(5_000)}${innermost}${close.repeat(5_000)}`);
}

function notUtf8(json: string): Uint8Array {
  return Buffer.concat([
    Buffer.from(`${json.slice(0, -1)},"x":"`),
    Buffer.from([0xc3, 0x28, 0xff]),
    Buffer.from('"}'),
  ]);
}
