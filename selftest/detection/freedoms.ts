import { forms } from '../../emulator/variants/forms.js';
import { answerOf, operationsIn, ownProperties, partsOf, rawDocument } from '../contract/raw.js';
import { allPairs, type Factor } from './pairwise.js';

const document = rawDocument('7.1.2_u3');

/** Properties that are optional only in the document: without them the operation is useless for clients. */
const needed: readonly string[] = [
  ...['CreateSession.sessionId', 'CreateAccessToken.accessToken', 'CreateTotpKey.totpSecretKey'],
  ...['CreateTotpKey.totpUri', 'UpdateSupportMFAConfig.totpSecretKey', 'UpdateSupportMFAConfig.totpUri'],
];

/** An Error needs at least one of these properties. */
const neededOne: readonly string[] = ['Error.errorCode', 'Error.message'];

/** The 4xx statuses that a target may choose for a mistake. 405, 413, 415 and 429 say something else. */
const refusals = [400, 401, 403, 404, 409, 422];

/** Refusals by the reference's errorCode, with their operations. A target may give each its own status. */
const refused: readonly (readonly [errorCode: string, reference: number, ...operations: string[]])[] = [
  ['KUnauthorized', 401, 'any'],
  ['KForbidden', 403, 'any'],
  ['KInvalidCredentials', 401, 'CreateSession', 'CreateAccessToken', 'CreateEmailOtp'],
  ['KOtpRequired', 401, 'CreateSession', 'CreateAccessToken'],
  ['KOtpTypeDisabled', 401, 'CreateSession'],
  ['KInvalidOtp', 401, 'CreateSession'],
  ['KMalformedJson', 400, 'any'],
  ['KInvalidBody', 400, 'UpdateMFAConfig', 'UpdateSupportMFAConfig', 'VerifySupportUserTotp'],
  ['KInvalidBody', 400, 'CreateTotpKey', 'CreateEmailOtp', 'CreateSession', 'CreateAccessToken'],
  ['KBodyMissing', 400, 'any'],
  ['KInvalidAddress', 400, 'UpdateSupportMFAConfig'],
  ['KModeMissing', 400, 'UpdateSupportMFAConfig'],
  ['KAddressMissing', 400, 'UpdateSupportMFAConfig'],
  ['KMfaCodeRequired', 403, 'UpdateSupportMFAConfig'],
  ['KInvalidMfaCode', 403, 'UpdateSupportMFAConfig'],
  ['KCodeMissing', 400, 'VerifySupportUserTotp'],
  ['KNotEnrolled', 400, 'VerifySupportUserTotp'],
  ['KNoAddress', 400, 'SendSupportEmailOtp'],
];

/** Effects that GET, or the next login, may show late. */
const delayed = ['configuration', 'support', 'enforcement', 'sessions'];
const delaysMs = [400, 1500];

/** Requirements of level should that fail because of a setting. With the setting `hiddenBy` beside it, they pass. */
const leavesAside: readonly (readonly [setting: RegExp, requirement: string, hiddenBy?: string])[] = [
  [/^refusal:any\.KForbidden=(?!404)/, 'access/missing-privilege-is-403'],
  [/^form:totpKeyId\.same$/, 'totp-key/ids-are-unique', 'absent:CreateTotpKey.totpKeyId'],
];

/** What the contract leaves to the target: a factor for each point. The emulator sets the factors in this order. */
export function freedoms(): Factor[] {
  return [
    ...delayed.map((effect) => factor(`delay:${effect}`, delaysMs.map(String))),
    ...refused.flatMap(([errorCode, reference, ...operations]) => {
      const statuses = refusals.filter((status) => status !== reference).map(String);
      return operations.map((operation) => factor(`refusal:${operation}.${errorCode}`, statuses));
    }),
    ...formFactors(),
    ...answerProperties().flatMap(ofProperty),
  ];
}

/** The targets to try. For factors that a row doesn't set, the reference's setting holds. */
export function freedomRows(): string[][] {
  return allPairs(freedoms(), mayMeet);
}

export function failedByRow(row: readonly string[]): string[] {
  return leavesAside.flatMap(([setting, requirement, hiddenBy = '']) =>
    row.some((one) => setting.test(one)) && !row.includes(hiddenBy) ? [requirement] : [],
  );
}

function factor(name: string, values: readonly string[]): Factor {
  return { name, settings: values.map((value) => `${name}=${value}`) };
}

function formFactors(): Factor[] {
  const properties = [...new Set(forms.map((form) => form.split('.')[0] ?? ''))];
  return properties.map((property) => ({
    name: `form:${property}`,
    settings: forms.filter((form) => form.startsWith(`${property}.`)).map((form) => `form:${form}`),
  }));
}

/** The properties of successful answers, and of every Error, with the freedoms that the document leaves. */
function answerProperties() {
  const successes = operationsIn(document).flatMap(({ operation }) => {
    const schema = answerOf(operation);
    return schema === undefined ? [] : optional(String(operation.operationId), schema);
  });
  return [...successes, ...optional('Error', 'Error')];
}

function optional(place: string, schema: string) {
  return partsOf(document, schema).flatMap((part) =>
    ownProperties(part)
      .filter(([name]) => part.required?.includes(name) !== true)
      .map(([name, { nullable, type, default: absent }]) => {
        // What its absence means; undefined if the document doesn't say.
        const fallback: unknown = absent;
        return { place, name, nullable: nullable === true, list: type === 'array', fallback };
      }),
  );
}

type AnswerProperty = ReturnType<typeof optional>[number];

function ofProperty({ place, name, nullable, list, fallback }: AnswerProperty): Factor[] {
  const at = `${place}.${name}`;
  if (needed.includes(at)) return [];
  const absent = fallback === undefined ? `absent:${at}` : `absent:${at}=${JSON.stringify(fallback)}`;
  const settings = [
    absent,
    ...(nullable ? [`null:${at}`] : []),
    ...(list ? [`order:${at}=reversed`, `order:${at}=changing`] : []),
  ];
  return [{ name: at, settings }];
}

export function mayMeet(one: string, other: string): boolean {
  const isMissing = (setting: string) =>
    neededOne.some((at) => setting === `absent:${at}` || setting === `null:${at}`);
  return !(isMissing(one) && isMissing(other));
}
