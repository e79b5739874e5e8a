import { join } from 'node:path';
import { ConfigurationError } from '../../base/errors.js';
import type { Explained, ToldExchange } from '../../base/model/explained.js';
import { packageRoot } from '../../base/package-root.js';
import { readBy } from '../../base/spec-schema.js';

/** A requirement's explanation in the file, with names in place of exchanges. */
export interface Named extends Omit<Explained, 'passes' | 'fails'> {
  readonly passes: readonly string[];
  readonly fails: Omit<Explained['fails'], 'exchanges'> & { readonly exchanges: readonly string[] };
}

interface ExchangesFile {
  readonly exchanges: Readonly<Record<string, ToldExchange>>;
  readonly requirements: Readonly<Record<string, Named>>;
}

const read = readBy<ExchangesFile>('exchanges.schema.json', 'file of exchanges');

/** Written by `npm run generate -- explain`. */
export const exchangesFile = join(packageRoot(), 'spec', 'exchanges.json');

export function loadExchanges(): ReadonlyMap<string, Explained> {
  const { exchanges, requirements } = read(exchangesFile);
  const named = (names: readonly string[]): ToldExchange[] =>
    names.map((name) => {
      const exchange = exchanges[name];
      if (exchange === undefined) throw new ConfigurationError(`${exchangesFile}: there is no ${name}.`);
      return exchange;
    });
  const whole = ({ passes, fails, ...rest }: Named): Explained => ({
    ...rest,
    passes: named(passes),
    fails: { ...fails, exchanges: named(fails.exchanges) },
  });
  return new Map(Object.entries(requirements).map(([id, each]) => [id, whole(each)]));
}
