import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { variablesOf } from '../../src/input/target-file/read.js';
import type { Target } from '../../src/input/target-file/target.js';
import { findCode } from '../../src/wire/mail/code.js';
import { openMailbox } from '../../src/wire/mail/open.js';
import { listen } from '../cli/servers.js';
import { printedOn } from '../tool/processes.js';
import type { Start } from './script-targets.js';

export interface Ended {
  readonly code: number | null;
  readonly said: string;
  readonly left: string | undefined;
}

const patienceMs = 240_000;

/** Runs a script, like a person, against a target started for it. Reads the target's mails. */
export async function runScript(script: string, start: Start, folder: string): Promise<Ended> {
  const started = await start(folder);
  const { target, clock, authority } = started;
  const mail = await mailReader(target, folder);
  const env = {
    ...process.env,
    ...Object.fromEntries(variablesOf(target).map(({ variable, value }) => [variable, value.reveal()])),
    BASE_URL: target.baseUrl,
    CURL_OPTIONS: authority === undefined ? '' : `--cacert ${authority}`,
    MAILED_CODE: mail.command,
    ...(clock === undefined ? {} : { CLOCK_CONTROL: clock }),
  };
  try {
    const ended = await shell(script, env);
    return { ...ended, left: await started.left() };
  } finally {
    await mail.close();
    await started.close();
  }
}

async function mailReader(target: Target, folder: string) {
  if (target.mail === undefined) throw new Error('The target file names no mail.');
  const { accounts, supportUser } = target;
  const addresses = [...Object.values(accounts), supportUser].flatMap(({ email }) => email ?? []);
  const mailbox = await openMailbox(target.mail, addresses);
  let mark = await mailbox.mark();
  // Like a person, reads the newest mail: the script may have requested several.
  const newestTo = async (to: string) => {
    await mailbox.next(mark, { to }, 5_000);
    await mailbox.next(await mailbox.mark(to), { to }, 200).catch(() => undefined);
    const mails = await mailbox.since(mark);
    mark = await mailbox.mark();
    return mails.findLast((mail) => mail.to.includes(to));
  };
  const server = createServer((request, response) => {
    const to = decodeURIComponent(request.url?.slice(1) ?? '');
    const code = newestTo(to).then((mail) => mail && findCode(mail).code);
    void code.catch(() => undefined).then((found = '') => response.end(found));
  });
  let closeServer: () => void | Promise<void> = () => {};
  const { port } = await listen(server, (end) => {
    closeServer = end;
  });
  const command = join(folder, 'mail-code.sh');
  writeFileSync(command, `#!/bin/sh\nexec curl -sS "http://127.0.0.1:${port}/$1"\n`, { mode: 0o755 });
  const close = async () => {
    await closeServer();
    await mailbox.close();
  };
  return { command, close };
}

function shell(script: string, env: NodeJS.ProcessEnv): Promise<Omit<Ended, 'left'>> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', [script], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const timer = setTimeout(() => {
      // Kills the whole process group, because a waiting script has a child process.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, patienceMs);
    const said = printedOn(child.stdout, child.stderr);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, said: said() });
    });
  });
}
