import { once } from 'node:events';
import type http from 'node:http';
import type { World } from './call.js';
import type { Certificate } from './certificate.js';
import { Clock } from './clock.js';
import { createControl } from './control.js';
import { faults } from './faults/index.js';
import { freePort } from './free-port.js';
import { type MailAddress, Mailer } from './mailer.js';
import { nearest } from './near.js';
import { defaultRelease, isReleaseName, type ReleaseName, releaseNames, releaseOf } from './releases.js';
import { referenceRules } from './rules.js';
import { Seams } from './seams.js';
import { createServer, root } from './server.js';
import { type Role, type StartState, State } from './state.js';
import { targetFileOf } from './target-file.js';
import { EmulatorUsageError } from './usage-error.js';
import { freedomOf } from './variants/freedoms.js';
import { variants } from './variants/index.js';

export interface EmulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly tls?: boolean;
  /** Default 7.1.2_u3. */
  readonly release?: string;
  /** Ids; variants are applied first, then faults, each in the given order. */
  readonly variants?: readonly string[];
  readonly faults?: readonly string[];
  /** The mail server to which the emulator mails. By default a free port of loopback, where the suite will listen. */
  readonly smtp?: MailAddress;
  readonly controlPort?: number;
  readonly startState?: StartState;
  readonly accounts?: number;
}

export interface EmulatorAccount {
  readonly username: string;
  readonly password: string;
  readonly domain: string;
  readonly email: string;
  readonly apiKey: string;
}

export interface RunningEmulator {
  /** Ends at the API's root, without a slash. */
  readonly baseUrl: string;
  /** The control port's URL, without a slash. It has the paths /clock, /state and /reset. */
  readonly controlUrl: string;
  readonly mail: MailAddress;
  /** PEM text; undefined over plain HTTP. */
  readonly certificate: string | undefined;
  readonly accounts: Readonly<Record<Role, EmulatorAccount>>;
  targetFile(options?: { readonly ca?: string }): Record<string, unknown>;
  close(): Promise<void>;
}

/** Starts the reference target. @throws EmulatorUsageError if an id or release is unknown, or if it can't listen */
export async function startEmulator(options: EmulatorOptions = {}): Promise<RunningEmulator> {
  const { host = '127.0.0.1', port = 0 } = options;
  const release = releaseFor(options.release ?? defaultRelease);
  const clock = new Clock();
  const seams = new Seams(referenceRules(), clock);
  for (const id of options.variants ?? []) (freedomOf(id) ?? pick(variants, id, 'variant')).apply(seams);
  for (const id of options.faults ?? []) pick(faults, id, 'fault').apply(seams);

  const startState = { ...seams.start, ...options.startState };

  const mail = options.smtp ?? { host: '127.0.0.1', port: await freePort() };
  const mailer = new Mailer(mail, clock);
  const state = new State(startState, options.accounts);
  const world: World = { release: releaseOf(release), rules: seams.rules, state, clock, mailer };
  const urlHost = hostForUrl(host);
  const certificate = options.tls === true ? await certificateFor(urlHost) : undefined;

  const control = createControl({
    clock,
    state,
    reset: (start) => {
      mailer.clear();
      state.reset(start ?? startState);
    },
  });
  const api = createServer(world, seams, certificate);
  const close = async (): Promise<void> => {
    await api.close();
    control.closeAllConnections();
    if (control.listening) await new Promise((resolve) => control.close(resolve));
    await mailer.close();
  };
  try {
    await listening(() => api.listen({ host, port }), host, port);
    const controlPort = options.controlPort ?? 0;
    await listening(() => listen(control, controlPort), '127.0.0.1', controlPort);
  } catch (error) {
    await close();
    throw error;
  }

  const bracketed = urlHost.includes(':') ? `[${urlHost}]` : urlHost;
  const scheme = certificate === undefined ? 'http' : 'https';
  const baseUrl = `${scheme}://${bracketed}:${portOf(api.server)}${root}`;
  const controlUrl = `http://127.0.0.1:${portOf(control)}`;
  return {
    baseUrl,
    controlUrl,
    mail,
    certificate: certificate?.cert,
    accounts: { admin: state.user('admin'), viewer: state.user('viewer'), other: state.user('other') },
    targetFile: ({ ca } = {}) =>
      targetFileOf({
        baseUrl,
        controlUrl,
        release,
        state,
        mail,
        told: seams.told,
        tls: trust(certificate, ca),
      }),
    close,
  };
}

/** Loads this module only for HTTPS, because it doubles the time to start an emulator. */
async function certificateFor(host: string): Promise<Certificate> {
  const { createCertificate } = await import('./certificate.js');
  return createCertificate(host);
}

function releaseFor(name: string): ReleaseName {
  if (isReleaseName(name)) return name;
  throw new EmulatorUsageError(`Unknown release "${name}". Known: ${releaseNames.join(', ')}.`);
}

function pick<T extends { readonly id: string }>(catalogue: readonly T[], id: string, kind: string): T {
  const found = catalogue.find((entry) => entry.id === id);
  if (found !== undefined) return found;
  const near = nearest(
    id,
    catalogue.map((entry) => entry.id),
  );
  throw new EmulatorUsageError(
    near.length === 0 ? `Unknown ${kind} "${id}".` : `Unknown ${kind} "${id}". Near: ${near.join(', ')}.`,
  );
}

function trust(
  certificate: Certificate | undefined,
  ca: string | undefined,
): { ca: string } | { pin: string } | undefined {
  if (certificate === undefined) return undefined;
  return ca === undefined ? { pin: certificate.pin } : { ca };
}

function hostForUrl(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

async function listen(server: http.Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function listening(start: () => Promise<unknown>, host: string, port: number): Promise<void> {
  try {
    await start();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new EmulatorUsageError(`Port ${port} of ${host} is in use.`);
    if (code === 'EACCES') throw new EmulatorUsageError(`Port ${port} of ${host} may not be used.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
      throw new EmulatorUsageError(`${host} is not an address of this machine.`);
    }
    throw error;
  }
}

function portOf(server: Pick<http.Server, 'address'>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
