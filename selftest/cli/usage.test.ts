import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { rows } from '../tool/rows.js';
import { performed } from './in-process.js';
import { answering, httpServer, listen } from './servers.js';
import { folders, targetAt, temporaryFolder, writeTarget } from './suite.js';

interface At {
  readonly folder: string;
  readonly baseUrl: string;
}

type WrongUsage = readonly [is: string, args: (at: At) => readonly string[], says: RegExp];

function withFile(more: object) {
  return ({ folder, baseUrl }: At) => {
    const file = writeTarget(folder, targetAt(baseUrl, more));
    return ['run', '-t', file, ...folders(folder)];
  };
}

/** `run` with a good target file and these flags. The message is a regular expression. */
const flags = rows`
  an unknown flag               | --fast                           | unknown option '--fast'
  a flag mistyped               | --stritc                         | Did you mean --strict[?]
  an unknown release            | --release 9.9                    | --release .*Allowed choices are 6[.]6[.]0d
  an unknown mode               | --mode x                         | --mode .*Allowed choices are full, read-only
  a seed that is not a number   | --seed x                         | --seed .*Expected a whole number
  no jobs                       | --jobs 0                         | --jobs .*Expected a whole number of at least 1
  no failures to end at         | --max-failures 0                 | Expected a whole number of at least 1
  an invalid shard              | --shard 0/4                      | --shard .*counted from 1
  an unknown gate               | --gate old                       | --gate .*Allowed choices are all, new, none
  new, but against nothing      | --gate new                       | --baseline VERDICT
  quiet and verbose             | --quiet --verbose                | option '--verbose' cannot be used with option '--quiet'
  a pattern that fits nothing   | --grep nothing/*                 | --grep nothing/[*]: no requirement fits; mfa-conformance list shows all
  an area for a pattern         | --grep totp-login                | --grep totp-login: no requirement fits; did you mean 'totp-login/[*]'[?]
  an area mistyped              | --grep totp-logon/*              | --grep totp-logon/[*]: no requirement fits; did you mean 'totp-login/[*]'[?]
  an id mistyped                | --grep totp-key/secret-match-uri | did you mean 'totp-key/secret-matches-uri'[?]
  a part of an id for a pattern | --grep wrong-code                | --grep wrong-code: no requirement fits; did you mean '[*]wrong-code[*]'[?]
`.map(
  ([is = '', given = '', says = '']): WrongUsage => [
    is,
    (at) => [...withFile({})(at), ...given.split(' ')],
    new RegExp(says),
  ],
);

/** Whole command lines, in an empty folder that stands for DIR. */
const commands = rows`
  an unknown command         | prove                                 | unknown command 'prove'
  no command                 |                                       | Usage: mfa-conformance
  a file without -t          | run DIR/x.yaml                        | Name the target file by -t
  no target file             | run -t DIR/none.yaml --out DIR/out    | none[.]yaml
  a folder without targets   | run -t DIR --out DIR/out              | [(]-t[)] holds no target file
  a report of nothing        | report --from DIR --out DIR/out       | There is no verdict[.]json or events[.]jsonl in
  an unknown requirement     | explain totp-key/secret-matches       | totp-key/secret-matches-uri
  an unknown level           | list --level may                      | --level .*Allowed choices are must, should, fact
  an invalid day             | waivers check w.yaml --today now      | Expected a day
  no history                 | trend --out DIR                       | history[.]jsonl: no such history
  nights without a history   | trend --out DIR --html DIR/x.html     | history[.]jsonl: no such history
  verdicts that are missing  | compare DIR DIR                       | verdict[.]json: no such file
`.map(([is = '', line = '', says = '']): WrongUsage => {
  const words = line.split(' ').filter(Boolean);
  return [is, ({ folder }) => words.map((word) => word.replace('DIR', folder)), new RegExp(says)];
});

const admin = { username: 'admin', password: 'pass-of-admin', apiKey: 'key-of-the-admin' };

