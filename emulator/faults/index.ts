import type { Fault, KnownFault } from '../seams.js';
import { accessFaults, nearCredentialFaults, privilegeFaults } from './access.js';
import { bodyFaults } from './bodies.js';
import { configFaults } from './config.js';
import { atOnceFaults, consistencyFaults } from './consistency.js';
import { guessableFaults } from './guessable.js';
import { guessingFaults, throttleFaults } from './guessing.js';
import { headFaults, httpFaults, tlsFaults } from './http.js';
import { keyAndMailFaults } from './keys-and-mails.js';
import { loginFaults, unaskedFaults } from './login.js';
import { mailFaults } from './mail.js';
import { mailContentFaults } from './mail-content.js';
import { newerFaults } from './newer.js';
import { otherWayFaults } from './other-ways.js';
import { refusedFaults } from './refused.js';
import { rightCodeFaults } from './right-codes.js';
import { absentFaults, schemaFaults, statusFaults } from './schema.js';
import { secondStepFaults } from './second-step.js';
import { semanticsFaults } from './semantics.js';
import { sessionFaults } from './sessions.js';
import { supportFaults } from './support.js';
import { supportCodeFaults, verifyTotpFaults } from './support-codes.js';
import { supportKeyFaults } from './support-keys.js';
import { supportProofFaults } from './support-proofs.js';
import { totpFaults, totpKeyFaults } from './totp-keys.js';
import { totpLoginFaults } from './totp-login.js';
import { turnsRed } from './turns-red.js';
import { waysInFaults } from './ways-in.js';
import { unknownFaults, wireFaults } from './wire.js';

const written: readonly Fault[] = [
  ...statusFaults,
  ...absentFaults,
  ...schemaFaults,
  ...configFaults,
  ...bodyFaults,
  ...consistencyFaults,
  ...semanticsFaults,
  ...accessFaults,
  ...privilegeFaults,
  ...nearCredentialFaults,
  ...refusedFaults,
  ...otherWayFaults,
  ...totpKeyFaults,
  ...totpFaults,
  ...totpLoginFaults,
  ...throttleFaults,
  ...waysInFaults,
  ...unaskedFaults,
  ...guessingFaults,
  ...guessableFaults,
  ...rightCodeFaults,
  ...keyAndMailFaults,
  ...loginFaults,
  ...sessionFaults,
  ...mailFaults,
  ...mailContentFaults,
  ...supportFaults,
  ...supportCodeFaults,
  ...supportKeyFaults,
  ...supportProofFaults,
  ...atOnceFaults,
  ...verifyTotpFaults,
  ...secondStepFaults,
  ...newerFaults,
  ...httpFaults,
  ...wireFaults,
  ...headFaults,
  ...unknownFaults,
  ...tlsFaults,
];

export const faults: readonly KnownFault[] = written.map((fault) => {
  const { level = 'must', besides = [] } = turnsRed[fault.id] ?? {};
  return { ...fault, level, fails: [...fault.breaks, ...besides] };
});
