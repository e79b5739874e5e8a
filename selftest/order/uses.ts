import type { RunEvent } from '../../src/base/model/event.js';
import type { Uses } from '../../src/base/model/uses.js';
import { operationRow, partOf } from '../../src/contract/openapi/operations.js';
import { loadRequirements, type Requirement } from '../../src/contract/requirements/catalogue.js';
import { joined } from '../../src/contract/requirements/uses.js';

/** The parts of the target that each test touched, from the log of a run, or would touch if it ran alone. */
export function usesIn(events: readonly RunEvent[]): Map<string, Uses> {
  const uses = new Map<string, Uses>();
  const owners = new Map<number, string>();
  const adopted: { readonly by: string; readonly from: string }[] = [];
  for (const event of events) {
    if (event.type === 'used') uses.set(event.requirement, event.uses);
    else if (event.type === 'exchange') owners.set(event.index, event.requirement);
    else if (event.type === 'adopted')
      for (const index of event.exchanges)
        adopted.push({ by: event.requirement, from: owners.get(index) ?? '' });
  }
  for (const { by, from } of adopted) uses.set(by, joined(uses.get(by) ?? {}, uses.get(from) ?? {}));
  return uses;
}

export function usesByOperations({ operations }: Pick<Requirement, 'operations'>): Uses {
  return operations.reduce<Uses>((uses, operation) => {
    const { reads, tries } = operationRow(operation);
    const part = partOf(operation);
    const ofPart: Uses = part === undefined ? {} : { [part]: reads === undefined ? 'set' : 'read' };
    return joined(uses, joined(ofPart, tries === 'account' ? { cluster: 'read', users: 1 } : {}));
  }, {});
}

/** The text of the file, one row on a line. An untried requirement has the row null: its test reserves everything. */
export function usesText(uses: ReadonlyMap<string, Uses>): string {
  const rows = loadRequirements().map((requirement) => {
    const used = uses.get(requirement.id);
    const row = used === undefined ? null : joined(used, usesByOperations(requirement));
    return `  ${JSON.stringify(requirement.id)}: ${JSON.stringify(row)}`;
  });
  return `{\n${rows.join(',\n')}\n}\n`;
}
