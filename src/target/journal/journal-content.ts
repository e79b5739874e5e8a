import { ConfigurationError } from '../../base/errors.js';
import { jsonOf, objectOf, shapedLike, shapes } from '../../base/shape.js';
import { type ClusterConfig, clusterConfigOf, type SupportConfig, supportConfigOf } from './config.js';

export type SupportSet = Pick<SupportConfig, 'mfaType' | 'email'>;

/** The content of a journal. A property is absent if the run changed nothing of its kind. */
export interface JournalContent {
  readonly version: 1;
  readonly baseUrl: string;
  readonly startedAt: string;
  readonly cluster?: ClusterConfig;
  readonly support?: SupportConfig;
  readonly enrolledUri?: string;
  /** The suite's last setting for the support user, which a target may not show. */
  readonly supportSet?: SupportSet;
  readonly sessionId?: string;
  readonly residue: readonly string[];
}

/** The written form: configurations are normalised on reading. */
type Written = Omit<JournalContent, 'cluster' | 'support'> & {
  readonly cluster?: object;
  readonly support?: object;
};

const { text, listOf, orNull } = shapes;

const isJournal = shapedLike<Written>(
  objectOf<Written>(
    {
      version: { const: 1 },
      baseUrl: text,
      startedAt: text,
      cluster: { type: 'object' },
      support: { type: 'object' },
      enrolledUri: text,
      supportSet: objectOf<SupportSet>({ mfaType: orNull(text), email: orNull(text) }),
      sessionId: text,
      residue: listOf(text),
    },
    ['cluster', 'support', 'enrolledUri', 'supportSet', 'sessionId'],
  ),
);

const hasVersion = shapedLike<{ readonly version: unknown }>(objectOf<{ version: unknown }>({ version: {} }));

/** @throws ConfigurationError that names the file and a remedy */
export function parseJournal(json: string, file: string): JournalContent {
  const value = jsonOf(json, hasVersion);
  if (value === undefined) throw damaged(file, 'is not a JSON object with a version');
  if (value.version !== 1) {
    throw new ConfigurationError(
      `The journal ${file} has format ${String(value.version)}, this version knows 1: restore with the version that wrote it.`,
    );
  }
  if (!isJournal(value))
    throw damaged(file, 'lacks baseUrl, startedAt or residue, or holds something else there');
  const { cluster, support, ...rest } = value;
  try {
    return {
      ...rest,
      ...(cluster === undefined ? {} : { cluster: clusterConfigOf(cluster) }),
      ...(support === undefined ? {} : { support: supportConfigOf(support) }),
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
