import { Command, InvalidArgumentError } from 'commander';
import { type Shard, shardOf } from '../../src/reports/many/shard.js';

/** @param script the command's name in package.json */
export function tool(script: string, description: string): Command {
  return new Command(`npm run ${script} --`).description(description).showHelpAfterError();
}

export function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Wanted a whole number from ${least} on.`);
  };
}

export const wholeNumber = wholeFrom(1);

export function partOf(text: string): Shard {
  try {
    return shardOf(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
