import { localTime } from "./local-time.ts";
import type { Player } from "./world.ts";

const MINUTE_MS = 60_000;

/** Whether it is now within a player's quiet hours, by the clock on his wall. */
export const isQuiet = ({ quietHours, zone }: Pick<Player, "quietHours" | "zone">, at: number): boolean => {
  if (quietHours === undefined) return false;
  const { from, to } = quietHours;
  const { minute } = localTime(zone, at);
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
};

/** The first full minute at or after `at` outside his quiet hours. */
export const quietEnds = (player: Pick<Player, "quietHours" | "zone">, at: number): number => {
  if (!isQuiet(player, at)) return at;
  let minute = Math.floor(at / MINUTE_MS) + 1;
  while (isQuiet(player, minute * MINUTE_MS)) minute++;
  return minute * MINUTE_MS;
};
