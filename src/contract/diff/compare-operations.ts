import {
  breaksBoth,
  breaksClients,
  breaksServers,
  type Direction,
  type FoundChange,
  harmless,
  type Report,
} from './change.js';
import { compareSchemas } from './compare-schemas.js';
import type { ContentShape, OperationShape } from './operation-shape.js';

/** The differences of an operation that both contracts have. */
export function compareOperations(from: OperationShape, to: OperationShape): FoundChange[] {
  const changes: FoundChange[] = [];
  const report = (change: FoundChange): void => void changes.push(change);
  const place = `${to.method} ${to.path}`;
  if (from.method !== to.method || from.path !== to.path) {
    const text = `was ${from.method} ${from.path}`;
    report({ kind: 'operation-moved', subject: place, text, direction: null, ...breaksBoth });
  }
  if (!from.deprecated && to.deprecated) {
    const text = 'is deprecated';
    report({ kind: 'operation-deprecated', subject: place, text, direction: null, ...harmless });
  }
  if (to.privileges !== undefined && from.privileges !== to.privileges) {
    const text = `privileges are documented: ${to.privileges}`;
    report({ kind: 'privileges-documented', subject: place, text, direction: null, ...harmless });
  }
  compareCredentials(from, to, report);
  compareParameters(from, to, place, report);
  const body = `body of ${place}`;
  compareRequestPart('body', from.body, to.body, body, report, (before, after) =>
    compareContents(before, after, 'request', body, report),
  );
  compareAnswers(from, to, place, report);
  return changes;
}

function compareCredentials(from: OperationShape, to: OperationShape, report: Report): void {
  const direction = null;
  if (from.credentials === null && to.credentials === null) return;
  if (from.credentials === null || to.credentials === null) {
    const none = 'no credential';
    if (to.credentials === null) {
      report({
        kind: 'credential-added',
        subject: none,
        text: 'is needed any more',
        direction,
        ...breaksServers,
      });
    } else {
      const text = `is not enough any more: ${to.credentials.join(' or ')}`;
      report({ kind: 'credential-removed', subject: none, text, direction, ...breaksClients });
    }
    return;
  }
  const { credentials: before } = from;
  const { credentials: after } = to;
  for (const subject of before.filter((scheme) => !after.includes(scheme))) {
    const text = 'is not accepted any more';
    report({ kind: 'credential-removed', subject, text, direction, ...breaksClients });
  }
  for (const subject of after.filter((scheme) => !before.includes(scheme))) {
    report({ kind: 'credential-added', subject, text: 'is accepted', direction, ...breaksServers });
  }
}

function compareParameters(from: OperationShape, to: OperationShape, place: string, report: Report): void {
  for (const key of new Set([...from.parameters.keys(), ...to.parameters.keys()])) {
    const one = from.parameters.get(key);
    const other = to.parameters.get(key);
    const { name = '', place: where = '' } = other ?? one ?? {};
    // Many operations share a header, but a path or query parameter belongs to one operation.
    const subject = where === 'header' ? `header ${name}` : `${where} parameter ${name} of ${place}`;
    compareRequestPart('parameter', one, other, subject, report, (before, after) => {
      if (before.schema !== undefined && after.schema !== undefined) {
        compareSchemas(before.schema, after.schema, { direction: 'request', subject }, report);
      }
    });
  }
}

/** @param compare compares the rest of a part that both contracts have */
function compareRequestPart<Part extends { readonly required: boolean }>(
  what: 'parameter' | 'body',
  from: Part | undefined,
  to: Part | undefined,
  subject: string,
  report: Report,
  compare: (from: Part, to: Part) => void,
): void {
  const direction = 'request';
  if (from === undefined && to !== undefined) {
    const breaks = { breaksClients: to.required, breaksServers: true };
    const text = to.required ? 'is new and required' : 'is new';
    report({ kind: `${what}-added`, subject, text, direction, ...breaks });
  } else if (from !== undefined && to === undefined) {
    report({ kind: `${what}-removed`, subject, text: 'is gone', direction, ...breaksClients });
  } else if (from !== undefined && to !== undefined) {
    if (from.required !== to.required) {
      const breaks = to.required ? breaksClients : breaksServers;
      const text = to.required ? 'is required' : 'is optional';
      report({ kind: 'required-changed', subject, text, direction, ...breaks });
    }
    compare(from, to);
  }
}

function compareAnswers(from: OperationShape, to: OperationShape, place: string, report: Report): void {
  const before = [...from.successes.keys()];
  const after = [...to.successes.keys()];
  const tell = (kind: 'status-added' | 'status-removed', status: string, breaks: typeof harmless) => {
    const text = kind === 'status-added' ? 'is new' : 'is gone';
    const subject = `status ${status} of ${place}`;
    const direction = status.startsWith('2') ? 'answer' : 'error';
    report({ kind, subject, text, direction, ...breaks });
  };
  for (const status of before.filter((each) => !after.includes(each))) {
    tell('status-removed', status, breaksServers);
  }
  for (const status of after.filter((each) => !before.includes(each)))
    tell('status-added', status, breaksClients);
  // Clients treat errors as one class, so listing them or not breaks nobody.
  for (const status of from.others.filter((each) => !to.others.includes(each))) {
    tell('status-removed', status, harmless);
  }
  for (const status of to.others.filter((each) => !from.others.includes(each))) {
    tell('status-added', status, harmless);
  }
  const moved = before.length === 1 && after.length === 1;
  for (const [status, content] of to.successes) {
    const earlier = from.successes.get(moved ? (before[0] ?? status) : status);
    if (!moved && !from.successes.has(status)) continue;
    comparePossibleContents(earlier, content, 'answer', `answer of ${place}`, report);
  }
  comparePossibleContents(from.error, to.error, 'error', `error of ${place}`, report);
}

function comparePossibleContents(
  from: ContentShape | undefined,
  to: ContentShape | undefined,
  direction: Direction,
  subject: string,
  report: Report,
): void {
  if (from === undefined && to !== undefined) {
    report({ kind: 'body-added', subject, text: 'has content', direction, ...breaksServers });
  } else if (from !== undefined && to === undefined) {
    report({ kind: 'body-removed', subject, text: 'has no content any more', direction, ...breaksClients });
  } else if (from !== undefined && to !== undefined) compareContents(from, to, direction, subject, report);
}

function compareContents(
  from: ContentShape,
  to: ContentShape,
  direction: Direction,
  subject: string,
  report: Report,
): void {
  const forClients = direction === 'request' ? breaksClients : breaksServers;
  const forServers = direction === 'request' ? breaksServers : breaksClients;
  for (const type of from.mediaTypes.filter((each) => !to.mediaTypes.includes(each))) {
    report({ kind: 'media-type-removed', subject, text: `${type} is gone`, direction, ...forClients });
  }
  for (const type of to.mediaTypes.filter((each) => !from.mediaTypes.includes(each))) {
    report({ kind: 'media-type-added', subject, text: `${type} is new`, direction, ...forServers });
  }
  if (from.schema === undefined || to.schema === undefined) return;
  const name = to.schema.name ?? from.schema.name ?? subject;
  compareSchemas(from.schema, to.schema, { direction, subject: name }, report);
}
