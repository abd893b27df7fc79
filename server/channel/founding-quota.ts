import { createHash } from "node:crypto";
import { type ErrorCode, GremioError } from "../../shared/errors.ts";
import type { PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Ask } from "../redis/ask.ts";

const DAY_MS = 86_400_000;

/**
 * Has a player found something, if he has not founded `most` within 30 days (`rate-limited`: when he may again, and why). The same request again counts once; one that
 * was refused with one of these codes does not count.
 */
export const foundWithin = async <T>(
  ask: Ask,
  founding: {
    player: PlayerId;
    kind: "guilds" | "circles";
    id: string;
    print: string;
    most: number;
    refusals: readonly ErrorCode[];
  },
  found: () => Promise<T>,
): Promise<T> => {
  const { player, kind, id, print, most, refusals } = founding;
  const asked = createHash("sha256").update(print).digest("base64url").slice(0, 12);
  const part = kind === "guilds" ? "guildsfounded" : "founded";
  const note = async (undo: string): Promise<void> => {
    const args = [part, `${id} ${asked}`, String(most), String(LIMITS.foundedMs), undo];
    await ask("player_found", `player:${player}`, args);
  };
  await note("").catch((error: unknown) => {
    if (!(error instanceof GremioError) || error.code !== "rate-limited") throw error;
    const details = [`${most} ${kind} in ${LIMITS.foundedMs / DAY_MS} days`];
    throw new GremioError(error.code, { details, ...(error.retryAtMs && { retryAtMs: error.retryAtMs }) });
  });
  try {
    return await found();
  } catch (error) {
    if (error instanceof GremioError && refusals.includes(error.code)) await note("1");
    throw error;
  }
};
