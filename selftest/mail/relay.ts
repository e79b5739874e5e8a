import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

/** A mail server that accepts every mail and delivers it by its envelope. @param listenOn by default any free port */
export async function startRelay(deliver: (to: string, mail: string) => Promise<void>, listenOn = 0) {
  let queue = Promise.resolve();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => {
        const mail = Buffer.concat(chunks).toString('latin1');
        for (const { address } of session.envelope.rcptTo) {
          // The mails are delivered in the order of arrival.
          queue = queue.then(() => deliver(address, mail));
        }
        queue.then(() => callback(), callback);
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(listenOn, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, close: () => new Promise<void>((resolve) => server.close(resolve)) };
}
