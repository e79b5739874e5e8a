import { onTestFinished } from 'vitest';
import type { EmulatorOptions } from '../../emulator/emulator.js';
import { emulate } from '../emulator/tools.js';
import type { OnEnd } from '../tool/processes.js';
import { type StartedEmulator, writeTarget } from './suite.js';

/** @param more keys to add to its target file @returns the path of this file, `NAME.yaml` */
export async function emulated(
  folder: string,
  name: string,
  options: EmulatorOptions = {},
  more: object = {},
): Promise<string> {
  const running = await emulate(options);
  return writeTarget(folder, { ...running.targetFile(), name, ...more }, `${name}.yaml`);
}

export async function emulator(
  folder: string,
  onEnd: OnEnd = onTestFinished,
  options: EmulatorOptions = {},
): Promise<StartedEmulator> {
  const running = await emulate(options, onEnd);
  const targetFile = writeTarget(folder, running.targetFile(), 'emulator.yaml');
  return { baseUrl: running.baseUrl, control: running.controlUrl, targetFile };
}
