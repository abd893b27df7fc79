import { type Backend, DECISIONS_TOLD } from "../studio/backend.ts";
import type { Phones } from "../studio/phones.ts";

export type Pushes = {
  /** Pushes about one notice by itself, and digests, as the notifier's decisions tell. */
  now: number;
  digests: number;
  /** How often somebody was not told, by reason, and how often it was put off. */
  dropped: Record<string, number>;
  later: Record<string, number>;
  /** What did not come to be sent, by result. */
  failed: Record<string, number>;
  /** Pushes the phones received, as the sandbox tells. */
  received: number;
  /** The API tells only a player's newest decisions; these players had more. */
  untold: number;
};

/** Counts what the notifier chose for these players, and what their phones got. `phoneOf`: a player's target. */
export const countPushes = async (
  players: readonly string[],
  backend: Pick<Backend, "decisions">,
  phones: Pick<Phones, "received">,
): Promise<Pushes> => {
  const pushes: Pushes = { now: 0, digests: 0, dropped: {}, later: {}, failed: {}, received: 0, untold: 0 };
  for (const player of players) {
    const decisions = await backend.decisions(player);
    if (decisions.length === DECISIONS_TOLD) pushes.untold += 1;
    for (const { about, outcome, reason, sent } of decisions) {
      if (outcome === "drop") add(pushes.dropped, reason);
      if (outcome === "later") add(pushes.later, reason);
      for (const result of Object.values(sent ?? {})) {
        if (result !== "sent") add(pushes.failed, result);
        else if (about.type === "digest") pushes.digests += 1;
        else pushes.now += 1;
      }
    }
  }
  for (const count of (await phones.received()).values()) pushes.received += count;
  return pushes;
};

const add = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};
