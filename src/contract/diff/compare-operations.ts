import {
  type Breaks,
  breaksBoth,
  breaksClients,
  breaksServers,
  type ChangeKind,
  type Direction,
  eachOfOne,
  type FoundChange,
  harmless,
  type Report,
} from './change.js';
import { compareSchemas } from './compare-schemas.js';
import type { ContentShape, OperationShape } from './operation-shape.js';

export function compareOperations(from: OperationShape, to: OperationShape): FoundChange[] {
  const changes: FoundChange[] = [];
  const report = (change: FoundChange): void => void changes.push(change);
  const place = `${to.method} ${to.path}`;
  const tell = (kind: ChangeKind, text: string, breaks: Breaks) =>
    report({ kind, subject: place, text, direction: null, ...breaks });
  if (from.method !== to.method || from.path !== to.path) {
    tell('operation-moved', `was ${from.method} ${from.path}`, breaksBoth);
  }
  if (!from.deprecated && to.deprecated) tell('operation-deprecated', 'is deprecated', harmless);
  if (to.privileges !== undefined && from.privileges !== to.privileges) {
    tell('privileges-documented', `privileges are documented: ${to.privileges}`, harmless);
  }
  compareCredentials(from.credentials, to.credentials, report);
  compareParameters(from, to, place, report);
  const body = `body of ${place}`;
  compareRequestPart('body', from.body, to.body, body, report, (before, after) =>
    compareContents(before, after, 'request', body, report),
  );
  compareAnswers(from, to, place, report);
  return changes;
}

function compareCredentials(
  from: OperationShape['credentials'],
  to: OperationShape['credentials'],
  report: Report,
): void {
  const removed = (subject: string, text: string) =>
    report({ kind: 'credential-removed', subject, text, direction: null, ...breaksClients });
  const added = (subject: string, text: string) =>
    report({ kind: 'credential-added', subject, text, direction: null, ...breaksServers });
  const none = 'no credential';
  if (from !== null && to !== null) {
    eachOfOne(
      from,
      to,
      (scheme) => removed(scheme, 'is not accepted any more'),
      (scheme) => added(scheme, 'is accepted'),
    );
  } else if (from !== null) added(none, 'is needed any more');
  else if (to !== null) removed(none, `is not enough any more: ${to.join(' or ')}`);
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
  const tell = (kind: ChangeKind, text: string, breaks: Breaks) =>
    report({ kind, subject, text, direction: 'request', ...breaks });
  if (from === undefined && to !== undefined) {
    const text = to.required ? 'is new and required' : 'is new';
    tell(`${what}-added`, text, { breaksClients: to.required, breaksServers: true });
  } else if (from !== undefined && to === undefined) {
    tell(`${what}-removed`, 'is gone', breaksClients);
  } else if (from !== undefined && to !== undefined) {
    if (!from.required && to.required) tell('required-changed', 'is required', breaksClients);
    if (from.required && !to.required) tell('required-changed', 'is optional', breaksServers);
    compare(from, to);
  }
}

function compareAnswers(from: OperationShape, to: OperationShape, place: string, report: Report): void {
  const compareStatuses = (
    one: readonly string[],
    other: readonly string[],
    gone: Breaks,
    added: Breaks,
  ): void => {
    const tell = (kind: ChangeKind, status: string, text: string, breaks: Breaks) => {
      const direction = status.startsWith('2') ? 'answer' : 'error';
      report({ kind, subject: `status ${status} of ${place}`, text, direction, ...breaks });
    };
    eachOfOne(
      one,
      other,
      (status) => tell('status-removed', status, 'is gone', gone),
      (status) => tell('status-added', status, 'is new', added),
    );
  };
  const before = [...from.successes.keys()];
  const after = [...to.successes.keys()];
  compareStatuses(before, after, breaksServers, breaksClients);
  // Clients treat errors as one class, so listing them or not breaks nobody.
  compareStatuses(from.others, to.others, harmless, harmless);
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
  const tell = (kind: ChangeKind, text: string, breaks: Breaks) =>
    report({ kind, subject, text, direction, ...breaks });
  const [gone, added] =
    direction === 'request' ? [breaksClients, breaksServers] : [breaksServers, breaksClients];
  eachOfOne(
    from.mediaTypes,
    to.mediaTypes,
    (type) => tell('media-type-removed', `${type} is gone`, gone),
    (type) => tell('media-type-added', `${type} is new`, added),
  );
  if (from.schema === undefined || to.schema === undefined) return;
  const name = to.schema.name ?? from.schema.name ?? subject;
  compareSchemas(from.schema, to.schema, { direction, subject: name }, report);
}
