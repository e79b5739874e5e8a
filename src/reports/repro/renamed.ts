import type { Again, Origin } from '../../base/model/event.js';

/** The request with other origins in place of some. */
export function renamed(again: Again, swapped: ReadonlyMap<string, Origin>): Again {
  const inText = (text: string) =>
    text.replace(/\{\{([\w-]+)\}\}/g, (whole, name: string) => {
      const origin = swapped.get(name);
      return origin === undefined ? whole : `{{${origin.name}}}`;
    });
  const headers = Object.entries(again.headers).map(([name, value]) => [name, inText(value)]);
  return {
    ...again,
    path: inText(again.path),
    headers: Object.fromEntries(headers),
    ...(again.body === undefined ? {} : { body: inText(again.body) }),
    origins: again.origins.map((origin) => swapped.get(origin.name) ?? origin),
  };
}
