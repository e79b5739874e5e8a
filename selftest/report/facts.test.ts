import { expect, test } from 'vitest';
import { factInWords, factsInWords } from '../../src/reports/forms/facts.js';

const modes = { APIKeyHeader: 'accepted', Bearer: 'not seen' };

test.each([
  ['clockOffsetMs', 12, "In step with this machine's"],
  ['clockOffsetMs', -90_000, "1 min 30 s behind this machine's"],
  ['clockOffsetMs', null, "Not known: the target's answers have no Date header"],
  ['clockOffsetMs', 2500, "2.5 s ahead of this machine's"],
  ['acceptedSteps', '[0,0]', 'Codes of the current step only'],
  ['acceptedSteps', '[-1,+1]', 'Codes up to 1 step before and after now (±1)'],
  ['acceptedSteps', '[-2,0]', 'Codes from 2 steps before to now'],
  ['acceptedSteps', '[0,+1]', 'Codes from now to 1 step after'],
  ['acceptedSteps', '[-3,+1]', 'Codes from 3 steps before to 1 step after now'],
  ['credentialModes', modes, 'API key: accepted, bearer token: not seen'],
  ['throttleAfter', null, 'None seen among the wrong codes sent'],
  ['throttleAfter', 5, 'After 5 wrong codes'],
  ['patchSemantics', 'merge', 'Properties left out of a PATCH keep their values'],
  ['newKeyRetiresOlder', true, 'A new TOTP key retires the older one'],
  ['accountsWithoutCode', ['other'], 'For other only'],
  [
    'refusalStatuses',
    { 'a list': [400], 'no body': [400], 'no code': [400], 'no credential': [401, 403] },
    '400: a list, no body and 1 more; 401 or 403: no credential',
  ],
  ['mail', { text: true, html: false, subject: true }, "Digits in the mail's text, subject"],
  ['mail', { text: false, overTls: false }, 'Without four digits together, not over TLS'],
  ['mailCodeLifetimeS', 300, '5 min 0 s'],
  ['mailCodeLifetimeS', '570 to 630', '570 to 630 s'],
  ['undocumented', ['VerifyUserOtp 200 /sid'], 'answer of VerifyUserOtp, 200: undocumented member /sid'],
  ['ownInvention', true, 'yes'],
  ['ownInvention', { deep: [1, 2], other: null }, 'deep: 1, 2, other: not known'],
  // Unexpected values are shown unchanged.
  ['acceptedSteps', 'wide', 'wide'],
  ['throttleAfter', { afterMs: 5 }, 'afterMs: 5'],
  ['credentialModes', ['x'], 'x'],
  ['toString', 1, '1'],
])('a fact in words: %s %j', (name, value, text) => {
  expect(factInWords(name, value)).toBe(text);
});

test('a fact in words: those that readers look for come first, measured or not', () => {
  const facts = factsInWords({ ownInvention: 'x', throttleAfter: 3 });

  const labels = ['Clock', 'Credentials', 'Code window', 'Throttle', 'Own invention'];
  expect(facts.map(({ label }) => label)).toEqual(labels);
  expect(facts[0]?.text).toBe('not measured');
});
