import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ConfigurationError } from '../../base/errors.js';
import { loadContract } from '../../contract/openapi/load.js';
import { readTarget } from '../../input/target-file/read.js';
import { Connection } from '../../target/connection/connection.js';
import { stateDirOf } from '../../target/journal/state-dir.js';
import { Authenticator } from '../../wire/otp/authenticator.js';
import { parseKeyUri } from '../../wire/otp/key-uri.js';
import { wholeNumber } from '../run-options.js';
import { argument } from './options.js';

const help = `
The secret comes on standard input, never as an argument: other users can read command lines.
  printf %s "$TOTP_URI" | mfa-conformance code -t lab-7.yaml`;

export function addCode(program: Command): void {
  program
    .command('code')
    .description('print the one-time code of the TOTP secret or otpauth URI on standard input')
    .option('--step <n>', 'the code N steps from now, e.g. -1', argument(wholeNumber()), 0)
    .option('--at <date>', "the target's time, e.g. from the Date of an answer", argument(timeOf))
    .option('--offset <seconds>', "the target's clock minus this one's", argument(wholeNumber()), 0)
    .option('-t, --target <file>', "use the clock of this target file's target, which gets one request")
    .addHelpText('after', help)
    .action(async ({ step, at, offset, target }) => {
      const authenticator = authenticatorOf(readFileSync(0, 'utf8').trim());
      const now = at ?? (target === undefined ? Date.now() + offset * 1000 : await timeAt(target));
      const wanted = authenticator.stepAt(now) + step;
      if (wanted < 0) throw new ConfigurationError('--step: that is before 1970.');
      process.stdout.write(`${authenticator.codeAt(wanted)}\n`);
    });
}

function authenticatorOf(text: string): Authenticator {
  if (text === '') throw new ConfigurationError('There is no secret on standard input.');
  if (!/^otpauth:/i.test(text)) return new Authenticator({ secret: text });
  const { keyUri, problems } = parseKeyUri(text);
  if (keyUri === undefined) throw new ConfigurationError(`The key URI can't be used: ${problems[0]?.text}`);
  return Authenticator.fromKeyUri(keyUri);
}

async function timeAt(file: string): Promise<number> {
  const target = readTarget(file, process.env);
  const options = { stateDir: stateDirOf(undefined, process.env), readOnly: 'code only reads' };
  const contract = await loadContract(target.release);
  return Connection.during(target, contract, options, async ({ api, clock }) => {
    await api.call('GetMFAConfig');
    if (!clock.known) throw new ConfigurationError(`${target.baseUrl} sends no usable Date header.`);
    return clock.now();
  });
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new ConfigurationError('Expected a date like the Date field: Wed, 25 Nov 2026 22:05:00 GMT.');
}
