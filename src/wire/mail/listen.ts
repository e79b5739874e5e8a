import { setTimeout as sleep } from 'node:timers/promises';
import type { SMTPServer } from 'smtp-server';
import { ConfigurationError } from '../../base/errors.js';
import { steadyNow } from '../../base/steady-now.js';
import { authorityOf } from '../http/address.js';

/** A replaced worker frees its port only when it ends. */
const retryForMs = 2000;
const retryEveryMs = 25;

/** Listens and returns the port; it waits briefly for a port in use. @throws ConfigurationError in words */
export async function listenOn(server: SMTPServer, host: string, port: number): Promise<number> {
  const giveUpAt = steadyNow() + retryForMs;
  for (;;) {
    const failure = await attempt(server, host, port);
    if (failure === undefined) break;
    if (failure !== 'EADDRINUSE' || steadyNow() > giveUpAt) {
      throw new ConfigurationError(
        `Mail can't be received on ${authorityOf(host, port)}: ${advice[failure] ?? failure}.`,
      );
    }
    await sleep(retryEveryMs);
  }
  const address = server.server.address();
  return address === null || typeof address === 'string' ? port : address.port;
}

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'the port is in use. Stop what listens there (another run, perhaps), or set another port in mail.listen and in the SMTP settings of the target',
  EACCES: 'this user may not listen there. Set a port from 1024 up in mail.listen',
  EADDRNOTAVAIL: 'this machine has no such address. Set one of its own in mail.listen, or 0.0.0.0 for all',
  ENOTFOUND: 'the host name is unknown. Set an address of this machine in mail.listen',
  EAFNOSUPPORT: 'this machine does not speak that kind of address. Set an IPv4 address in mail.listen',
};

/** Undefined on success, else the error's code. */
function attempt({ server }: SMTPServer, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const listening = () => {
      server.off('error', failed);
      resolve(undefined);
    };
    const failed = (error: NodeJS.ErrnoException) => {
      server.off('listening', listening);
      resolve(error.code ?? error.message);
    };
    server.once('listening', listening);
    server.once('error', failed);
    server.listen(port, host);
  });
}
