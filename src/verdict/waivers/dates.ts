/** Returns the UTC day of a moment: `2026-12-31`. Such texts sort by day. */
export const dayOf = (moment: Date | string): string => new Date(moment).toISOString().slice(0, 10);

export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && dayOf(new Date(time)) === text;
}
