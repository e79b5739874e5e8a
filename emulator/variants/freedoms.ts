import { challenges } from '../credentials.js';
import { isObject, type Json, type JsonObject, own } from '../json.js';
import { isOperationId, type OperationId } from '../operations/table.js';
import type { Seams, Variant } from '../seams.js';
import { formNamed } from './forms.js';
import { endSessionsLate, enforceLate, showClusterLate, showSupportLate } from './late.js';

/**
 * Returns the variant of a setting that spells out one freedom: `absent:GetMFAConfig.authenticationTypes`,
 * `absent:GetMFAConfig.enabled=false` (only while false), `null:Error.message`,
 * `order:GetMFAConfig.authenticationTypes=reversed`, `refusal:CreateSession.KInvalidOtp=400` (or `any`),
 * `delay:configuration=400` (milliseconds), `form:sessionId.uuid`.
 */
export function freedomOf(setting: string): Variant | undefined {
  const [, kind = '', what = '', value] = /^(\w+):([\w.-]+)(?:=(.+))?$/.exec(setting) ?? [];
  const [place = '', name = ''] = what.split('.');
  const apply = setterOf(kind, place, name, value);
  return apply === undefined ? undefined : { id: setting, description: `The freedom ${setting}.`, apply };
}

type Setter = (seams: Seams) => void;

function setterOf(kind: string, place: string, name: string, value: string | undefined): Setter | undefined {
  switch (kind) {
    case 'absent': {
      const only = value === undefined ? undefined : JSON.stringify(JSON.parse(value));
      return inBodies(place, (body) => (holds(body, name, only) ? without(body, name) : body));
    }
    case 'null':
      return inBodies(place, (body) => ({ ...body, [name]: null }));
    case 'order':
      return reordered(place, name, value);
    case 'refusal':
      return refused(place, name, Number(value));
    case 'delay': {
      const late = delays.get(place);
      return late && ((seams) => late(seams, Number(value)));
    }
    case 'form':
      return formNamed(`${place}.${name}`);
    default:
      return undefined;
  }
}

const delays: ReadonlyMap<string, (seams: Seams, ms: number) => void> = new Map([
  ['configuration', showClusterLate],
  ['support', showSupportLate],
  ['enforcement', enforceLate],
  ['mail', mailLate],
  ['sessions', endSessionsLate],
]);

function mailLate({ rules }: Seams, ms: number): void {
  rules.mailCode.delayMs = ms;
}

function holds(body: JsonObject, name: string, json: string | undefined): boolean {
  const value = own(body, name);
  return value !== undefined && (json === undefined || JSON.stringify(value) === json);
}

function without(body: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
}

function inBodies(place: string, change: (body: JsonObject) => JsonObject): Setter | undefined {
  if (place === 'Error') {
    return (seams) =>
      seams.refusal('any', (answer) => isObject(answer.body) && { body: change(answer.body) });
  }
  return isOperationId(place) ? (seams) => seams.success(place, change) : undefined;
}

function reordered(place: string, name: string, order: string | undefined): Setter | undefined {
  let answers = 0;
  return inBodies(place, (body) => {
    const list = own(body, name);
    answers += 1;
    const isTurned = order === 'reversed' || answers % 2 === 1;
    return Array.isArray(list) && isTurned ? { ...body, [name]: list.toReversed() } : body;
  });
}

function refused(place: string, errorCode: string, status: number): Setter | undefined {
  const which: OperationId | 'any' | undefined = place === 'any' || isOperationId(place) ? place : undefined;
  if (which === undefined || !(status >= 400 && status < 500)) return undefined;
  return (seams) =>
    seams.refusal(which, (answer, _call, world) => {
      const body: Json | undefined = answer.body;
      if (own(body, 'errorCode') !== errorCode) return;
      answer.status = status;
      answer.headers = status === 401 ? challenges(world) : {};
    });
}
