import type { Logger } from "pino";
import type { PlayerId } from "../../shared/id.ts";
import type { Visitor } from "./visitor.ts";

/**
 * Bounds the open connections of one player to this process. Whoever comes is admitted: on a bad line a client comes back before it is known here that its last
 * connection is dead. When there are too many, all are asked for a sign of life. Those that give none within 8 s are cut off (who is merely slow joins again and resumes);
 * if there are still too many, the oldest are told that others have taken their place, and stay away. So a device that is there loses its place to devices that are
 * there, never to connections nobody is at the other end of.
 */
export type PlayerSockets = {
  begin(visitor: Held): void;
  end(visitor: Held): void;
};

type Held = Pick<Visitor, "player" | "ended" | "answers" | "cutOff" | "giveWay">;

/** As long as a client waits for the server's sign of life. */
const ANSWER_MS = 8_000;

export const makePlayerSockets = (most: number, logger: Logger): PlayerSockets => {
  /** In the order of their coming. */
  const open = new Map<PlayerId, Held[]>();
  const asked = new Set<PlayerId>();

  const isThere = ({ ended }: Held): boolean => !ended;
  const openOf = (player: PlayerId): Held[] => (open.get(player) ?? []).filter(isThere);
  const areTooMany = (player: PlayerId): boolean => openOf(player).length > most;

  const makeRoom = async (player: PlayerId): Promise<void> => {
    asked.add(player);
    // Who came while the others were asked takes nobody's place before he has been asked himself.
    while (areTooMany(player)) {
      const visitors = openOf(player);
      const answered = await Promise.all(visitors.map((visitor) => visitor.answers(ANSWER_MS)));
      if (!areTooMany(player)) break;
      const silent = visitors.filter((visitor, index) => answered[index] === false && !visitor.ended);
      for (const visitor of silent) visitor.cutOff();
      const there = visitors.filter(isThere);
      const replaced = there.slice(0, Math.max(0, there.length - most));
      for (const visitor of replaced) visitor.giveWay();
      logger.warn({ event: "player-sockets", player, silent: silent.length, replaced: replaced.length });
    }
    asked.delete(player);
  };

  return {
    begin: (visitor) => {
      const { player } = visitor;
      const visitors = open.get(player);
      if (visitors === undefined) open.set(player, [visitor]);
      else visitors.push(visitor);
      if (!asked.has(player) && areTooMany(player)) void makeRoom(player);
    },
    end: (visitor) => {
      const { player } = visitor;
      const visitors = (open.get(player) ?? []).filter((other) => other !== visitor);
      if (visitors.length === 0) open.delete(player);
      else open.set(player, visitors);
    },
  };
};
