import { onTestFinished } from 'vitest';
import { type EmulatorOptions, type RunningEmulator, startEmulator } from '../../emulator/emulator.js';
import type { OnEnd } from '../tool/processes.js';
import { type StartedEmulator, writeTarget } from './suite.js';

/** An emulator in this process until the test ends, because a process of its own costs half a second. */
async function hosted(options: EmulatorOptions, onEnd: OnEnd): Promise<RunningEmulator> {
  const emulator = await startEmulator(options);
  onEnd(() => emulator.close());
  return emulator;
}

/**
 * @param more further keys of its target file
 * @returns the path of its target file, `NAME.yaml`
 */
export async function emulated(
  folder: string,
  name: string,
  options: EmulatorOptions = {},
  more: object = {},
): Promise<string> {
  const emulator = await hosted(options, onTestFinished);
  return writeTarget(folder, { ...emulator.targetFile(), name, ...more }, `${name}.yaml`);
}

/** Like startEmulator of suite.ts, but in this process. */
export async function emulator(
  folder: string,
  onEnd: OnEnd = onTestFinished,
  options: EmulatorOptions = {},
): Promise<StartedEmulator> {
  const running = await hosted(options, onEnd);
  const targetFile = writeTarget(folder, running.targetFile(), 'emulator.yaml');
  return { baseUrl: running.baseUrl, control: running.controlUrl, targetFile };
}
