import type { Command } from 'commander';
import { TransportError } from '../../base/errors.js';
import { readTarget } from '../../input/target-file/read.js';
import { detect } from '../../target/detect/detect.js';
import { renderDetection, renderDetectionJson } from '../../target/detect/render.js';
import { stateDirOf } from '../../target/journal/state-dir.js';
import { complain } from '../terminal.js';

const help = `
Exit codes: 0 a release fits; 1 none fits, the nearest is named; 2 wrong usage or configuration;
3 the target does not answer, or does not speak this API`;

/** `detect -t FILE`: finds the target's release with read requests alone. */
export function addDetect(program: Command): void {
  program
    .command('detect')
    .description('show which releases a target fits, and why not the others; only reads')
    .requiredOption('-t, --target <file>', 'target file')
    .option('--json', 'as JSON', false)
    .addHelpText('after', help)
    .action(async ({ target: file, json }) => {
      const target = readTarget(file, process.env);
      try {
        const found = await detect(target, stateDirOf(undefined, process.env));
        process.stdout.write((json ? renderDetectionJson : renderDetection)(target, found));
        if (found.best.length === 0) process.exitCode = 1;
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        complain(error.message);
        process.exitCode = 3;
      }
    });
}
