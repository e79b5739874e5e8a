import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { faults } from '../../emulator/faults/index.js';
import { nearest } from '../../emulator/near.js';
import { variants } from '../../emulator/variants/index.js';
import { call, emulate } from './tools.js';

const folder = new URL('../../spec/requirements/', import.meta.url);
const levels = new Map<string, string>(
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => {
      const { requirements }: { requirements: { id: string; level: string }[] } = parse(
        readFileSync(new URL(file, folder), 'utf8'),
      );
      return requirements.map(({ id, level }) => [id, level] as const);
    }),
);

/** Variants whose GET /mfa-config shows no types while cluster MFA is off or before it was ever configured. */
const noTypesShown = [
  'types-not-shown-while-off',
  'field-authtypes-null',
  'nulls-before-the-first-put-only',
  'null-keeps-what-is',
];

describe('the catalogues', () => {
  test('have unique ids', () => {
    const ids = [...faults, ...variants].map(({ id }) => id);

    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test.each(faults.map((fault) => [fault.id, fault] as const))(
    '%s names requirements that exist',
    (_id, fault) => {
      expect(fault.breaks).not.toEqual([]);
      expect(fault.fails.filter((id) => !levels.has(id))).toEqual([]);
      expect(fault.level).toBe(fault.fails.some((id) => levels.get(id) === 'must') ? 'must' : 'should');
    },
  );

  test.each(variants.map(({ id }) => id))('the variant %s answers an authorised GET', async (id) => {
    const emulator = await emulate({ variants: [id] });

    const { status, body } = await call(emulator, 'GET /mfa-config');

    expect(status).toBe(200);
    const all = expect.arrayContaining(id.includes('by-email') ? ['email'] : ['email', 'totp']);
    const types = id === 'types-empty-while-off' ? [] : all;
    expect(body).toMatchObject({
      enabled: id.startsWith('cluster-mfa-on'),
      authenticationTypes: noTypesShown.includes(id) ? null : types,
    });
  });

  test('name the ids near a mistyped one', () => {
    const ids = faults.map(({ id }) => id);

    expect(nearest('http/content-after-24', ids)[0]).toBe('http/content-after-204');
    expect(nearest('replay', ids)).toContain('totp/replay-accepted');
    expect(nearest('zzzzzzzzzzzzzzzzzzzzzzzz', ids)).toEqual([]);
  });
});
