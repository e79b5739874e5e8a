import { type Call, Refusal } from '../call.js';
import type { Variant } from '../seams.js';

const nothingThere = {
  status: 404,
  body: { errorCode: 'KNotFound', message: 'There is no such resource.' },
};

/** Of nginx's usual limits, a low one. */
const mostBytes = 64 * 1024;

/** What waits for it is never answered. */
const forever = new Promise<void>(() => {});

/** What web servers before the API answer by pages of their own, or in no way. */
export const pageVariants: readonly Variant[] = [
  {
    id: 'type-page-415',
    description: 'A body of another media type is answered 415 by the HTML page of a web server.',
    apply: (seams) =>
      seams.wire('any', (answer) => {
        if (answer.status !== 415) return;
        answer.headers['content-type'] = 'text/html';
        answer.content = Buffer.from('<html><center><h1>415 Unsupported Media Type</h1></center></html>');
      }),
  },
  {
    id: 'limit-page-413',
    description:
      'A body of more than 64 KiB is answered 413 by the HTML page of a web server, and not taken.',
    apply: (seams) => {
      const refused = new WeakSet<Call>();
      seams.input('any', (call) => {
        if (call.content !== undefined && call.content.length <= mostBytes) return;
        refused.add(call);
        throw new Refusal(413, 'KTooLarge', 'Request Entity Too Large');
      });
      seams.wire('any', (answer, call) => {
        if (!refused.has(call)) return;
        answer.headers['content-type'] = 'text/html';
        answer.content = Buffer.from('<html><center><h1>413 Request Entity Too Large</h1></center></html>');
      });
    },
  },
  {
    id: 'access-tokens-absent-in-html',
    description: 'There are no access tokens: the web server answers its own page, in HTML.',
    apply: (seams) => {
      seams.input('CreateAccessToken', () => {
        throw new Refusal(404, 'KNotFound', 'There is no such resource.');
      });
      seams.wire('CreateAccessToken', (answer) => {
        answer.headers['content-type'] = 'text/html';
        answer.content = Buffer.from('<html><center><h1>404 Not Found</h1></center></html>');
      });
    },
  },
  {
    id: 'odd-requests-end-the-connection',
    description:
      'A path with %2f, %00, //, a dot or a semicolon in it, and TRACE, are answered by the end of the connection.',
    apply: (seams) =>
      seams.wire('any', (answer, { method, path }) => {
        if (method === 'TRACE' || /%\d|[;.]|\/\//.test(path)) answer.raw = { keep: 0 };
      }),
  },
  {
    id: 'odd-paths-unanswered',
    description: 'A path with %20, %2f or %00 in it, or with two dots, is never answered.',
    apply: (seams) =>
      seams.answer('any', (_answer, { path }) => (/%(?:20|2f|00)|\.\./.test(path) ? forever : undefined)),
  },
  {
    id: 'other-methods-are-404',
    description: 'A method that a path does not have is answered by the 404 of an unknown path.',
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status === 405) Object.assign(answer, { ...nothingThere, headers: {} });
      }),
  },
  {
    id: 'nothing-to-prove-is-404',
    description:
      "Without a key to verify, or an address to mail to, the support user's codes get the 404 of an unknown path.",
    apply: (seams) =>
      seams.body(
        ['VerifySupportUserTotp', 'SendSupportEmailOtp'],
        (body, { operation }, { state: { support } }) => {
          const isThere = operation === 'VerifySupportUserTotp' ? support.key : support.email;
          if (isThere === null || isThere === undefined)
            throw new Refusal(404, nothingThere.body.errorCode, nothingThere.body.message);
          return body;
        },
      ),
  },
];
