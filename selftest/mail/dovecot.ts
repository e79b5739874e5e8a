import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { freePort } from '../../emulator/free-port.js';
import { certificateFor } from '../http/proxies.js';
import { printedOn } from '../tool/processes.js';

const program = '/usr/sbin/dovecot';

/** Whether a real IMAP server for these tests is installed (Debian: dovecot-imapd). */
export function hasDovecot(): boolean {
  try {
    accessSync(program, constants.X_OK);
    return process.platform === 'linux';
  } catch {
    return false;
  }
}

export const password = 'pass-of-the-mailbox';

/** A Dovecot on loopback. Its configuration, users and mails are in a folder that is removed when it ends. */
export class Dovecot {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-dovecot-'));
  #child: ChildProcess | undefined;

  private constructor(
    /** The port for TLS after STARTTLS, or without TLS. */
    readonly port: number,
    readonly tlsPort: number,
    readonly certificate: string,
    private readonly key: string,
  ) {}

  static async start(): Promise<Dovecot> {
    const { cert, key } = await certificateFor('127.0.0.1');
    const server = new Dovecot(await freePort(), await freePort(), cert, key);
    await server.restart();
    return server;
  }

  /** Restarts Dovecot as after a power cut; the mails stay. */
  async restart(): Promise<void> {
    await this.#end();
    const config = this.#write();
    const child = spawn(program, ['-F', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    const said = printedOn(child.stderr);
    this.#child = child;
    for (let attempt = 0; ; attempt += 1) {
      const client = this.#client();
      try {
        await client.connect();
        await client.logout();
        return;
      } catch (error) {
        client.close();
        if (child.exitCode !== null) throw new Error(`Dovecot ended: ${said()}`);
        if (attempt > 100) throw error;
        await sleep(50);
      }
    }
  }

  async stop(): Promise<void> {
    await this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async deliver(mail: string, folder = 'INBOX'): Promise<void> {
    await this.#with((client) => client.append(folder, mail.replace(/\r?\n/g, '\r\n')));
  }

  /** Recreates a folder: its mails are gone, and UIDs start again. */
  async remake(folder: string): Promise<void> {
    await this.#with(async (client) => {
      await client.mailboxDelete(folder).catch(() => undefined);
      await client.mailboxCreate(folder);
    });
  }

  async flags(): Promise<string[]> {
    return this.#with(async (client) => {
      await client.mailboxOpen('INBOX', { readOnly: true });
      const mails = await client.fetchAll('1:*', { flags: true });
      return mails.flatMap(({ flags }) => [...(flags ?? [])]).filter((flag) => flag !== '\\Recent');
    });
  }

  async #with<T>(use: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = this.#client();
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.logout();
    }
  }

  #client(): ImapFlow {
    const at = { host: '127.0.0.1', port: this.port, secure: false, doSTARTTLS: false };
    const client = new ImapFlow({ ...at, auth: { user: 'suite', pass: password }, logger: false });
    client.on('error', () => undefined);
    return client;
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  #write(): string {
    const at = (name: string) => join(this.#folder, name);
    mkdirSync(at('run'), { recursive: true });
    mkdirSync(at('mails'), { recursive: true });
    writeFileSync(at('key.pem'), this.key, { mode: 0o600 });
    writeFileSync(at('cert.pem'), this.certificate);
    writeFileSync(at('users'), `suite:{PLAIN}${password}\n`, { mode: 0o600 });
    const me = userInfo();
    // Dovecot refuses to run mail processes as root.
    const [owner, group] = me.uid === 0 ? ['nobody', 'nogroup'] : [me.username, groupOf(me.gid)];
    if (me.uid === 0) {
      for (const name of ['', 'mails']) execFileSync('chown', [owner, at(name)]);
      chmodSync(this.#folder, 0o755);
      execFileSync('chown', [owner, at('users')]);
    }
    const file = at('dovecot.conf');
    writeFileSync(file, config({ ...this, folder: this.#folder, owner, group }));
    return file;
  }
}

interface Config {
  readonly folder: string;
  readonly owner: string;
  readonly group: string;
  readonly port: number;
  readonly tlsPort: number;
}

function config({ folder, owner, group, port, tlsPort }: Config): string {
  const version = execFileSync(program, ['--version']).toString().split(/[-\s]/)[0] ?? '2.4.0';
  return `
dovecot_config_version = ${version}
dovecot_storage_version = ${version}
protocols = imap
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/log
default_internal_user = ${owner}
default_login_user = ${owner}
default_internal_group = ${group}
mail_driver = maildir
mail_path = ${folder}/mails
mail_uid = ${owner}
mail_gid = ${group}
first_valid_uid = 0
first_valid_gid = 0
auth_allow_cleartext = yes
auth_failure_delay = 0
ssl = yes
ssl_server_cert_file = ${folder}/cert.pem
ssl_server_key_file = ${folder}/key.pem
passdb passwd-file {
  passwd_file_path = ${folder}/users
}
userdb static {
  fields {
    uid = ${owner}
    gid = ${group}
    home = ${folder}/mails
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
`;
}

function groupOf(gid: number): string {
  const [name = String(gid)] = String(execFileSync('getent', ['group', String(gid)])).split(':');
  return name;
}