const wrong: readonly WrongUsage[] = [
  ...flags,
  ...commands,
  [
    'two targets of one name',
    (at) => [...withFile({})(at), '-t', join(at.folder, 'target.yaml')],
    /Two target files have the name lab/,
  ],
  [
    'a folder with one wrong file',
    (at) => {
      const labs = join(at.folder, 'labs');
      mkdirSync(labs);
      writeTarget(labs, targetAt(at.baseUrl), 'a.yaml');
      writeTarget(labs, { baseUrl: at.baseUrl }, 'b.yaml');
      return ['run', '-t', labs, ...folders(at.folder)];
    },
    /labs.b\.yaml.*accounts/,
  ],
  [
    'a log of an older schema version',
    ({ folder }) => {
      const began = { type: 'run began', schemaVersion: 1, suiteVersion: '0.0.9' };
      writeFileSync(join(folder, 'events.jsonl'), `${JSON.stringify(began)}\n`);
      return ['report', '--from', folder, '--out', join(folder, 'out')];
    },
    /^\S+ has log schema version 1; this mfa-conformance reads only version 2\. Make its report with mfa-conformance 0\.0\.9, which wrote the log\.\n$/,
  ],
  [
    'an output folder that is a file',
    (at) => [...withFile({})(at), '--out', join(at.folder, 'target.yaml')],
    /^Nothing can be written to .* \(--out\): a file of that name is there\n$/,
  ],
  [
    'a variable that is not set',
    withFile({ accounts: { admin: { ...admin, apiKey: '${NOT_SET_ANYWHERE}' } } }),
    /NOT_SET_ANYWHERE/,
  ],
  [
    'a missing file of variables',
    // On the command line, Node itself would read --env-file and end with its own message.
    withFile({ run: { 'env-file': 'none.env' } }),
    /^--env-file \S+none\.env: no such file or directory\n$/,
  ],
  [
    'an unknown flag in the target file',
    withFile({ run: { stritc: true } }),
    /target\.yaml:\d+:3 run\.stritc: is no flag of run; did you mean strict\?\n$/,
  ],
  [
    'an invalid baseline',
    (at) => [...withFile({})(at), '--baseline', writeTarget(at.folder, { schemaVersion: 2 }, 'verdict.json')],
    /verdict\.json is not a valid verdict/,
  ],
  [
    'a waivers file with a mistake',
    (at) => [...withFile({})(at), '--waivers', writeTarget(at.folder, { waivers: [{}] }, 'w.yaml')],
    /w\.yaml:2:5 waivers\[0\]\.requirement: missing/,
  ],
  [
    'a waivers file of the target with a mistake',
    (at) => {
      writeTarget(at.folder, { waiver: [] }, 'w.yaml');
      return withFile({ waivers: 'w.yaml' })(at);
    },
    /w\.yaml:1:1 waiver: unknown key; did you mean waivers\?/,
  ],
  [
    'a password in a file that others can read',
    ({ folder, baseUrl }) => {
      const file = join(folder, 'open.yaml');
      writeFileSync(file, stringify(targetAt(baseUrl)));
      chmodSync(file, 0o644);
      return ['run', '-t', file, ...folders(folder)];
    },
    /600/,
  ],
];

test.for(wrong)(
  'wrong usage gets one message and exit 2, and nothing is sent: %s',
  async ([, args, says]) => {
    const folder = temporaryFolder();
    const server = await listen(httpServer(answering(200, 'application/json', '{}')));
    const baseUrl = `http://127.0.0.1:${server.port}/v2`;

    const { code, stdout, stderr } = await performed(...args({ folder, baseUrl }));

    expect(stderr).toMatch(says);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/^\s+at |defect of the suite|pass-of-admin|key-of-the-admin/m);
    expect(server.connections()).toBe(0);
  },
);

test('each command works without loading the others', async () => {
  const { stdout } = await performed('--help');
  const names = [...stdout.matchAll(/^ {2}([a-z]+(?:-[a-z]+)*) /gm)].map(([, name = '']) => name);

  expect(names.length).toBeGreaterThan(15);
  for (const name of names.filter((each) => each !== 'emulator' && each !== 'help')) {
    const { code, stdout } = await performed(name, '--help');
    expect({ name, code, usage: stdout.split('\n')[0] }).toEqual({
      name,
      code: 0,
      usage: expect.stringMatching(new RegExp(`^Usage: mfa-conformance ${name}\\b`)),
    });
  }
});
