import type { Call, Step } from './curl.js';
import { emailLogin, totpLogin } from './login-recipes.js';
import { codeStep, step } from './steps.js';
import { byNeeds, mainCalls, type Named, ordinary, startsByTotp, switchedOn } from './stimuli.js';

/**
 * The commands that show a requirement on a target by hand: what must be there first, the calls it is about,
 * and the giving back of what they change.
 */
export function recipeOf(requirement: Named): Step[] {
  if (requirement.area === 'totp-login') return [keep, ...totpLogin(requirement.id), putBack];
  if (requirement.area === 'email-login') return [keep, ...emailLogin(requirement.id), putBack];
  if (requirement.area === 'tls') return tls(requirement.id);
  const calls = mainCalls(requirement);
  return [
    ...preparation(requirement, calls),
    ...calls.flatMap((call, index) => steps(requirement, call, index)),
    ...givingBack(requirement, calls),
  ];
}

const keep = step('Keep the configuration as it is found', 'GetMFAConfig', { saveAs: 'mfa-config.json' });
const putBack = step('Give back the configuration as it was found', 'UpdateMFAConfig');
const switchOn = step('Switch cluster MFA on', 'UpdateMFAConfig', { body: switchedOn });
const openSession = step('Log in: the sessionId is SESSION_ID below', 'CreateSession');
const sendCode = step('Have a code mailed: it is MAILED_CODE below', 'SendSupportEmailOtp');

/** What curl can't show: HOST and PORT are those of BASE_URL. */
function tls(id: string): Step[] {
  return id.endsWith('/no-plain-http')
    ? [{ note: 'Ask the port of HTTPS in plain HTTP', command: 'curl -sS -i "http://$HOST:$PORT/"' }]
    : [
        {
          note: 'Offer an old version only: no session may come of it',
          command: 'openssl s_client -tls1_1 -cipher DEFAULT:@SECLEVEL=0 -connect "$HOST:$PORT" </dev/null',
        },
      ];
}

/** What must be seen twice. */
const repeated = /replay$|-idempotent$|ids-are-unique$|get-is-safe$|works-once$/;

function steps({ id }: Named, call: Call, index: number): Step[] {
  if (index > 0) return [{ note: call.operation.startsWith('Get') ? 'Read back' : 'Then', call }];
  return [{ note: 'Call', call }, ...(repeated.test(id) ? [{ note: 'The same again', call }] : [])];
}

function preparation(requirement: Named, calls: readonly Call[]): Step[] {
  const { id, area, needs } = requirement;
  const found: Step[] = [];
  const writesCluster = calls.some(({ operation }) => operation === 'UpdateMFAConfig');
  if (writesCluster || needs.includes('clusterMfa')) found.push(keep);
  if (calls.some((call) => call.as === 'user' || call.query?.includes('$SESSION_ID')))
    found.push(openSession);
  if (calls.some((call) => call.as === 'viewer')) {
    const body = (ordinary.CreateSession.body ?? '').replaceAll('$USER_', '$VIEWER_');
    found.push(
      step('Log in as the viewer: the sessionId is VIEWER_SESSION_ID below', 'CreateSession', { body }),
    );
  }
  if (calls.some((call) => call.as.startsWith('token'))) {
    found.push(step('Get a token: the accessToken is ACCESS_TOKEN below', 'CreateAccessToken'));
  }
  if (needs.includes('clusterMfa') && !writesCluster) found.push(switchOn);

  const enrolment = byNeeds('UpdateSupportMFAConfig', requirement);
  const changesProtected = /(disabled|changed)-with|^support-email\/(code-works|wrong-codes)/.test(id);
  const enrolsFirst = changesProtected || calls[0]?.operation !== 'UpdateSupportMFAConfig';
  // What no code is mailed for is shown while support MFA is off.
  if (enrolment.body === undefined || !enrolsFirst || id.endsWith('/no-code-without-an-address'))
    return found;
  const byTotp = startsByTotp(requirement);
  const secret = byTotp ? ': the totpSecretKey is TOTP_SECRET below' : '';
  found.push(step(`Switch support MFA on${secret}`, 'UpdateSupportMFAConfig', enrolment));
  if (byTotp && (area === 'verify-totp' || changesProtected)) found.push(codeStep('A current code'));
  if (byTotp && changesProtected) {
    found.push(step('Verify the enrolment', 'VerifySupportUserTotp'));
    found.push(codeStep('The code of the next step, half a minute later'));
  }
  if (!byTotp && changesProtected) found.push(sendCode);
  return found;
}

function givingBack({ id, needs }: Named, calls: readonly Call[]): Step[] {
  const off = (code: string) =>
    step('Give back: switch support MFA off (before 6.8.1 without mfaCode)', 'UpdateSupportMFAConfig', {
      body: `{"enabled":false,"mfaCode":"${code}"}`,
    });
  const found: Step[] = [];
  const stillOn = !/\/disabled-with|\/no-code-without-an-address$/.test(id);
  if (needs.includes('replaceSupportTotp') && stillOn) {
    found.push(
      codeStep('A code not used yet, of the secret that was answered (totpSecretKey)'),
      off('$TOTP_CODE'),
    );
  }
  if (needs.includes('supportMail') && stillOn) found.push(sendCode, off('$MAILED_CODE'));
  const changesCluster = calls.some(
    ({ operation, body }) => operation === 'UpdateMFAConfig' && body !== putBack.call?.body,
  );
  if (needs.includes('clusterMfa') || changesCluster) found.push(putBack);
  return found;
}
