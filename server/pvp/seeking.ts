import { randomUUID } from "node:crypto";
import { modeTimes, type WarMode, type WarModeId } from "../../shared/api/war-mode.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText, asTexts } from "../redis/reply.ts";
import { minuteOfEvening } from "./evening.ts";
import type { LineUp } from "./line-up.ts";
import type { Modes } from "./modes.ts";
import type { Seeking, WarQueue } from "./queue.ts";
import { newRating } from "./rating.ts";
import type { Seeker } from "./ticket.ts";

export type SeekingDeps = {
  queue: WarQueue;
  modes: Pick<Modes, "read">;
  lineUp: Pick<LineUp, "fighters" | "evening">;
};

/** What a guild's leaders do to find an opponent. */
export type WarSeeking = {
  /**
   * Has the guild look for an opponent; asked again it goes on looking, and the same nonce gives the first result, whatever has become of that. Throws `guild-not-found`,
   * `not-member`, `not-permitted`, `war-mode-not-found`, `war-mode-disabled`, `guild-at-war`, `too-few-ready`, `war-seeking` (in another mode),
   * `key-reused`.
   */
  seek(asked: { guild: GuildId; mode: WarModeId; nonce: string }, caller?: PlayerId): Promise<Seeking>;
  /** Throws `guild-not-found`, `not-member`, `not-permitted`, and `opponent-found` where it is too late. */
  stop(guild: GuildId, caller?: PlayerId): Promise<void>;
  /** For any member. Throws `guild-not-found`, `not-member`. */
  read(guild: GuildId, caller?: PlayerId): Promise<(Seeking & { found: boolean }) | undefined>;
};

export const makeWarSeeking = (
  redis: Redis,
  keys: Keys,
  { queue, modes, lineUp }: SeekingDeps,
  { waitMs }: { waitMs: number },
): WarSeeking => {
  const ask = makeAsk(redis, keys);

  const check = async (guild: GuildId, mode: WarMode, caller: PlayerId | "") => {
    const { seenMs, rematchMs } = modeTimes(mode);
    const args = [caller, ...[seenMs, mode.activeLeast, mode.rematch.wars, rematchMs].map(String)];
    const [now, why, region, mu, sigma, often] = await ask("war_seek_check", guildChannel(guild), args);
    const rating = asText(sigma) === "" ? newRating() : { mu: Number(asText(mu)), sigma: Number(asText(sigma)) };
    return { now: asNumber(now), refused: asText(why), region: asText(region), rating, avoid: asTexts(often) };
  };

  /** Who would fight in a war that is agreed now. */
  const lineUpOf = async (
    guild: GuildId,
    mode: WarMode,
    now: number,
  ): Promise<Pick<Seeker, "strength" | "ready" | "evening">> => {
    const { joinMs, preparationMs, lockMs } = modeTimes(mode);
    const lockAt = now + preparationMs - lockMs;
    const fighters = await lineUp.fighters(guild, { war: "", lockAt, joinMs, most: mode.roster.most });
    const evening = mode.start === "evening" ? minuteOfEvening(now, await lineUp.evening(guild)) : undefined;
    return {
      strength: fighters.reduce((sum, { power }) => sum + power, 0),
      ready: fighters.length,
      ...(evening !== undefined && { evening }),
    };
  };

  return {
    seek: async ({ guild, mode: id, nonce }, caller) => {
      const mode = await modes.read(id);
      const { now, refused, region, rating, avoid } = await check(guild, mode, caller ?? "");
      const seeker = { ...rating, ...(await lineUpOf(guild, mode, now)), ...(region !== "" && { region }), avoid };
      const isShort = seeker.ready < mode.roster.least;
      return queue.put(
        {
          ...{ guild, mode: id, nonce, ticket: randomUUID(), waitMs, seeker },
          refused: mode.enabled ? refused || (isShort ? "too-few-ready" : "") : "war-mode-disabled",
        },
        caller,
      );
    },
    stop: async (guild, caller) => {
      await ask("war_seek_may", guildChannel(guild), [caller ?? "", "1"]);
      await queue.withdraw(guild, caller);
    },
    read: async (guild, caller) => {
      await ask("war_seek_may", guildChannel(guild), [caller ?? "", "0"]);
      return queue.of(guild);
    },
  };
};
