/**
 * What the last item depends on, itself included, each after those that it reads. circle: the error for one that depends
 * on itself. Networks are deeper than the call stack, so this walks with a stack of its own: an item is expanded when it
 * is met first, and done when it is met again.
 */
export function inOrder<T>(last: T, reads: (item: T) => readonly T[], circle: (item: T) => Error): T[] {
  const ordered: T[] = [];
  const states = new Map<T, "expanded" | "done">();
  const stack = [last];
  while (stack.length > 0) {
    const item = stack.at(-1) as T;
    const state = states.get(item);
    if (state !== undefined) {
      stack.pop();
      if (state === "expanded") ordered.push(item);
      states.set(item, "done");
      continue;
    }
    states.set(item, "expanded");
    for (const read of reads(item).toReversed()) {
      if (states.get(read) === "expanded") throw circle(read);
      stack.push(read);
    }
  }
  return ordered;
}
