import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { performed } from './in-process.js';
import { answering, httpServer, listen } from './servers.js';
import { folders, targetAt, temporaryFolder, writeTarget } from './suite.js';

interface WrongUsage {
  readonly is: string;
  readonly args: (at: { readonly folder: string; readonly baseUrl: string }) => readonly string[];
  readonly says: RegExp;
}

/** `run` with a target file that would do, changed. */
function withFile(more: object) {
  return ({ folder, baseUrl }: { readonly folder: string; readonly baseUrl: string }) => [
    'run',
    '-t',
    writeTarget(folder, targetAt(baseUrl, more)),
    ...folders(folder),
  ];
}

/** `run` with a good target file and more flags. */
function withFlags(...flags: readonly string[]) {
  return (at: { readonly folder: string; readonly baseUrl: string }) => [...withFile({})(at), ...flags];
}

const admin = { username: 'admin', password: 'pass-of-admin', apiKey: 'key-of-the-admin' };

const wrong: readonly WrongUsage[] = [
  { is: 'an unknown flag', args: withFlags('--fast'), says: /unknown option '--fast'/ },
  { is: 'a flag mistyped', args: withFlags('--stritc'), says: /Did you mean --strict\?/ },
  { is: 'an unknown command', args: () => ['prove'], says: /unknown command 'prove'/ },
  { is: 'no command', args: () => [], says: /Usage: mfa-conformance/ },
  {
    is: 'a file without -t',
    args: ({ folder }) => ['run', join(folder, 'x.yaml')],
    says: /a target file goes to -t/,
  },
  {
    is: 'an unknown release',
    args: withFlags('--release', '9.9'),
    says: /--release .*Allowed choices are 6\.6\.0d/,
  },
  {
    is: 'an unknown mode',
    args: withFlags('--mode', 'x'),
    says: /--mode .*Allowed choices are full, read-only/,
  },
  {
    is: 'a seed that is not a number',
    args: withFlags('--seed', 'x'),
    says: /--seed .*Expected a whole number/,
  },
  { is: 'no jobs', args: withFlags('--jobs', '0'), says: /--jobs .*Expected a whole number of at least 1/ },
  {
    is: 'a pattern that fits nothing',
    args: withFlags('--grep', 'nothing/*'),
    says: /--grep nothing\/\*: no requirement fits; mfa-conformance list shows all/,
  },
  {
    is: 'an area for a pattern',
    args: withFlags('--grep', 'totp-login'),
    says: /--grep totp-login: no requirement fits; did you mean 'totp-login\/\*'\?/,
  },
  {
    is: 'an area mistyped',
    args: withFlags('--grep', 'totp-logon/*'),
    says: /--grep totp-logon\/\*: no requirement fits; did you mean 'totp-login\/\*'\?/,
  },
  {
    is: 'an id mistyped',
    args: withFlags('--grep', 'totp-key/secret-match-uri'),
    says: /did you mean 'totp-key\/secret-matches-uri'\?/,
  },
  {
    is: 'a part of an id for a pattern',
    args: withFlags('--grep', 'wrong-code'),
    says: /--grep wrong-code: no requirement fits; did you mean '\*wrong-code\*'\?/,
  },
  {
    is: 'no target file',
    args: ({ folder }) => ['run', '-t', join(folder, 'none.yaml'), ...folders(folder)],
    says: /none\.yaml/,
  },
  {
    is: 'two targets of one name',
    args: (at) => [...withFile({})(at), '-t', join(at.folder, 'target.yaml')],
    says: /Two target files have the name lab/,
  },
  {
    is: 'a folder with one wrong file',
    args: (at) => {
      const labs = join(at.folder, 'labs');
      mkdirSync(labs);
      writeTarget(labs, targetAt(at.baseUrl), 'a.yaml');
      writeTarget(labs, { baseUrl: at.baseUrl }, 'b.yaml');
      return ['run', '-t', labs, ...folders(at.folder)];
    },
    says: /labs.b\.yaml.*accounts/,
  },
  {
    is: 'a folder without target files',
    args: ({ folder }) => ['run', '-t', folder, ...folders(folder)],
    says: /\(-t\) holds no target file/,
  },
  { is: 'a shard that is none', args: withFlags('--shard', '0/4'), says: /--shard .*counted from 1/ },
  {
    is: 'a report of nothing',
    args: ({ folder }) => ['report', '--from', folder, '--out', join(folder, 'out')],
    says: /There is no verdict\.json or events\.jsonl in/,
  },
  {
    is: 'a log of an older schema version',
    args: ({ folder }) => {
      const began = { type: 'run began', schemaVersion: 1, suiteVersion: '0.0.9' };
      writeFileSync(join(folder, 'events.jsonl'), `${JSON.stringify(began)}\n`);
      return ['report', '--from', folder, '--out', join(folder, 'out')];
    },
    says: /^\S+ is a log of schema version 1, and this version reads 2: report it by mfa-conformance 0\.0\.9, which wrote it\.\n$/,
  },
  {
    is: 'an output folder that is a file',
    args: (at) => [...withFile({})(at), '--out', join(at.folder, 'target.yaml')],
    says: /^Nothing can be written to .* \(--out\): a file of that name is there\n$/,
  },
  { is: 'an unknown key', args: withFile({ limit: {} }), says: /limit\b.*limits/s },
  {
    is: 'a variable that is not set',
    args: withFile({ accounts: { admin: { ...admin, apiKey: '${NOT_SET_ANYWHERE}' } } }),
    says: /NOT_SET_ANYWHERE/,
  },
  { is: 'a base URL that is none', args: withFile({ baseUrl: 'lab-7/v2' }), says: /baseUrl/ },
  {
    is: 'a certificate that is not there',
    args: withFile({ baseUrl: 'https://127.0.0.1/v2', tls: { ca: 'no-ca.pem' } }),
    says: /no-ca\.pem/,
  },
  {
    is: 'an unknown requirement',
    args: () => ['explain', 'totp-key/secret-matches'],
    says: /totp-key\/secret-matches-uri/,
  },
  {
    is: 'an unknown level',
    args: () => ['list', '--level', 'may'],
    says: /--level .*Allowed choices are must, should, fact/,
  },
  {
    is: 'no failures to end at',
    args: withFlags('--max-failures', '0'),
    says: /Expected a whole number of at least 1/,
  },
  {
    is: 'quiet and verbose',
    args: withFlags('--quiet', '--verbose'),
    says: /option '--verbose' cannot be used with option '--quiet'/,
  },
  {
    is: 'a file of variables that is not there',
    // On the command line Node itself reads the flag, and ends with its own line.
    args: withFile({ run: { 'env-file': 'none.env' } }),
    says: /^--env-file \S+none\.env: no such file or directory\n$/,
  },
  {
    is: 'a flag in the target file that is none',
    args: withFile({ run: { stritc: true } }),
    says: /target\.yaml:\d+:3 run\.stritc: is no flag of run; did you mean strict\?\n$/,
  },
  {
    is: 'an unknown gate',
    args: withFlags('--gate', 'old'),
    says: /--gate .*Allowed choices are all, new, none/,
  },
  { is: 'new, but against nothing', args: withFlags('--gate', 'new'), says: /--baseline VERDICT/ },
  {
    is: 'a baseline that is none',
    args: (at) => [
      ...withFile({})(at),
      '--baseline',
      writeTarget(at.folder, { schemaVersion: 2 }, 'verdict.json'),
    ],
    says: /verdict\.json is not a valid verdict/,
  },
  {
    is: 'a waivers file with a mistake',
    args: (at) => [...withFile({})(at), '--waivers', writeTarget(at.folder, { waivers: [{}] }, 'w.yaml')],
    says: /w\.yaml:2:5 waivers\[0\]\.requirement: missing/,
  },
  {
    is: 'a waivers file of the target with a mistake',
    args: (at) => {
      writeTarget(at.folder, { waiver: [] }, 'w.yaml');
      return withFile({ waivers: 'w.yaml' })(at);
    },
    says: /w\.yaml:1:1 waiver: unknown key; did you mean waivers\?/,
  },
  {
    is: 'a day that is none',
    args: () => ['waivers', 'check', 'w.yaml', '--today', 'now'],
    says: /Expected a day/,
  },
  {
    is: 'no history',
    args: ({ folder }) => ['trend', '--out', folder],
    says: /history\.jsonl: no such history/,
  },
  {
    is: 'a page of nights without a history',
    args: ({ folder }) => ['trend', '--out', folder, '--html', join(folder, 'x.html')],
    says: /history\.jsonl: no such history/,
  },
  {
    is: 'verdicts that are not there',
    args: ({ folder }) => ['compare', folder, folder],
    says: /verdict\.json: no such verdict/,
  },
  {
    is: 'a password in a file that others can read',
    args: ({ folder, baseUrl }) => {
      const file = join(folder, 'open.yaml');
      writeFileSync(file, stringify(targetAt(baseUrl)));
      chmodSync(file, 0o644);
      return ['run', '-t', file, ...folders(folder)];
    },
    says: /600/,
  },
];

describe('wrong usage is told in one message, with exit 2, before anything is sent', () => {
  test.for(wrong)('$is', async ({ args, says }) => {
    const folder = temporaryFolder();
    const server = await listen(httpServer(answering(200, 'application/json', '{}')));
    const baseUrl = `http://127.0.0.1:${server.port}/v2`;

    const { code, stdout, stderr } = await performed(...args({ folder, baseUrl }));

    expect(stderr).toMatch(says);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/^\s+at |defect of the suite|pass-of-admin|key-of-the-admin/m);
    expect(server.connections()).toBe(0);
  });
});
