import type { Exchange } from '../../base/model/exchange.js';

/** Placeholders of redacted header values, as the shell variables a person would set. */
const variables: Readonly<Record<string, string>> = {
  apikey: '$API_KEY',
  'session-id': '$SESSION_ID',
  authorization: '$AUTHORIZATION',
};

/** A curl line that repeats an exchange; secrets stand as shell variables and bracketed placeholders. */
export function reproduce({ request }: Exchange, baseUrl: string): string {
  const path = request.url.startsWith(baseUrl)
    ? `"$BASE_URL"${quoted(request.url.slice(baseUrl.length))}`
    : quoted(request.url);
  const parts = ['curl -i', ...(request.method === 'GET' ? [] : [`-X ${request.method}`]), path];
  for (const [name, value] of Object.entries(request.headers)) {
    if (name === 'Accept') continue;
    const variable = variables[name.toLowerCase()];
    parts.push(variable === undefined ? `-H ${quoted(`${name}: ${value}`)}` : `-H "${name}: ${variable}"`);
  }
  if (request.body !== undefined) parts.push(`--data-binary ${quoted(request.body)}`);
  return parts.join(' ');
}

function quoted(text: string): string {
  return /^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
