import { setTimeout as pause } from 'node:timers/promises';
import { type Call, Refusal, type World } from '../call.js';
import { asObject, isObject, type Json, type JsonObject, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import type { Seams, Variant } from '../seams.js';
import { type ClusterMfa, supportOff } from '../state.js';
import { endSessionsLate, enforceLate, keysLate, twoNodes } from './late.js';

/** A 33rd character of base64url is half a byte of nothing. */
const spare = 'A';

const handsOutKey: OperationId[] = ['CreateTotpKey', 'UpdateSupportMFAConfig'];

const unreachable = { errorCode: 'KUnavailable', message: 'Salesforce is not reached.', taskLogId: null };

const configuration = ['enabled', 'mfaType', 'email', 'otpVerificationState'];

function without(names: readonly string[]): (body: JsonObject) => JsonObject {
  return (body) => Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}

/** A body may be nested so deep that it can't be written as text. */
function isOf(config: ClusterMfa, body: Json | undefined): boolean {
  const types = own(asObject(body), 'authenticationTypes');
  return (
    Object.keys(asObject(body)).length === 3 &&
    own(asObject(body), 'enabled') === config.enabled &&
    own(asObject(body), 'retainUserMfaSettings') === config.retainUserMfaSettings &&
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

function jsonIn(content: Buffer): Json | undefined {
  try {
    const parsed: Json = JSON.parse(content.toString());
    return parsed;
  } catch {
    return undefined;
  }
}

function refuseNoOps(seams: Seams, status: number): void {
  seams.body('any', (body, call, { state }) => {
    if (call.caller?.role === 'admin' && isNoOp(call.operation, body, state))
      throw new Refusal(status, 'KNoChange', 'That is so already.');
    return body;
  });
}

/** What the API document leaves open, and a target may therefore do. */
export const leftOpenVariants: readonly Variant[] = [
  {
    id: 'patch-answers-new-key-only',
    description:
      'PATCH /support-user/mfa answers a new secret and its URI, and nothing of the configuration.',
    apply: (seams) => seams.success('UpdateSupportMFAConfig', without([...configuration, 'accountName'])),
  },
  {
    id: 'state-not-shown',
    description: 'GET /support-user/mfa shows no otpVerificationState.',
    apply: (seams) => seams.success('GetSupportMFAConfig', without(['otpVerificationState'])),
  },
  {
    id: 'access-token-without-type',
    description: 'POST /access-tokens leaves tokenType and privileges out.',
    apply: (seams) => seams.success('CreateAccessToken', without(['tokenType', 'privileges'])),
  },
  {
    id: 'totp-key-without-id-and-name',
    description: 'POST /totp-key answers the secret and its URI only.',
    apply: (seams) => seams.success('CreateTotpKey', without(['totpKeyId', 'totpKeyName'])),
  },
  {
    id: 'keys-by-uri-only',
    description: 'A new key is handed out as a URI, without totpSecretKey.',
    fails: ['totp-key/gives-both-forms', 'support-totp/gives-both-forms'],
    apply: (seams) => seams.success(handsOutKey, without(['totpSecretKey'])),
  },
  {
    id: 'keys-by-secret-only',
    description: 'A new key is handed out as totpSecretKey, without a URI.',
    fails: ['totp-key/gives-both-forms', 'support-totp/gives-both-forms'],
    apply: (seams) => seams.success(handsOutKey, without(['totpUri'])),
  },
  {
    id: 'secret-in-groups',
    description: 'totpSecretKey is shown in small letters and groups of four; the URI holds it exactly.',
    apply: (seams) =>
      seams.success(handsOutKey, (body) => {
        const secret = text(body, 'totpSecretKey');
        const groups = secret?.toLowerCase().match(/.{1,4}/g);
        return groups === undefined || groups === null ? body : { ...body, totpSecretKey: groups.join(' ') };
      }),
  },
  {
    id: 'uri-with-counter',
    description: 'The URI of a TOTP key has a counter of 0 as well.',
    apply: ({ rules }) => {
      const { keyUri } = rules;
      rules.keyUri = (key, secret) => `${keyUri(key, secret)}&counter=0`;
    },
  },
  {
    id: 'key-name-in-the-label',
    description:
      'The label of the URI of a TOTP key ends in the name of the key, in lower-case percent-encoding.',
    apply: ({ rules }) => {
      const { keyUri } = rules;
      const encoded = (text: string) =>
        encodeURIComponent(text).replace(/%../g, (octet) => octet.toLowerCase());
      rules.keyUri = (key, secret) =>
        keyUri(key, secret).replace('?', key.name === null ? '?' : `%20(${encoded(key.name)})?`);
    },
  },
  {
    id: 'trailing-commas-taken',
    description: 'JSON with a comma before a closing bracket is read as if it were not there.',
    apply: (seams) =>
      seams.input('any', (call) => {
        if (call.content === undefined) return;
        call.content = Buffer.from(call.content.toString().replace(/,(?=\s*[}\]])/g, ''));
      }),
  },
  {
    id: 'credentials-hexadecimal',
    description: 'Session ids are hexadecimal and, like API keys, taken in any case.',
    fails: ['access/key-in-other-case-is-refused'],
    apply: (seams) => {
      const { identify } = seams.rules;
      seams.success('CreateSession', (body) => {
        const id = text(body, 'sessionId');
        return id === undefined ? body : { ...body, sessionId: Buffer.from(id, 'base64url').toString('hex') };
      });
      seams.rules.identify = (credentials, call, world) => {
        const { apiKey, sessionId } = credentials;
        const owner = world.state.users.find((user) => user.apiKey.toLowerCase() === apiKey?.toLowerCase());
        const isHex = /^(?:[0-9a-f]{2})+$/i.test(sessionId ?? '');
        const id = isHex ? Buffer.from(sessionId ?? '', 'hex').toString('base64url') : sessionId;
        return (
          owner ?? identify({ ...credentials, ...(id === undefined ? {} : { sessionId: id }) }, call, world)
        );
      };
    },
  },
  {
    id: 'token-with-spare-bits',
    description: 'The last character of an access token has bits that mean nothing.',
    apply: (seams) => {
      const { identify } = seams.rules;
      seams.success('CreateAccessToken', (body) => {
        const accessToken = text(body, 'accessToken');
        return accessToken === undefined ? body : { ...body, accessToken: `${accessToken}${spare}` };
      });
      seams.rules.identify = (credentials, call, world) => {
        const authorization = credentials.authorization?.replace(/(?<= [\w-]{32})[\w-]$/, '');
        return identify(
          authorization === undefined ? credentials : { ...credentials, authorization },
          call,
          world,
        );
      };
    },
  },
  {
    id: 'salesforce-out-of-reach',
    description: 'A code of the enabled type salesforce is answered 502: Salesforce is not reached.',
    apply: (seams) => {
      seams.refusal(['CreateSession', 'VerifyUserOtp'], (answer, call) => {
        const { errorCode } = asObject(answer.body);
        const type = own(asObject(call.body), call.operation === 'CreateSession' ? 'otpType' : 'type');
        if (type !== 'salesforce' || errorCode !== 'KInvalidOtp') return;
        Object.assign(answer, { status: 502, headers: {}, body: unreachable });
      });
    },
  },
  {
    id: 'one-begun-login-for-each-user',
    description: 'A login that the password begins ends the one of the same user that was begun before it.',
    since: '7.3.1',
    apply: (seams) =>
      seams.success('CreateSession', (body, _call, { state }) => {
        const begun = text(body, 'sessionId') ?? '';
        const user = state.firstSteps.get(begun);
        for (const [id, other] of state.firstSteps)
          if (other === user && id !== begun) state.firstSteps.delete(id);
        return body;
      }),
  },
  {
    id: 'enforced-after-a-second',
    description: 'Logins go by a switch of cluster MFA a second after GET shows it.',
    apply: (seams) => enforceLate(seams, 1_000),
  },
  {
    id: 'keys-in-force-late',
    description: 'Codes of a new TOTP key are refused for 0.4 s after the key was answered.',
    apply: (seams) => keysLate(seams, 400),
  },
  {
    id: 'sessions-end-after-a-second',
    description: 'Sessions that were ended open for another second, as on a node that learns late.',
    apply: (seams) => endSessionsLate(seams, 1_000),
  },
  {
    id: 'two-nodes',
    description: 'Every other request goes to a node that learns of changes 1.5 seconds after the first one.',
    apply: (seams) => twoNodes(seams, 1_500),
  },
  {
    id: 'no-op-is-409',
    description:
      'Switching support MFA off while it is off, or a PUT of what is so already, is answered 409.',
    apply: (seams) => refuseNoOps(seams, 409),
  },
  {
    id: 'no-op-is-422',
    description:
      'A PUT or PATCH of what is so already is answered 422, also to who has no privilege for a real one.',
    apply: (seams) => {
      refuseNoOps(seams, 422);
      seams.refusal('any', (answer, { operation, content }, { state }) => {
        if (answer.status !== 403 || content === undefined) return;
        if (isNoOp(operation, jsonIn(content), state)) answer.status = 422;
      });
    },
  },
  {
    id: 'address-proven-first',
    description:
      "A new address for the support user's codes comes into force once it is proven: GET shows the one before.",
    fails: ['support-email/address-changed-with-mailed-code'],
    apply: ({ rules }) => {
      const { storeSupport } = rules;
      rules.storeSupport = (before, wanted, world) => {
        const isByMail = [before, wanted].every(({ enabled, mfaType }) => enabled && mfaType === 'email');
        return storeSupport(before, isByMail ? { ...wanted, email: before.email } : wanted, world);
      };
    },
  },
  {
    id: 'missing-body-is-empty',
    description:
      'Of the support user, no body is read as {}: a PATCH of nothing answers 200, a code of nothing success false.',
    apply: (seams) => {
      seams.body('UpdateSupportMFAConfig', (body) => body ?? {});
      seams.refusal('VerifySupportUserTotp', (answer, call) => {
        if (call.caller?.role !== 'admin' || call.content?.length !== 0) return;
        answer.status = 200;
        answer.body = { success: false };
      });
    },
  },
  {
    id: 'pending-key-again',
    description:
      "A request for the support user's key while one waits for its first code hands out that one again.",
    apply: ({ rules }) => {
      const { newSecret } = rules;
      rules.newSecret = (call, world) => {
        const { support } = world.state;
        const isPending =
          support.enabled && support.mfaType === 'totp' && support.verification === 'kPending';
        const asksAgain = call.operation === 'UpdateSupportMFAConfig' && isPending;
        return (asksAgain ? support.key?.secret : undefined) ?? newSecret(call, world);
      };
    },
  },
  {
    id: 'no-change-while-off',
    description:
      'A PATCH of /support-user/mfa that leaves support MFA off is answered 409, whatever else it sets.',
    apply: (seams) =>
      seams.body('UpdateSupportMFAConfig', (body, call, { state }) => {
        const leavesOff = !state.support.enabled && own(asObject(body), 'enabled') === false;
        if (leavesOff && call.caller?.role === 'admin')
          throw new Refusal(409, 'KNoChange', 'Support MFA is off.');
        return body;
      }),
  },
  {
    id: 'support-totp-on-after-first-code',
    description:
      "The support user's MFA by TOTP is on only after the first right code, and nothing to disable before.",
    apply: (seams) => {
      const { storeSupport } = seams.rules;
      seams.body('VerifySupportUserTotp', (body, _call, { state }) => {
        if (own(asObject(body), 'purpose') === 'DisableMfa' && !state.support.enabled)
          throw new Refusal(400, 'KNotEnabled', 'Support MFA is not on.');
        return body;
      });
      seams.rules.storeSupport = (before, wanted, world) => {
        const stored = storeSupport(before, wanted, world);
        const isOpen = stored.enabled && stored.mfaType === 'totp' && stored.verification !== 'kSuccess';
        return isOpen ? { ...stored, enabled: false } : stored;
      };
      seams.success('UpdateSupportMFAConfig', (body, call, { state }) => {
        if (own(asObject(call.body), 'enabled') === false) state.support = supportOff;
        return body;
      });
      seams.success('VerifySupportUserTotp', (body, _call, { state }) => {
        if (own(body, 'success') === true) state.support = { ...state.support, enabled: true };
        return body;
      });
    },
  },
  {
    id: 'types-not-shown-while-off',
    description: 'GET /mfa-config shows null for authenticationTypes while cluster MFA is off.',
    apply: (seams) =>
      seams.success('GetMFAConfig', (body) =>
        own(body, 'enabled') === true ? body : { ...body, authenticationTypes: null },
      ),
  },
  {
    id: 'retain-not-shown',
    description: 'retainUserMfaSettings is an order for one change: GET /mfa-config never shows it.',
    apply: (seams) => seams.success('GetMFAConfig', (body) => ({ ...body, retainUserMfaSettings: null })),
  },
  {
    id: 'retain-shown-as-false',
    description:
      'retainUserMfaSettings is an order for one change: GET /mfa-config shows false again after it.',
    fails: ['mfa-config/stores-retain-user-mfa-settings'],
    apply: (seams) => seams.success('GetMFAConfig', (body) => ({ ...body, retainUserMfaSettings: false })),
  },
  {
    id: 'types-empty-while-off',
    description: 'GET /mfa-config shows an empty list for authenticationTypes while cluster MFA is off.',
    apply: (seams) =>
      seams.success('GetMFAConfig', (body) =>
        own(body, 'enabled') === true ? body : { ...body, authenticationTypes: [] },
      ),
  },
  {
    id: 'salesforce-is-501',
    description: 'A PUT /mfa-config that names salesforce is answered 501 with an Error.',
    apply: ({ rules }) => {
      const { storeCluster } = rules;
      rules.storeCluster = (before, wanted, world) => {
        if (wanted.authenticationTypes?.includes('salesforce'))
          throw new Refusal(501, 'KNotImplemented', 'salesforce is not available.');
        return storeCluster(before, wanted, world);
      };
    },
  },
  {
    id: 'one-put-at-a-time',
    description: 'Of two PUT /mfa-config at the same time one is answered 409.',
    apply: (seams) => {
      let open = 0;
      seams.input('UpdateMFAConfig', () => {
        open += 1;
      });
      seams.body('UpdateMFAConfig', (body) => {
        if (open > 1) throw new Refusal(409, 'KBusy', 'Another change is under way.');
        return body;
      });
      seams.answer('UpdateMFAConfig', async () => {
        await pause(25);
        open -= 1;
      });
    },
  },
];
