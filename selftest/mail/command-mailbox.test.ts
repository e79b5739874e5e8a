import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigurationError } from '../../src/base/errors.js';
import { findCode } from '../../src/wire/mail/code.js';
import { runCommand } from '../../src/wire/mail/command-mailbox.js';
import type { Mailbox } from '../../src/wire/mail/mailbox.js';
import { openMailbox } from '../../src/wire/mail/open.js';
import { temporaryFolder } from '../cli/suite.js';

const addresses = ['admin@lab.example', 'bob@lab.example'];
const waits = { timeoutMs: 1000, quietMs: 100 };

function codesFolder() {
  const folder = temporaryFolder();
  const program = join(folder, 'newest code.mjs');
  writeFileSync(
    program,
    `import { existsSync, readFileSync, appendFileSync } from 'node:fs';
const [to, ...rest] = process.argv.slice(2);
appendFileSync(${JSON.stringify(join(folder, 'calls'))}, JSON.stringify([to, ...rest]) + '\\n');
const file = ${JSON.stringify(folder)} + '/' + to;
if (existsSync(file)) process.stdout.write(readFileSync(file));
`,
  );
  return {
    run: [process.execPath, program, '{to}', '--box={to};$(touch x) *'],
    print: (to: string, text: string) => writeFileSync(join(folder, to), text),
    calls: () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n'),
    has: (name: string) => existsSync(join(folder, name)),
  };
}

async function open(run: readonly string[], withinMs?: number): Promise<Mailbox> {
  const mailbox = await openMailbox({ ...waits, kind: 'command', run }, addresses, withinMs);
  onTestFinished(() => mailbox.close());
  return mailbox;
}

test('a code counts once the printed text differs from that at the mark', async () => {
  const { run, print } = codesFolder();
  print('bob@lab.example', '111111\n');
  const mailbox = await open(run);
  const mark = await mailbox.mark('BOB@lab.example');
  await expect(mailbox.next(mark, { to: 'bob@lab.example' }, 0)).rejects.toThrow(
    /^No mail to bob@lab\.example came within .*printed only the code that it had printed before\.$/,
  );
  print('bob@lab.example', ' 0482 \n');
  const found = await mailbox.next(mark, { to: 'bob@lab.example' }, 5000);

  expect(findCode(found)).toEqual({ code: '0482' });
  expect(found.to).toEqual(['bob@lab.example']);
  expect(await mailbox.since(mark)).toEqual([found]);
  const except = new Set([found]);
  await expect(mailbox.next(mark, { to: 'bob@lab.example', except }, 0)).rejects.toThrow(/^No further mail/);
  expect(`${found} ${JSON.stringify(found)}`).not.toContain('0482');
});

test('a mark without an address is one for all of them', async () => {
  const { run, print } = codesFolder();
  const mailbox = await open(run);
  const mark = await mailbox.mark();
  print('admin@lab.example', 'AB12-CD34');
  print('bob@lab.example', '482913');

  expect((await mailbox.since(mark)).map((mail) => [mail.to, findCode(mail).code])).toEqual([
    [['admin@lab.example'], 'AB12-CD34'],
    [['bob@lab.example'], '482913'],
  ]);
});

test('opening runs the program once, without a shell', async () => {
  const { run, calls, has } = codesFolder();
  await open(run);

  expect(calls()).toEqual(['["admin@lab.example","--box=admin@lab.example;$(touch x) *"]']);
  expect(has('x')).toBe(false);
});

test.each<[string, string, RegExp, number?]>([
  ['ends with a failure', 'console.log("482913"); process.exit(3)', /ended with exit code 3/],
  ['ends by a signal', 'process.kill(process.pid, "SIGTERM"); for (;;);', /ended by SIGTERM/],
  ['prints a whole mail', 'console.log("Subject: code\\n\\n482913")', /must print one code and nothing else/],
  ['prints without end', 'for (;;) console.log("4".repeat(1e5))', /printed more than 64 KB/],
  ['does not end', 'setInterval(() => {}, 1e4)', /took longer than 0\.7 s/, 700],
])('a program that %s is a configuration error', async (_name, source, problem, withinMs) => {
  const opening = open([process.execPath, '-e', source], withinMs);

  await expect(opening).rejects.toThrow(ConfigurationError);
  await expect(opening).rejects.toThrow(problem);
  await expect(opening).rejects.toThrow(/Run it by hand/);
  await expect(opening).rejects.not.toThrow(/482913/);
});

test('a command that is missing or not executable is a configuration error', async () => {
  const { run } = codesFolder();
  const file = run[1] ?? '';
  await expect(open([`${file}.sh`])).rejects.toThrow(/is not there/);
  chmodSync(file, 0o600);
  await expect(open([file])).rejects.toThrow(process.platform === 'win32' ? /could not/ : /chmod \+x/);
});

test('child processes of the program end with it', async () => {
  const folder = temporaryFolder();
  const pidFile = join(folder, 'pid');
  const child = `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1e4)`;
  const source = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' })`;

  const ended = await runCommand(process.execPath, ['-e', source], 6000);

  expect(ended).toEqual({ trouble: 'took longer than 6 s' });
  if (process.platform !== 'win32') {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await expect.poll(() => isRunning(pid)).toBe(false);
  }
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // In state Z, the process has ended, but its parent has not collected it yet.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
