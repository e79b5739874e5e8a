import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import type { Fault } from '../../emulator/seams.js';
import { variants } from '../../emulator/variants/index.js';
import { type Judgement, judge } from './matrix.js';
import { expectationOfFault, expectationOfVariant, problemsOf } from './problems.js';

/**
 * A part of the detection matrix, of each family of faults some; `npm run prove` tries all of them. The built
 * suite is run as a user runs it, against real emulators.
 */
const tried = [
  'status/email-otp-200',
  'status/totp-key-200',
  'status/get-mfa-config-203',
  'status/put-mfa-config-200',
  'status/patch-support-mfa-202',
  'status/verify-totp-201',
  'schema/get-mfa-config-enabled-is-text',
  'schema/get-support-mfa-unknown-state',
  'schema/verify-totp-success-is-text',
  'mfa-config/loses-enabled',
  'mfa-config/loses-authentication-types',
  'mfa-config/malformed-json-accepted',
  'access/get-mfa-config-anonymous',
  'access/verify-totp-anonymous',
  'access/send-support-email-otp-anonymous',
  'access/viewer-may-update-mfa-config',
  'totp/uri-of-another-secret',
  'totp/secret-in-hex',
  'totp/old-codes-accepted',
  'totp/replay-accepted',
  'login/password-alone',
  'login/otp-type-not-checked',
  'login/code-of-another-user',
  'mail/code-reusable',
  'mail/code-never-expires',
  'mail/wrong-password-mails',
  'support/totp-disabled-without-code',
  'support/address-changed-without-code',
  'support/secret-shown-by-get',
  'http/content-after-204',
  'http/not-utf-8',
  'http/errors-of-another-schema',
];

const expectations = [
  ...variants.filter((_, index) => index % 3 === 0).map(({ id }) => expectationOfVariant(id)),
  ...tried.map((id) => expectationOfFault(faultOf(id))),
];

function faultOf(id: string): Fault {
  const found = faults.find((fault) => fault.id === id);
  if (found === undefined) throw new Error(`There is no fault ${id}.`);
  return found;
}

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-detection-'));
let judgements: readonly Judgement[] = [];

beforeAll(async () => {
  judgements = await judge(expectations, folder);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the suite', () => {
  test.each(expectations.map((expectation) => [expectation.name, expectation] as const))(
    'turns red what it must, and nothing else: %s',
    (name, { fails }) => {
      const judgement = judgements.find(({ subject }) => subject.name === name);

      expect(judgement?.verdict.outcomes.length).toBeGreaterThan(100);
      expect(judgement === undefined ? ['not judged'] : problemsOf(judgement, fails)).toEqual([]);
    },
  );
});
