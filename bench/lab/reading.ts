import type { Draws } from "./draws.ts";
import type { Incoming, Stretch } from "./world.ts";

const SECOND_MS = 1_000;

/**
 * When a player reads each of these by himself; Infinity: never. Who looks at the chat reads after a lag; who is in the lobby notices some of what is meant for him; the rest
 * waits for the next time he looks. Whoever reads one has read all before it.
 */
export const readByHimself = (
  incoming: readonly Pick<Incoming, "at" | "kind">[],
  stretches: readonly Stretch[],
  draws: Draws,
): number[] => {
  const looks = stretches.filter(({ state }) => state === "focused" || state === "busy");
  let next = 0;
  const times = incoming.map(({ at, kind }) => {
    while (next < looks.length && (looks[next]?.to ?? 0) <= at) next++;
    const lag = draws.lognormal(8, 0.8) * SECOND_MS;
    const slow = draws.lognormal(45, 0.8) * SECOND_MS;
    const notices = kind !== "chatter" && draws.chance(0.4);
    for (let index = next; index < looks.length; index++) {
      const look = looks[index];
      if (look === undefined || (look.state === "busy" && !notices)) continue;
      const readAt = Math.max(at, look.from) + Math.round(look.state === "busy" ? slow : lag);
      if (readAt <= look.to) return readAt;
    }
    return Number.POSITIVE_INFINITY;
  });
  for (let index = times.length - 2; index >= 0; index--)
    times[index] = Math.min(times[index] ?? 0, times[index + 1] ?? Number.POSITIVE_INFINITY);
  return times;
};
