import { randomInt } from 'node:crypto';
import { type Call, Refusal, type World } from '../call.js';
import { alsoKnows, countsOpen, keepsAddress, shownAs } from '../deviations.js';
import { asObject, isObject, type Json, type JsonObject, jsonIn, own, text } from '../json.js';
import { withoutKey } from '../operations/support.js';
import type { OperationId } from '../operations/table.js';
import { conforms, type Seams, type Variant, variantsOf, type Which } from '../seams.js';
import { type ClusterMfa, supportOff } from '../state.js';
import { endSessionsLate, enforceLate, keysLate, twoNodes } from './late.js';

/** The character after the 32 base64url characters of a token. It carries no bits of the token. */
const spare = 'A';

const handsOutKey: OperationId[] = ['CreateTotpKey', 'UpdateSupportMFAConfig'];

const unreachable = { errorCode: 'KUnavailable', message: 'Salesforce is not reached.', taskLogId: null };

const configuration = ['enabled', 'mfaType', 'email', 'otpVerificationState'];

function without(names: readonly string[]): (body: JsonObject) => JsonObject {
  return (body) => Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}

/** Tells whether a configuration equals a body. JSON.stringify fails for deep nesting, so this compares members. */
function isOf(config: ClusterMfa, body: Json | undefined): boolean {
  const types = own(body, 'authenticationTypes');
  return (
    Object.keys(asObject(body)).length === 3 &&
    own(body, 'enabled') === config.enabled &&
    own(body, 'retainUserMfaSettings') === config.retainUserMfaSettings &&
    (Array.isArray(types) ? types.toSorted().join() : types) ===
      (config.authenticationTypes?.toSorted().join() ?? null)
  );
}

function isNoOp(
  operation: Call['operation'],
  body: Json | undefined,
  { cluster, support }: World['state'],
): boolean {
  if (operation === 'UpdateMFAConfig') return isOf(cluster, body);
  const isOff = isObject(body) && Object.keys(body).join() === 'enabled' && body['enabled'] === false;
  return operation === 'UpdateSupportMFAConfig' && isOff && !support.enabled;
}

function refuseNoOps(seams: Seams, status: number): void {
  seams.body('any', (body, call, { state }) => {
    if (call.caller?.role === 'admin' && isNoOp(call.operation, body, state))
      throw new Refusal(status, 'KNoChange', 'That is so already.');
  });
}

function oneAtATime(seams: Seams, changes: Which): void {
  const open = countsOpen(seams, changes);
  seams.body(changes, (_body) => {
    if (open() > 1) throw new Refusal(409, 'KBusy', 'Another change is under way.');
  });
}

