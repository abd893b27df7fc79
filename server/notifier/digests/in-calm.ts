import type { PlayerId } from "../../../shared/id.ts";
import type { DueItem } from "../due.ts";
import type { Later } from "../later.ts";
import { digestMoment, isBusyMoment, SHORTEST_SPREAD_MS } from "./digest-moment.ts";

/**
 * What is due is looked at, unless it is near a quarter of an hour: then it is put off to a calm moment, spread like a window. A digest has a calm time at first; it may come at another because a
 * player had not left yet, or no notifier ran. Where digests are hardly spread at all they are never put off.
 */
export const makeInCalm = ({
  later,
  spreadMs,
  now,
}: {
  later: Pick<Later, "put">;
  spreadMs: number;
  now: () => number;
}) => {
  const isPutOff = async (items: readonly { item: DueItem; player: PlayerId }[]): Promise<boolean> => {
    const at = now();
    if (spreadMs < SHORTEST_SPREAD_MS || !isBusyMoment(at)) return false;
    await Promise.all(items.map(({ item, player }) => later.put(item, digestMoment(player, at, spreadMs))));
    return true;
  };
  return {
    digests: async (players: readonly PlayerId[], consider: (players: readonly PlayerId[]) => Promise<void>) => {
      const items = players.map((player) => ({ item: { type: "digest", player } as const, player }));
      if (!(await isPutOff(items))) await consider(players);
    },
    week: async (item: Extract<DueItem, { type: "week" }>, consider: () => Promise<void>) => {
      if (!(await isPutOff([{ item, player: item.player }]))) await consider();
    },
  };
};
