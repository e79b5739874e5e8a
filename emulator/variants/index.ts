import type { Variant } from '../seams.js';
import { answerVariants } from './answers.js';
import { behaviourVariants } from './behaviour.js';
import { fieldVariants } from './field.js';
import { fieldAnswerVariants } from './field-answers.js';
import { leftOpenVariants } from './left-open.js';
import { loginVariants } from './logins.js';
import { mailVariants } from './mail.js';
import { nearestVariants } from './nearest.js';
import { pageVariants } from './pages.js';
import { transportVariants } from './transport.js';

/** Conforming targets. If a `must` requirement turns red for one of them, that is a false alarm. */
export const variants: readonly Variant[] = [
  ...answerVariants,
  ...behaviourVariants,
  ...fieldVariants,
  ...fieldAnswerVariants,
  ...leftOpenVariants,
  ...loginVariants,
  ...mailVariants,
  ...nearestVariants,
  ...pageVariants,
  ...transportVariants,
];
