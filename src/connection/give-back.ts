import { SuiteError } from '../errors.js';
import type { Connection } from './connection.js';

export interface GivenBack {
  readonly restored: boolean;
  readonly residue: readonly string[];
  /** What went wrong, for a person. */
  readonly problems: readonly string[];
}

/** Gives back what the journal says was changed, and removes the journal once that is read back. */
export async function giveBack(connection: Connection): Promise<GivenBack> {
  const content = connection.journal.read();
  if (content === undefined) return { restored: true, residue: [], problems: [] };
  const residue = [...content.residue];
  const problems: string[] = [];
  const attempt = async (step: () => Promise<string[] | undefined>) => {
    try {
      residue.push(...((await step()) ?? []));
    } catch (error) {
      if (!(error instanceof SuiteError)) throw error;
      problems.push(error.message);
    }
  };
  const { support, cluster } = content;
  if (support !== undefined) await attempt(async () => (await connection.support()).giveBack(support));
  if (cluster !== undefined) {
    await attempt(async () => {
      await (await connection.cluster()).giveBack(cluster);
      return undefined;
    });
  }
  if (problems.length === 0) connection.journal.remove();
  return { restored: problems.length === 0, residue, problems };
}
