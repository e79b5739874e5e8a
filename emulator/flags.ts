import { Command, InvalidArgumentError, Option } from 'commander';
import type { MailAddress } from './mailer.js';

export interface EmulatorFlags {
  readonly host: string;
  readonly port: number;
  readonly tls?: true;
  readonly release?: string;
  readonly variant: readonly string[];
  readonly fault: readonly string[];
  readonly smtp?: MailAddress;
  readonly controlPort: number;
  readonly accounts: number;
  readonly writeTarget?: string;
  readonly json?: true;
  readonly exitOnStdinEnd?: true;
  readonly catalogue?: 'faults' | 'variants';
}

export function emulatorCommand(): Command {
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return (
    new Command('emulator')
      .description('The reference target: the MFA API, stateful, with faults and variants.')
      .option('--host <addr>', 'address to listen on', '127.0.0.1')
      .option('--port <n>', 'port to listen on; 0: any free one', port, 8080)
      .option('--tls', 'HTTPS, with a certificate made at the start')
      .option('--release <release>', 'release of the contract')
      .option('--variant <id>', 'behave differently, but conform (repeatable)', collect, [])
      .option('--fault <id>', 'break the contract (repeatable)', collect, [])
      .option('--smtp <host:port>', 'where mails go (default: a free port on loopback)', mailAddress)
      .option('--control-port <n>', 'port of the clock control on loopback; 0: any free one', port, 0)
      .option('--accounts <n>', 'number of users besides admin, viewer and other (0 to 99)', accounts, 0)
      .option(
        '--write-target <file>',
        'write a target file for this emulator (YAML, readable by its owner only)',
      )
      .option('--json', 'print the addresses as JSON')
      .addOption(new Option('--exit-on-stdin-end').hideHelp())
      .addOption(new Option('--catalogue <which>').choices(['faults', 'variants']).hideHelp())
      .allowExcessArguments(false)
      // Commander puts its suggestion on a second line, but the message must be one line.
      .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`) })
  );
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It must be a port number.');
  return value;
}

function accounts(text: string): number {
  if (!/^\d{1,2}$/.test(text)) throw new InvalidArgumentError('It must be a number from 0 to 99.');
  return Number(text);
}

function mailAddress(text: string): MailAddress {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || digits === undefined || Number(digits) < 1 || Number(digits) > 65_535) {
    throw new InvalidArgumentError('It must be HOST:PORT.');
  }
  return { host, port: Number(digits) };
}
