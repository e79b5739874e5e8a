export function nearest(wanted: string, known: readonly string[], most = 5): string[] {
  const scored = known.map((id) => ({ id, distance: distance(wanted, id, likeness(wanted, id)) }));
  return scored
    .filter(({ id, distance }) => distance <= Math.max(wanted.length, id.length) / 2)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ id }) => id);
}

function likeness(a: string, b: string): boolean {
  return a.length > 2 && b.length > 2 && (a.includes(b) || b.includes(a));
}

function distance(a: string, b: string, alike: boolean): number {
  if (alike) return 0.5 + Math.abs(a.length - b.length) / 100;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