export const leftOpenVariants: readonly Variant[] = variantsOf({
  'patch-answers-new-key-only': conforms()
    .says('PATCH /support-user/mfa returns a new secret and its URI without the configuration.')
    .successes('UpdateSupportMFAConfig', without([...configuration, 'accountName'])),
  'state-not-shown': conforms()
    .says('GET /support-user/mfa shows no otpVerificationState.')
    .successes('GetSupportMFAConfig', without(['otpVerificationState'])),
  'access-token-without-type': conforms()
    .says('POST /access-tokens leaves out tokenType and privileges.')
    .successes('CreateAccessToken', without(['tokenType', 'privileges'])),
  'totp-key-without-id-and-name': conforms()
    .says('POST /totp-key returns the secret and its URI only.')
    .successes('CreateTotpKey', without(['totpKeyId', 'totpKeyName'])),
  'one-key-slot-per-user': conforms()
    .says('POST /totp-key gives a newer key of a user the id of the older one.')
    .shows('CreateTotpKey', (_body, { caller }) => ({ totpKeyId: `key-of-${caller?.username ?? 'admin'}` })),
  'key-names-made-unique': conforms()
    .says('POST /totp-key returns the name in small letters, with blanks for signs and a number after it.')
    .shows('CreateTotpKey', (body) => {
      const name = text(body, 'totpKeyName');
      return (
        name !== undefined && { totpKeyName: `${name.toLowerCase().replace(/\W+/g, ' ')}${randomInt(1e6)}` }
      );
    }),
  'keys-by-uri-only': conforms()
    .says('A new key is answered as a URI, without totpSecretKey.')
    .successes(handsOutKey, without(['totpSecretKey'])),
  'keys-by-secret-only': conforms()
    .says('A new key is answered as totpSecretKey, without a URI.')
    .successes(handsOutKey, without(['totpUri'])),
  'key-when-switched-on': conforms()
    .says(
      'PUT /support-user/mfa to totp only chooses the mode. The PATCH that switches MFA on returns the key.',
    )
    .successes('ConfigureSupportMFAConfig', (body, _call, { state }) => {
      if (state.support.enabled) return body;
      state.support = withoutKey(state.support);
      return without(['totpSecretKey', 'totpUri', 'accountName'])(body);
    }),
  'secret-in-groups': conforms()
    .says('totpSecretKey is shown in small letters and groups of four; the URI has the exact secret.')
    .shows(handsOutKey, (body) => {
      const secret = text(body, 'totpSecretKey');
      const groups = secret?.toLowerCase().match(/.{1,4}/g);
      return groups !== undefined && groups !== null && { totpSecretKey: groups.join(' ') };
    }),
  'uri-with-counter': conforms()
    .says('The URI of a TOTP key also has a counter of 0.')
    .wraps('keyUri', (keyUri, key, secret) => `${keyUri(key, secret)}&counter=0`),
  'key-name-in-the-label': conforms()
    .says('The URI label of a TOTP key ends in the key name, in lower-case percent-encoding.')
    .wraps('keyUri', (keyUri, key, secret) => {
      const name = encodeURIComponent(key.name ?? '').replace(/%../g, (octet) => octet.toLowerCase());
      return keyUri(key, secret).replace('?', key.name === null ? '?' : `%20(${name})?`);
    }),
  'trailing-commas-taken': conforms()
    .says('JSON with a comma before a closing bracket is accepted.')
    .inputs('any', (call) => {
      if (call.content === undefined) return;
      call.content = Buffer.from(call.content.toString().replace(/,(?=\s*[}\]])/g, ''));
    }),
  'credentials-hexadecimal': conforms({ fails: ['access/key-in-other-case-is-refused'] })
    .says('Session ids are hexadecimal and, like API keys, accepted in any case.')
    .by((seams) => {
      const isHex = /^(?:[0-9a-f]{2})+$/i;
      shownAs(
        seams,
        'sessionId',
        (id) => Buffer.from(id, 'base64url').toString('hex'),
        (shown) => (isHex.test(shown) ? Buffer.from(shown, 'hex').toString('base64url') : shown),
      );
      alsoKnows(seams, ({ apiKey }, _call, { state }) =>
        state.users.find((user) => user.apiKey.toLowerCase() === apiKey?.toLowerCase()),
      );
    }),
  'token-with-spare-bits': conforms()
    .says('The last character of an access token has unused bits.')
    .with(
      shownAs,
      'accessToken',
      (token) => `${token}${spare}`,
      (shown) => shown.replace(/(?<=^[\w-]{32})[\w-]$/, ''),
    ),
  'salesforce-out-of-reach': conforms()
    .says('A code of the enabled type salesforce is answered 502: Salesforce is not reached.')
    .refusals(['CreateSession', 'VerifyUserOtp'], (answer, call) => {
      const { errorCode } = asObject(answer.body);
      const type = own(call.body, call.operation === 'CreateSession' ? 'otpType' : 'type');
      if (type !== 'salesforce' || errorCode !== 'KInvalidOtp') return;
      Object.assign(answer, { status: 502, headers: {}, body: unreachable });
    }),
  'one-begun-login-for-each-user': conforms({ since: '7.3.1' })
    .says('A new pending session ends the earlier one of the same user.')
    .successes('CreateSession', (body, _call, { state }) => {
      const begun = text(body, 'sessionId') ?? '';
      const user = state.firstSteps.get(begun);
      for (const [id, other] of state.firstSteps)
        if (other === user && id !== begun) state.firstSteps.delete(id);
    }),
  'enforced-after-a-second': conforms()
    .says('Logins follow a switch of cluster MFA a second after GET shows it.')
    .with(enforceLate, 1_000),
  'keys-in-force-late': conforms()
    .says('Codes of a new TOTP key are refused for 0.4 s after its answer.')
    .with(keysLate, 400),
  'sessions-end-after-a-second': conforms()
    .says('Ended sessions work for another second, as on a node that learns late.')
    .with(endSessionsLate, 1_000),
  'two-nodes': conforms()
    .says('Every other request goes to a node that learns of changes 1.5 seconds after the first one.')
    .with(twoNodes, 1_500),
  'no-op-is-409': conforms()
    .says('A PUT without a change, or switching support MFA off while it is off, is answered 409.')
    .with(refuseNoOps, 409),
  'no-op-is-422': conforms()
    .says('A PUT or PATCH without a change is answered 422, even to callers without the privilege.')
    .by((seams) => {
      refuseNoOps(seams, 422);
      seams.refusal('any', (answer, { operation, content }, { state }) => {
        if (answer.status !== 403 || content === undefined) return;
        if (isNoOp(operation, jsonIn(content), state)) answer.status = 422;
      });
    }),
  'address-proven-first': conforms({ fails: ['support-email/address-changed-with-mailed-code'] })
    .says('A new address of the support user takes effect once verified; until then GET shows the old one.')
    .with(keepsAddress),
  'missing-body-is-empty': conforms()
    .says('A missing body counts as {}: PATCH answers 200, verify-totp success false.')
    .by((seams) => {
      seams.body('UpdateSupportMFAConfig', (body) => body ?? {});
      seams.refusal('VerifySupportUserTotp', (answer, call) => {
        if (call.caller?.role !== 'admin' || call.content?.length !== 0) return;
        answer.status = 200;
        answer.body = { success: false };
      });
    }),
  'pending-key-again': conforms()
    .says('Enrolling the support user again before the first code gives the same key again.')
    .wraps('newSecret', (newSecret, call, world) => {
      const { support } = world.state;
      const isPending = support.enabled && support.mfaType === 'totp' && support.verification === 'kPending';
      const asksAgain = call.operation === 'UpdateSupportMFAConfig' && isPending;
      return (asksAgain ? support.key?.secret : undefined) ?? newSecret(call, world);
    }),
  'no-change-while-off': conforms()
    .says('A PATCH of /support-user/mfa that leaves support MFA off is answered 409.')
    .bodies('UpdateSupportMFAConfig', (body, call, { state }) => {
      const leavesOff = !state.support.enabled && own(body, 'enabled') === false;
      if (leavesOff && call.caller?.role === 'admin')
        throw new Refusal(409, 'KNoChange', 'Support MFA is off.');
    }),
  'support-totp-on-after-first-code': conforms()
    .says('Support MFA by TOTP is on only after the first right code; disabling earlier is refused.')
    .by((seams) => {
      seams.body('VerifySupportUserTotp', (body, _call, { state }) => {
        if (own(body, 'purpose') === 'DisableMfa' && !state.support.enabled)
          throw new Refusal(400, 'KNotEnabled', 'Support MFA is not on.');
      });
      seams.wrap('storeSupport', (storeSupport, before, wanted, world) => {
        const stored = storeSupport(before, wanted, world);
        const isOpen = stored.enabled && stored.mfaType === 'totp' && stored.verification !== 'kSuccess';
        return isOpen ? { ...stored, enabled: false } : stored;
      });
      seams.success('UpdateSupportMFAConfig', (_body, call, { state }) => {
        if (own(call.body, 'enabled') === false) state.support = supportOff;
      });
      seams.success('VerifySupportUserTotp', (body, _call, { state }) => {
        if (own(body, 'success') === true) state.support = { ...state.support, enabled: true };
      });
    }),
  'types-not-shown-while-off': conforms()
    .says('GET /mfa-config shows null for authenticationTypes while cluster MFA is off.')
    .shows('GetMFAConfig', (body) => own(body, 'enabled') !== true && { authenticationTypes: null }),
  'retain-not-shown': conforms({ near: ['mfa-config/retain-false-is-null'] })
    .says('retainUserMfaSettings applies to one change: GET /mfa-config never shows it.')
    .shows('GetMFAConfig', (_body) => ({ retainUserMfaSettings: null })),
  'retain-shown-as-false': conforms({ fails: ['mfa-config/stores-retain-user-mfa-settings'] })
    .says('retainUserMfaSettings applies to one change: GET /mfa-config shows false after it.')
    .shows('GetMFAConfig', (_body) => ({ retainUserMfaSettings: false })),
  'types-empty-while-off': conforms()
    .says('GET /mfa-config shows an empty list for authenticationTypes while cluster MFA is off.')
    .shows('GetMFAConfig', (body) => own(body, 'enabled') !== true && { authenticationTypes: [] }),
  'salesforce-is-501': conforms()
    .says('A PUT /mfa-config that names salesforce is answered 501 with an Error.')
    .wraps('storeCluster', (storeCluster, before, wanted, world) => {
      if (wanted.authenticationTypes?.includes('salesforce'))
        throw new Refusal(501, 'KNotImplemented', 'salesforce is not available.');
      return storeCluster(before, wanted, world);
    }),
  'one-put-at-a-time': conforms()
    .says('Of two concurrent PUT /mfa-config one is answered 409.')
    .with(oneAtATime, 'UpdateMFAConfig'),
  'one-change-at-a-time': conforms()
    .says('Of two concurrent changes of configurations, cluster or support, one is answered 409.')
    .with(oneAtATime, ['UpdateMFAConfig', 'UpdateSupportMFAConfig', 'ConfigureSupportMFAConfig']),
});
