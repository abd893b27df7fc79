import { KEPT_S } from "../server/presence/presence.ts";
import { IDLE_MS } from "../server/presence/presence-in.ts";
import { CHANNELS, PLAYERS } from "./cast-of-notices.ts";
import type { Ground } from "./ground-of-notices.ts";
import type { Act } from "./script-of-notices.ts";

const MINUTE_MS = 60_000;

/** Where players are. `isAlive`: the process that holds a session lives. */
export const makePlaces = ({ ask, matches, now, of }: Ground) => {
  const alive = new Set<string>();
  let incarnations = 0;
  const place = async ({ who, where, is, minutes }: Omit<Extract<Act, { type: "place" }>, "type">): Promise<void> => {
    const player = PLAYERS[who] ?? PLAYERS[0];
    const owner = `player:${player}`;
    of(player).place = is;
    const session = async (more: object, reading: boolean) => {
      incarnations += 1;
      const incarnation = `i${incarnations}`;
      if (is !== "lost") alive.add(incarnation);
      const row = { incarnation, channel: CHANNELS[where], reading, at: now(), activeAt: now(), ...more };
      await ask("player_session", owner, ["s1", JSON.stringify(row), String(KEPT_S), player]);
    };
    switch (is) {
      case "reading":
        return session({}, true);
      case "present":
      case "lost":
        return session({}, false);
      case "idle":
        return session({ idle: true }, true);
      case "match":
        await session({}, false);
        await matches.put(player, now() + minutes * MINUTE_MS);
        return;
      case "match-over":
        await matches.end(player);
        return;
      case "gone":
        await ask("player_session_end", owner, ["s1", player, String(IDLE_MS), String(KEPT_S)]);
    }
  };
  return { place, isAlive: (incarnation: string): boolean => alive.has(incarnation) };
};
