export type Backoff = Readonly<{ firstMs: number; mostMs: number }>;

/**
 * How long to wait before try number `attempt` (0: the first repetition): doubling up to a limit, and spread over half to the whole of that, so that
 * thousands of clients who lost the same server do not come back in one instant.
 */
export const backoffMs = (attempt: number, { firstMs, mostMs }: Backoff, random: () => number): number =>
  Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 30)) * (0.5 + random() / 2);
