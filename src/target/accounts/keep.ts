import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { jsonOf, objectOf, shapedLike, shapes } from '../../base/shape.js';
import { accountRoles } from '../../input/target-file/allow.js';
import { type AccountProof, type Learned, loginWays, type Opens } from './learned.js';

/** Beside the log of the run. */
export const learnedFile = (log: string): string => join(dirname(log), 'accounts.json');

/** What the process before wrote; undefined where it wrote nothing, or nothing that can be read. */
export function readLearned(file: string): Learned | undefined {
  if (!existsSync(file)) return undefined;
  return jsonOf(readFileSync(file, 'utf8'), isLearned);
}

const { text, number, flag, listOf, orNull } = shapes;

const proof = objectOf<AccountProof>({
  letIn: orNull(flag),
  passwordAlone: orNull(flag),
  opens: orNull(objectOf<Opens>({ support: text, config: text, outside: text })),
  mailedCodes: orNull(flag),
  problems: listOf(text),
});

const isLearned = shapedLike<Learned>(
  objectOf<Learned>({
    unavailable: objectOf<Learned['unavailable']>({ sessions: text, tokens: text }, loginWays),
    accounts: objectOf<Learned['accounts']>({ admin: proof, viewer: proof, other: proof }, accountRoles),
    sessionLimit: orNull(number),
    mailSilent: orNull(text),
    mailCodeless: orNull(text),
    mailWhileOnOnly: flag,
  }),
);
