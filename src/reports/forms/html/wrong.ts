import type { Outcome, Verdict } from '../../../base/model/verdict.js';
import { cut } from '../../../base/words.js';
import { reproduce as commandOf } from '../../../verdict/derive/reproduce.js';
import { isKnownFailure } from '../run-problems.js';
import { followWords, isFailed, type Trouble, troublesOf } from '../troubles.js';
import type { ExchangeRoom } from './exchanges.js';
import { html, longText, type Markup, section } from './markup.js';
import { issueLink } from './notes.js';
import { lookOf } from './outcomes.js';
import { firstLines, why } from './requirements.js';
import { sequence } from './sequence.js';

/** The page shows further causes only in the list of requirements below. */
const shownTroubles = 20;
/** In characters of {@link ExchangeRoom}. */
const drawing = 6000;
const shownFollowing = 400;

export function wrong(verdict: Verdict, room: ExchangeRoom, scripts: ReadonlyMap<string, string>): Markup {
  const all = troublesOf(verdict);
  // Known failures come last, since they don't gate.
  const known = (trouble: Trouble) => isFailed(trouble) && isKnownFailure(trouble.failure, verdict);
  const troubles = [...all.filter((trouble) => !known(trouble)), ...all.filter(known)];
  if (troubles.length === 0) return html``;
  const more = troubles.slice(shownTroubles);
  const cards = troubles
    .slice(0, shownTroubles)
    .map((trouble, index) => card(trouble, { verdict, room, scripts, isOpen: index === 0 }));
  const link =
    more.length > 0 &&
    html`<p><a href="#outcome=fail&amp;outcome=inconclusive">and ${more.length} more</a></p>`;
  return section('wrong', 'What is wrong', html`${cards}\n${link}`);
}

interface CardOptions {
  readonly verdict: Verdict;
  readonly room: ExchangeRoom;
  readonly isOpen: boolean;
  readonly scripts: ReadonlyMap<string, string>;
}

function card({ text, failure, follows }: Trouble, options: CardOptions): Markup {
  if (failure === undefined) {
    const { className, word, icon } = lookOf('inconclusive');
    return html`<article class="wrong ${className}"><h3><span class="pill">${icon}${word}</span> <span>${text}</span></h3>
${following(follows, `${follows.length} undecided because of it`)}</article>`;
  }
  const { id, level, title, source, waiver } = failure;
  const { className, word, icon } = lookOf(failure.outcome, level);
  const known = isKnownFailure(failure, options.verdict) && ', known';
  return html`<article class="wrong ${className}"><h3><span class="pill">${icon}${word}${known}</span> <a href="#${id}">${title}</a></h3>
<p class="mono faint">${id} <span class="level ${level}">${level}</span></p>
${why(failure, false)}
${waiver !== undefined && html`<p>Waived until ${waiver.expires} (${waiver.owner}, ${issueLink(waiver.issue)}): ${waiver.reason}</p>`}
${follows.length > 0 && following(follows, followWords(follows.length))}
<p class="source"><span class="faint">Source:</span> ${source}</p>
${evidence(failure, options)}</article>`;
}

function evidence({ id, exchanges, reproduce }: Outcome, { verdict, room, isOpen, scripts }: CardOptions) {
  if (exchanges.length === 0 && reproduce === '') return html``;
  const drawn = exchanges.length > 0 && room.take(drawing);
  const script = scripts.get(id);
  // `reproduce` ends with the command of the deciding request.
  const deciding = exchanges.findLast((each) => reproduce.endsWith(commandOf(each, verdict.target.baseUrl)));
  return html`<details class="evidence"${isOpen && html` open`}><summary>Evidence, and how to reproduce it</summary>
${drawn && sequence(exchanges, deciding)}
${script !== undefined && html`<p>Script that reproduces it: <a class="mono" href="${script}">${script}</a></p>`}
${reproduce !== '' && html`<div class="command"><h4>Reproduce</h4><pre>${longText(reproduce)}</pre></div>`}</details>`;
}

function following(follows: Trouble['follows'], words: string): Markup {
  const more = follows.length - shownFollowing;
  return html`<details class="follows"><summary>${words}</summary><ul>${follows
    .slice(0, shownFollowing)
    .map(
      ({ id, level, outcome, reason }) =>
        html`<li><a class="mono" href="#${id}">${id}</a> <span class="faint">${level}, ${lookOf(outcome, level).word.toLowerCase()}: ${cut(firstLines(reason), 160)}</span></li>`,
    )}</ul>${more > 0 && html`<p>and ${more} more in verdict.json</p>`}</details>`;
}
