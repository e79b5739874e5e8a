import type { ConcernedWaiver, Waiver } from '../../src/base/model/verdict.js';

export function waiver(change: Partial<Waiver> = {}): Waiver {
  return {
    requirement: 'area/one',
    reason: 'known since the last release',
    owner: 'Ana',
    issue: 'https://issues.example/7',
    expires: '2026-12-31',
    ...change,
  };
}

export function concerned(change: Partial<ConcernedWaiver> = {}): ConcernedWaiver {
  return { ...waiver(change), fits: ['area/one'], unknown: false, expired: false, ...change };
}
