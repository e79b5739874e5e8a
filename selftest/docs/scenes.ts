import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { packageRoot } from '../../src/base/package-root.js';
import { missingMail } from '../../src/wire/mail/mailbox.js';
import { right, type WholeRun, wholeRun, wrong } from '../detection/whole-run.js';
import type { Block } from './console.js';
import type { Stage } from './stage.js';

/** Does what a page describes before a block, then runs the block. @returns what it printed */
type Scene = (stage: Stage, block: Block) => Promise<string>;

const asItStands: Scene = (stage, { script }) => stage.run(script);
const after =
  (prepare: (stage: Stage) => unknown): Scene =>
  async (stage, block) => {
    await prepare(stage);
    return asItStands(stage, block);
  };
const run = 'node dist/cli/main.js run';

/** The two whole runs that several pages describe: on the unchanged emulator, and on one with a fault. */
let whole: Promise<{ right: string; wrong: string }> | undefined;
export const wholeRuns = (stage: Stage) => {
  whole ??= (async () => {
    // The run with the fault starts first, because selftest/detection starts with the other one.
    const [second, first] = await Promise.all([wholeRun(wrong), wholeRun(right)]);
    const reports = join(stage.cwd, 'reports');
    cpSync(first.out, reports, { recursive: true });
    copyFileSync(join(reports, 'emulator/verdict.json'), join(stage.cwd, 'base.json'));
    cpSync(join(second.out, 'emulator'), join(reports, 'emulator'), { recursive: true });
    // The pages tell of two days, and `trend` sorts runs by time.
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    const [before = '', now = ''] = [first, second].map(({ out }) =>
      readFileSync(join(out, 'history.jsonl'), 'utf8'),
    );
    writeFileSync(join(reports, 'history.jsonl'), before.replace(/(?<="at":")[^"]+/, yesterday) + now);
    const asOnPages = ({ printed }: WholeRun) => printed.replaceAll('out/emulator', 'reports/emulator');
    return { right: asOnPages(first), wrong: asOnPages(second) };
  })();
  return whole;
};
const ofRightRun: Scene = async (stage) => (await wholeRuns(stage)).right;
const ofWrongRun: Scene = async (stage) => (await wholeRuns(stage)).wrong;

async function lab(stage: Stage, release: string): Promise<void> {
  const lacks = { name: 'lab', release: 'auto', allow: undefined };
  const baseUrl = await stage.target('lab.yaml', { release }, lacks);
  stage.name(new URL(baseUrl).origin, 'https://10.2.0.7');
}

function vendorDocument(stage: Stage): void {
  const document = parseDocument(readFileSync(join(packageRoot(), 'spec/releases/6.8.1.yaml'), 'utf8'));
  document.deleteIn(['paths', '/support-user/send-email-otp']);
  const verified = ['paths', '/support-user/verify-totp', 'post', 'responses', '200'];
  document.setIn([...verified, 'content', 'application/json', 'schema'], { type: 'object' });
  stage.write('vendor.yaml', String(document));
}

let control = '';
let baseUrl = '';
let handedOut: readonly string[] = [];

/** Runs a script with curl, which prints no final line break. */
const curled: (stage: Stage, script: string) => Promise<string> = async (stage, script) =>
  (await stage.run(script)).replaceAll('}{', '}\n{');
const credentials = "CA=target.yaml.ca.pem\nKEY=$(sed -n 's/^ *apiKey: *//p' target.yaml | head -1)\n";

const emulatorPage: readonly Scene[] = [
  async (stage, { script }) => {
    const emulator = await stage.emulator(script);
    ({ control, baseUrl } = emulator);
    return emulator.said;
  },
  (stage, { script }) => curled(stage, script.replace(/^CONTROL=.*/, `CONTROL=${control}`)),
  async (stage, { script }) => {
    const flags = '--port 0 --tls --write-target target.yaml';
    ({ baseUrl } = await stage.emulator(`node dist/cli/main.js emulator ${flags}`));
    const printed = await curled(stage, script.replace(/^API=.*/, `API=${baseUrl}`));
    handedOut = /"sessionId":"(.*?)"[\s\S]*"accessToken":"(.*?)"/.exec(printed)?.slice(1) ?? [];
    return printed;
  },
  (stage, { script }) => {
    const [session, token] = handedOut;
    const own = script
      .replace(/Bearer [\w-]+/, `Bearer ${token}`)
      .replace(/session-id: [\w-]+/, `session-id: ${session}`);
    return curled(stage, `API=${baseUrl}\n${credentials}${own}`);
  },
  ofWrongRun,
  (stage) => stage.run('node dist/cli/main.js emulator --fault login/password'),
];

export type Scenes = Readonly<Record<string, readonly Scene[]>>;

export const scenesOfMoreRuns: Scenes = {
  'docs/any-body.md': [
    async (stage) => {
      await stage.target('target.yaml', { faults: ['bodies/put-500-for-no-types'] });
      const id = 'mfa-config/any-valid-body-is-stored-or-refused';
      return stage.run(`${run} -t target.yaml --grep ${id} --out any`);
    },
  ],
  'docs/contracts.md': [
    after(async (stage) => {
      await lab(stage, '6.8.1');
      vendorDocument(stage);
    }),
    after((stage) => lab(stage, '7.1')),
  ],
  'docs/emulator.md': emulatorPage,
  'docs/statement.md': [
    async (stage) => {
      await wholeRuns(stage);
      await stage.target('target.yaml', { faults: ['mail/used-code-revives'] });
      const claims = 'claims: { mailed-codes-work-once: true }';
      stage.write('acme.statement.yaml', `version: 1\nvendor: Acme\n${claims}\n`);
      return stage.run(
        `${run} -t target.yaml --grep email-login/code-works-once --out drift
         node dist/cli/main.js compare --statement acme.statement.yaml base.json drift/emulator`,
      );
    },
  ],
};

export const scenes: Scenes = {
  'README.md': [ofRightRun, ofWrongRun],
  'docs/diff.md': [asItStands],
  'docs/gates.md': [after((stage) => stage.write('waivers.yaml', staleWaivers)), after(wholeRuns)],
  'docs/mail.md': [
    async () => missingMail({ address: 'bob@lab.example', waitedMs: 60_000, others: [maintenance] }).message,
  ],
  'docs/safety.md': [ofRightRun],
  'docs/target-file.md': [
    async (stage) => {
      stage.write('lab.yaml', mistakenTarget);
      return stage.run('node dist/cli/main.js doctor -t lab.yaml');
    },
  ],
};

const nothing = { text: '', html: '', raw: Buffer.alloc(0), secure: false, receivedAt: 0 };
const maintenance = { ...nothing, to: ['bob@lab.example'], from: '', subject: 'Maintenance in 2027' };

const staleWaivers = `waivers:
  - requirement: totp-login/refuses-junk
    reason: answers 500
    owner: Ana
    issue: MFA-7
    expires: 2099-12-31

  - requirement: totp-login/opens*
    reason: gone
    owner: Ben
    issue: MFA-8
    expires: 2026-11-01
`;

const mistakenTarget = `name: lab
baseUrl: https://10.2.0.7/v2
release: 7.0
accounts:
  admin:
    username: admin
    apiKey: "key"
    password: \${ADMIN_PW}
  viever:
    username: viewer
`;
