import type { DetectionOrder } from '../../src/contract/order/order.js';
import { far, msOf, type Speed } from './detection-order.js';

export const near: Speed = { requests: 4, mails: 20, steps: 0, quiets: 200 };

const width = 640;
const height = 320;
const margin = 44;
/** The ends of the logarithmic axis, in seconds. */
const [least, most] = [1, 2_000] as const;

interface Point {
  readonly seconds: number;
  readonly share: number;
}

/** The share of found faults by time, in the order and with the costs of spec/order.json. */
export function curveOf({ rows, shared }: DetectionOrder, speed: Speed): Point[] {
  const all = new Set(rows.flatMap(({ faults }) => faults)).size;
  const found = new Set<string>();
  const paid = new Set<string>();
  let ms = 0;
  return rows.map(({ cost, alone = cost, shares, faults }) => {
    ms += msOf(alone, speed);
    if (shares !== undefined && !paid.has(shares)) ms += msOf(shared[shares] ?? {}, speed);
    paid.add(shares ?? '');
    for (const id of faults) found.add(id);
    return { seconds: ms / 1_000, share: found.size / all };
  });
}

/** `34 %`: the share of faults that is found after these seconds. */
export function foundBy(curve: readonly Point[], seconds: number): string {
  const { share } = curve.findLast((point) => point.seconds <= seconds) ?? { share: 0 };
  return `${Math.floor(share * 100)} %`;
}

export function curvePicture(order: DetectionOrder): string {
  const ticks = [1, 10, 60, 600].map((seconds) => {
    const name = seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
    return `<path class="grid" d="M${x(seconds)} ${y(0)}V${y(1)}"/><text x="${x(seconds)}" y="${y(0) + 18}" text-anchor="middle">${name}</text>`;
  });
  const shares = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<path class="grid" d="M${x(least)} ${y(share)}H${x(most)}"/><text x="${margin - 6}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`,
  );
  const drawn = Object.entries({ near, far }).map(([name, speed]) => {
    const colour = speed === near ? '#0b6e4f' : '#b3541e';
    const shown = curveOf(order, speed).filter(({ seconds }) => seconds >= least && seconds <= most);
    const middle = shown.find(({ share }) => share >= 0.5) ?? { seconds: least, share: 0 };
    const path = shown.map(({ seconds, share }, at) => `${at === 0 ? 'M' : 'L'}${x(seconds)} ${y(share)}`);
    return `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-width="2"/><text x="${x(middle.seconds) + 8}" y="${y(middle.share) + 16}" fill="${colour}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Share of the known faults found against time, near and far" font-family="sans-serif" font-size="12">
<style>.grid{stroke:#ccc;fill:none}</style><rect width="${width}" height="${height}" fill="#fff"/>
${[...ticks, ...shares, ...drawn].join('\n')}
</svg>
`;
}

function x(seconds: number): number {
  const part = Math.log(seconds / least) / Math.log(most / least);
  return Math.round(margin + part * (width - 2 * margin));
}

const y = (share: number): number => Math.round(height - margin - share * (height - 2 * margin));
