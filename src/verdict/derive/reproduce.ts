import type { Exchange } from '../../base/model/exchange.js';
import { shellQuoted } from '../../base/words.js';

/** Makes commands that repeat requests. A comment above a command says which configuration the request met. */
export class Commands {
  readonly #met = new WeakMap<Exchange, string>();
  #cluster: string | undefined;
  #support: string | undefined;

  take(exchange: Exchange): void {
    const { operation, request, response } = exchange;
    const met = operation?.includes('Support') === true ? this.#support : this.#cluster;
    if (met !== undefined) this.#met.set(exchange, met);
    if (response === undefined || response.status >= 300) return;
    if (operation === 'GetMFAConfig') this.#cluster = clusterIn(response.body) ?? this.#cluster;
    else if (operation === 'UpdateMFAConfig') this.#cluster = clusterIn(request.body) ?? this.#cluster;
    else if (operation?.endsWith('SupportMFAConfig') === true)
      // The answer to a change may leave the type out.
      this.#support = supportIn(`${response.body} ${request.body}`) ?? this.#support;
  }

  of(exchange: Exchange, baseUrl: string): string {
    const met = this.#met.get(exchange);
    return `${met === undefined ? '' : `# Before: ${met}.\n`}${reproduce(exchange, baseUrl)}`;
  }
}

function stateIn(body: string | undefined, name: string, types: (body: string) => string) {
  const enabled = /"enabled":\s*(true|false)/.exec(body ?? '')?.[1];
  if (enabled === undefined) return undefined;
  return `${name} MFA ${enabled === 'false' ? 'off' : `on, ${types(body ?? '')}`}`;
}

const clusterIn = (body?: string) =>
  stateIn(body, 'cluster', (text) => {
    const types = /"authenticationTypes":\s*\[([^\]]*)\]/.exec(text)?.[1]?.match(/\w+/g) ?? [];
    return `types ${types.join(' and ') || 'none'}`;
  });
const supportIn = (body?: string) =>
  stateIn(body, 'support', (text) => `type ${/"mfaType":\s*"(\w+)"/.exec(text)?.[1] ?? 'none'}`);

const headerVariables: Readonly<Record<string, string>> = {
  apikey: 'API_KEY',
  'session-id': 'SESSION_ID',
  authorization: 'AUTHORIZATION',
};

export function reproduce({ request }: Exchange, baseUrl: string): string {
  const path = request.url.startsWith(baseUrl)
    ? `"$BASE_URL"${quoted(request.url.slice(baseUrl.length))}`
    : quoted(request.url);
  const parts = ['curl -i', ...(request.method === 'GET' ? [] : [`-X ${request.method}`]), path];
  for (const [name, value] of Object.entries(request.headers)) {
    if (name === 'Accept') continue;
    if (name === 'Accept-Encoding') parts.push('--compressed');
    const variable = headerVariables[name.toLowerCase()];
    parts.push(variable === undefined ? `-H ${quoted(`${name}: ${value}`)}` : `-H "${name}: $${variable}"`);
  }
  if (request.body !== undefined) parts.push(`--data-binary ${quoted(request.body)}`);
  return parts.join(' ');
}

/** Quotes a text for the shell. Variables replace redacted secrets: `[mailed code]` becomes `$MAILED_CODE`. */
function quoted(text: string): string {
  if (/^[\w./:=-]*$/.test(text)) return text;
  return shellQuoted(text).replace(
    /(?<=["=:/ ])\[([a-z][a-z -]*)\](?=["&]|'$|$)/gi,
    (_all, name: string) => `'"$${name.toUpperCase().replace(/\W+/g, '_')}"'`,
  );
}
