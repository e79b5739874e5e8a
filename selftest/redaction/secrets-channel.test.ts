import { expect, onTestFinished, test } from 'vitest';
import { SecretCollector } from '../../src/base/redaction/secrets-channel.js';
import { temporaryFolder } from '../cli/suite.js';

test('of a secret told twice the first kind counts', async () => {
  const collector = await SecretCollector.open(temporaryFolder());
  onTestFinished(() => collector.close());

  collector.tell('https://one.example', '4821', 'password');
  collector.tell('https://other.example', '4821', 'code');

  expect(collector.values).toEqual(new Map([['4821', 'password']]));
});
