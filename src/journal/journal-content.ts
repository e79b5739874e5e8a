import { ConfigurationError } from '../errors.js';
import { type ClusterConfig, clusterConfigOf, type SupportConfig, supportConfigOf } from './config.js';

export type SupportSet = Pick<SupportConfig, 'mfaType' | 'email'>;

/** What stands in a journal; a property is absent where nothing of the kind was changed. */
export interface JournalContent {
  readonly version: 1;
  readonly baseUrl: string;
  readonly startedAt: string;
  readonly cluster?: ClusterConfig;
  readonly support?: SupportConfig;
  readonly enrolledUri?: string;
  /** What the suite set last for the support user: a target may not show it. */
  readonly supportSet?: SupportSet;
  readonly sessionId?: string;
  readonly residue: readonly string[];
}

/** @throws ConfigurationError naming the file, and what to do with it */
export function parseJournal(text: string, file: string): JournalContent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(file, 'is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw damaged(file, 'holds no object');
  const members = new Map<string, unknown>(Object.entries(value));
  const version = members.get('version');
  if (version !== 1) {
    throw new ConfigurationError(
      `The journal ${file} has format ${String(version)}, this version knows 1: give back with the version that wrote it.`,
    );
  }
  const stringOf = (name: string): string | undefined => {
    const member = members.get(name);
    return typeof member === 'string' ? member : undefined;
  };
  const baseUrl = stringOf('baseUrl');
  const startedAt = stringOf('startedAt');
  const residue = members.get('residue');
  if (baseUrl === undefined || startedAt === undefined || !Array.isArray(residue)) {
    throw damaged(file, 'lacks baseUrl, startedAt or residue');
  }
  const enrolledUri = stringOf('enrolledUri');
  const sessionId = stringOf('sessionId');
  return {
    version: 1,
    baseUrl,
    startedAt,
    ...configs(members, file),
    ...(enrolledUri === undefined ? {} : { enrolledUri }),
    ...(sessionId === undefined ? {} : { sessionId }),
    residue: residue.map(String),
  };
}

function configs(
  members: ReadonlyMap<string, unknown>,
  file: string,
): Pick<JournalContent, 'cluster' | 'support' | 'supportSet'> {
  const set = members.get('supportSet');
  const cluster = members.get('cluster');
  const support = members.get('support');
  try {
    return {
      ...(cluster === undefined ? {} : { cluster: clusterConfigOf(cluster) }),
      ...(support === undefined ? {} : { support: supportConfigOf(support) }),
      ...(set === undefined ? {} : { supportSet: supportConfigOf(set) }),
    };
  } catch {
    throw damaged(file, 'holds a configuration that is none');
  }
}

function damaged(file: string, how: string): ConfigurationError {
  return new ConfigurationError(
    `The journal ${file} ${how}. It is kept: it tells what a run changed. Compare the target by hand with what ` +
      'it should be, then delete the file.',
  );
}
