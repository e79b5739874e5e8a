import { rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CommanderError } from 'commander';
import { stringify } from 'yaml';
import { renderCatalogue } from './catalogue.js';
import { type RunningEmulator, startEmulator } from './emulator.js';
import { type EmulatorFlags, emulatorCommand } from './flags.js';
import { specFile } from './spec-file.js';
import { EmulatorUsageError } from './usage-error.js';

const wrongUsage = 2;

// Whoever reads the catalogue may stop early (`faults | head -1`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

async function main(): Promise<void> {
  const command = emulatorCommand().exitOverride();
  command.parse();
  const flags = command.opts<EmulatorFlags>();
  if (flags.catalogue !== undefined) {
    process.stdout.write(renderCatalogue(flags.catalogue, flags.json === true));
    return;
  }
  const emulator = await startEmulator({
    host: flags.host,
    port: flags.port,
    tls: flags.tls === true,
    ...(flags.release === undefined ? {} : { release: flags.release }),
    variants: flags.variant,
    faults: flags.fault,
    ...(flags.smtp === undefined ? {} : { smtp: flags.smtp }),
    controlPort: flags.controlPort,
    accounts: flags.accounts,
  });
  closeOnDemand(emulator, flags);
  if (flags.writeTarget !== undefined) await writeTarget(flags.writeTarget, emulator);
  const { baseUrl, controlUrl: control } = emulator;
  const { host, port } = emulator.mail;
  const mail = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  console.log(
    flags.json === true
      ? JSON.stringify({ baseUrl, mail, control, pid: process.pid })
      : `emulator ready at ${baseUrl} (control ${control}, mail ${mail})`,
  );
}

function schemaLine(file: string): string {
  if (/\.json$/i.test(file)) return '';
  const schema = specFile('target.schema.json');
  return schema === undefined ? '' : `# yaml-language-server: $schema=${schema.replaceAll('\\', '/')}\n`;
}

/** Writes the target file, which holds secrets. Only its owner can read it at any time. */
async function writeTarget(file: string, emulator: RunningEmulator): Promise<void> {
  try {
    // An existing file would keep its mode, so this removes it first.
    rmSync(file, { force: true });
    const { certificate } = emulator;
    const caFile = `${file}.ca.pem`;
    if (certificate !== undefined) writeFileSync(caFile, certificate);
    const content = emulator.targetFile(certificate === undefined ? {} : { ca: basename(caFile) });
    writeFileSync(file, `${schemaLine(file)}${stringify(content)}`, { mode: 0o600 });
  } catch (error) {
    await emulator.close();
    throw new EmulatorUsageError(
      `${file} can't be written: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function closeOnDemand(emulator: RunningEmulator, flags: EmulatorFlags): void {
  let closing = false;
  const close = (): void => {
    if (closing) return;
    closing = true;
    emulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', close);
  process.on('SIGTERM', close);
  if (flags.exitOnStdinEnd !== true) return;
  process.stdin.once('end', close).once('close', close).resume();
}

main().catch((error: unknown) => {
  // Commander has already printed the mistake, or the help or version that was asked for.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : wrongUsage);
  if (error instanceof EmulatorUsageError) {
    console.error(`error: ${error.message}`);
    process.exit(wrongUsage);
  }
  console.error(error);
  process.exit(1);
});
