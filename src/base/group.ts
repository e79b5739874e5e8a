/** The keys keep the order of their first items. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? [];
    group.push(item);
    groups.set(keyOf(item), group);
  }
  return groups;
}

export function bySize<T, K>(items: readonly T[], keyOf: (item: T) => K): (readonly [K, readonly T[]])[] {
  return [...groupBy(items, keyOf)].sort(([, a], [, b]) => b.length - a.length);
}

export const areaOf = ({ id }: { readonly id: string }): string => id.split('/')[0] ?? '';
