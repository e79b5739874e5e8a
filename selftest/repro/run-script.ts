import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type EmulatorOptions, startEmulator } from '../../emulator/emulator.js';
import { readTarget, variablesOf } from '../../src/input/target-file/read.js';
import { findCode } from '../../src/wire/mail/code.js';
import { openMailbox } from '../../src/wire/mail/open.js';
import { program, writeTarget } from '../cli/suite.js';

export interface Ended {
  readonly code: number | null;
  readonly said: string;
  /** The emulator's state afterwards, by its control port. */
  readonly state: unknown;
}

/** An emulator that a script is run against. */
export type ScriptTarget = Pick<EmulatorOptions, 'faults' | 'release' | 'tls'>;

/** Runs a script as a person would, against a new emulator; mails are read for it. */
export async function runScript(script: string, options: ScriptTarget, folder: string): Promise<Ended> {
  mkdirSync(folder, { recursive: true });
  const emulator = await startEmulator(options);
  const authority = join(folder, 'ca.pem');
  if (emulator.certificate !== undefined) writeFileSync(authority, emulator.certificate);
  const target = readTarget(writeTarget(folder, emulator.targetFile()), {});
  if (target.mail === undefined) throw new Error('The emulator has no mail.');
  const addresses = ['admin', 'viewer', 'other'].map((role) => {
    const { email } = target.accounts[role === 'admin' || role === 'viewer' ? role : 'other'] ?? {};
    return email ?? '';
  });
  const mailbox = await openMailbox(target.mail, [...addresses, target.supportUser.email ?? '']);
  let mark = await mailbox.mark();
  // A person reads the newest mail: more may have been asked for before.
  const newestTo = async (to: string) => {
    await mailbox.next(mark, { to }, 5_000);
    await mailbox.next(await mailbox.mark(to), { to }, 200).catch(() => undefined);
    const mails = await mailbox.since(mark);
    mark = await mailbox.mark();
    return mails.findLast((mail) => mail.to.includes(to));
  };
  const door = createServer((request, response) => {
    const to = decodeURIComponent(request.url?.slice(1) ?? '');
    newestTo(to).then(
      (mail) => response.end(mail === undefined ? '' : (findCode(mail).code ?? '')),
      () => response.end(''),
    );
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const reader = join(folder, 'mail-code.sh');
  writeFileSync(reader, `#!/bin/sh\nexec curl -sS "http://127.0.0.1:${portOf(door.address())}/$1"\n`, {
    mode: 0o755,
  });
  const env = {
    ...process.env,
    ...Object.fromEntries(variablesOf(target).map(({ variable, value }) => [variable, value.reveal()])),
    BASE_URL: emulator.baseUrl,
    CURL_OPTIONS: emulator.certificate === undefined ? '' : `--cacert ${authority}`,
    CLOCK_CONTROL: `${emulator.controlUrl}/clock`,
    CODE_CMD: `${process.execPath} ${program} code`,
    MAIL_CODE_CMD: reader,
  };
  try {
    const ended = await shell(script, env);
    const state: unknown = await (await fetch(`${emulator.controlUrl}/state`)).json();
    return { ...ended, state };
  } finally {
    door.closeAllConnections();
    door.close();
    await mailbox.close();
    await emulator.close();
  }
}

function shell(script: string, env: NodeJS.ProcessEnv): Promise<Omit<Ended, 'state'>> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', [script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

const portOf = (address: string | AddressInfo | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;
