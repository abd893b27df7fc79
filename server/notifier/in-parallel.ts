/** Does all the work, at most so many pieces at once. The first error is thrown after what was begun has ended. */
export const inParallel = async <T>(
  most: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> => {
  const waiting = items.values();
  const lanes = Array.from({ length: Math.min(most, items.length) }, async () => {
    for (const item of waiting) await work(item);
  });
  const results = await Promise.allSettled(lanes);
  for (const result of results) if (result.status === "rejected") throw result.reason;
};
