import { onTestFinished } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../emulator/emulator.js';
import { writeTarget } from './suite.js';

/**
 * An emulator in this process, which ends with the test.
 *
 * @param more further keys of its target file
 * @returns the path of its target file, `NAME.yaml`
 */
export async function emulated(
  folder: string,
  name: string,
  options: EmulatorOptions = {},
  more: object = {},
): Promise<string> {
  const emulator = await startEmulator(options);
  onTestFinished(() => emulator.close());
  return writeTarget(folder, { ...emulator.targetFile(), name, ...more }, `${name}.yaml`);
}
