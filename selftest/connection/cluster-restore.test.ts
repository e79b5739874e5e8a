import { expect, test } from 'vitest';
import { ArrangeError } from '../../src/base/errors.js';
import { ClusterRestore } from '../../src/target/connection/cluster-restore.js';
import type { ClusterConfig } from '../../src/target/journal/config.js';

const found: ClusterConfig = { enabled: false, authenticationTypes: null, retainUserMfaSettings: null };

test('what is shown in a form that cannot be read is overwritten with what was found', async () => {
  const stored: object[] = [];
  const read = async () => {
    if (stored.length === 0) throw new ArrangeError('GET /mfa-config answered a wrongly typed member.');
    return found;
  };
  const store = async (config: object) => stored.push(config) > 0;

  const lost = await new ClusterRestore({ readAsShown: read, readUntil: read, store }).giveBack(found);

  expect({ lost, stored }).toEqual({ lost: [], stored: [found] });
});
