import { ConfigurationError } from '../../base/errors.js';
import { jsonOf, objectOf, type Shaped, shape, shapedLike, shapes } from '../../base/shape.js';
import { type ClusterConfig, clusterConfigOf, type SupportConfig, supportConfigOf } from './config.js';

const { text, listOf, orNull } = shapes;

const supportSet = objectOf({ mfaType: orNull(text), email: orNull(text) });
export type SupportSet = Shaped<typeof supportSet>;

/** The written form: configurations are normalised on reading. A member is absent if the run changed nothing of its kind. */
const journal = objectOf(
  {
    version: shape<1>({ const: 1 }),
    baseUrl: text,
    startedAt: text,
    cluster: shape<object>({ type: 'object' }),
    support: shape<object>({ type: 'object' }),
    enrolledUri: text,
    /** The suite's last setting for the support user, which a target may not show. */
    supportSet,
    sessionId: text,
    residue: listOf(text),
  },
  ['cluster', 'support', 'enrolledUri', 'supportSet', 'sessionId'],
);

export type JournalContent = Omit<Shaped<typeof journal>, 'cluster' | 'support'> & {
  readonly cluster?: ClusterConfig;
  readonly support?: SupportConfig;
};

const isJournal = shapedLike(journal);
const hasVersion = shapedLike(objectOf({ version: shape<unknown>({}) }));

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
