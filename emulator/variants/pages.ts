import { type Call, Refusal, type WireAnswer } from '../call.js';
import { replaces } from '../deviations.js';
import { conforms, type Variant, variantsOf } from '../seams.js';

const nothingThere = {
  status: 404,
  body: { errorCode: 'KNotFound', message: 'There is no such resource.' },
};

/** A low limit, such as nginx may have. */
const mostBytes = 64 * 1024;

/** Never resolves, so the request gets no answer. */
const forever = new Promise<undefined>(() => {});

const asPage = ({ headers }: WireAnswer, phrase: string) => ({
  headers: { ...headers, 'content-type': 'text/html' },
  content: Buffer.from(`<html><center><h1>${phrase}</h1></center></html>`),
});

export const pageVariants: readonly Variant[] = variantsOf({
  'type-page-415': conforms()
    .says('A body of another media type is answered 415 with the HTML page of a web server.')
    .wires('any', (answer) => answer.status === 415 && asPage(answer, '415 Unsupported Media Type')),
  'limit-page-413': conforms()
    .says('A body of more than 64 KiB is refused with 413 and the HTML page of a web server.')
    .by((seams) => {
      const refused = new WeakSet<Call>();
      seams.input('any', (call) => {
        if (call.content !== undefined && call.content.length <= mostBytes) return;
        refused.add(call);
        throw new Refusal(413, 'KTooLarge', 'Request Entity Too Large');
      });
      seams.wire(
        'any',
        (answer, call) => refused.has(call) && asPage(answer, '413 Request Entity Too Large'),
      );
    }),
  'access-tokens-absent-in-html': conforms()
    .says('There are no access tokens: the web server returns an HTML page.')
    .by((seams) => {
      seams.input('CreateAccessToken', () => {
        throw new Refusal(404, nothingThere.body.errorCode, nothingThere.body.message);
      });
      seams.wire('CreateAccessToken', (answer) => asPage(answer, '404 Not Found'));
    }),
  'odd-requests-end-the-connection': conforms()
    .says('TRACE, and paths with %2f, %00, //, a dot or a semicolon, end the connection.')
    .wires('any', (answer, { method, path }) => {
      if (method === 'TRACE' || /%\d|[;.]|\/\//.test(path)) answer.raw = { keep: 0 };
    }),
  'odd-paths-unanswered': conforms()
    .says('Paths with %20, %2f, %00 or two dots are never answered.')
    .answers('any', (_answer, { path }) => (/%(?:20|2f|00)|\.\./.test(path) ? forever : undefined)),
  'other-methods-are-404': conforms()
    .says('A method unknown to a path gets the 404 of an unknown path.')
    .with(replaces, 'any', 405, { ...nothingThere, headers: {} }),
  'nothing-to-prove-is-404': conforms()
    .says("The support user's codes get the 404 of an unknown path while there is no key or address.")
    .bodies(
      ['VerifySupportUserTotp', 'SendSupportEmailOtp'],
      (body, { operation }, { state: { support } }) => {
        const isThere = operation === 'VerifySupportUserTotp' ? support.key : support.email;
        if (isThere === null || isThere === undefined)
          throw new Refusal(404, nothingThere.body.errorCode, nothingThere.body.message);
        return body;
      },
    ),
});
