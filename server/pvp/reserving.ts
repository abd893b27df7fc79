import { setTimeout as delay } from "node:timers/promises";
import type { WarId } from "../../shared/api/war.ts";
import { modeTimes, type WarMode } from "../../shared/api/war-mode.ts";
import { type ErrorCode, GremioError, isErrorCode } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText } from "../redis/reply.ts";
import { ownerOfWar } from "./war-row.ts";

/** What both guilds are held for. `asked`: of which guild somebody asks, who must be allowed to (undefined: the backend). */
export type Hold = {
  war: WarId;
  /** Of one acceptance. */
  token: string;
  mode: WarMode;
  guilds: readonly [GuildId, GuildId];
  asked?: { guild: GuildId; caller: PlayerId | undefined } | undefined;
};

/** Why a guild cannot be held, and which. */
export class NotHeld extends Error {
  readonly code: ErrorCode;
  readonly guild: GuildId;
  constructor(code: ErrorCode, guild: GuildId) {
    super(code);
    this.code = code;
    this.guild = guild;
  }
}

export type Reserving = {
  /**
   * Holds both guilds for a war, always in the same order, so that of two acceptances that want the same guilds one gets both. Throws `NotHeld`; then neither is held. A
   * hold that its process has left is given back first, once its war can no longer be accepted by it.
   */
  hold(hold: Hold): Promise<void>;
  letGo(hold: Pick<Hold, "war" | "token" | "guilds">): Promise<void>;
  /** Asks what became of the acceptance a guild is held by or bound with, once it is old enough, and gives the guild back where it came to nothing. */
  settleHold(guild: GuildId): Promise<void>;
};

/** A hold is for some milliseconds; one that is older was left. */
const LEFT_MS = 10_000;
/** Others are given so long to come to an end. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 40;

export const makeReserving = (redis: Redis, keys: Keys, { leftMs = LEFT_MS }: { leftMs?: number } = {}): Reserving => {
  const ask = makeAsk(redis, keys);

  /** Whether the hold is gone. */
  const endLeft = async (guild: GuildId, war: string, token: string): Promise<boolean> => {
    const [bound] = await ask("war_fence", ownerOfWar(war), [token]);
    if (bound === 1) return false;
    await ask("war_let_go", guildChannel(guild), [war, token]);
    return true;
  };

  const holdOne = async ({ war, token, mode, guilds, asked }: Hold, guild: GuildId): Promise<void> => {
    const { seenMs, rematchMs } = modeTimes(mode);
    const other = guilds[0] === guild ? guilds[1] : guilds[0];
    const args = [
      ...[war, token, asked?.guild === guild ? (asked.caller ?? "") : "-", String(mode.activeLeast), String(seenMs)],
      ...[other, String(mode.rematch.wars), String(rematchMs)],
    ];
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const { code, rest } = await ask.raw("war_reserve", guildChannel(guild), args);
      if (code === "ok") return;
      if (code !== "held") {
        if (!isErrorCode(code)) throw new Error(`war_reserve answered ${code}`);
        throw new NotHeld(code, guild);
      }
      const [by, with_, age] = [asText(rest[0]), asText(rest[1]), asNumber(rest[2])];
      if (age >= leftMs && (await endLeft(guild, by, with_))) continue;
      if (performance.now() > until) throw new NotHeld("guild-busy", guild);
      await delay(LOOK_MS * (0.5 + Math.random()));
    }
  };

  const letGo: Reserving["letGo"] = async ({ war, token, guilds }) => {
    for (const guild of guilds) await ask("war_let_go", guildChannel(guild), [war, token]);
  };

  return {
    hold: async (hold) => {
      const held: GuildId[] = [];
      try {
        for (const guild of hold.guilds.toSorted()) {
          held.push(guild);
          await holdOne(hold, guild);
        }
      } catch (error) {
        if (error instanceof NotHeld || error instanceof GremioError)
          for (const guild of held) await ask("war_let_go", guildChannel(guild), [hold.war, hold.token]);
        throw error;
      }
    },
    letGo,
    settleHold: async (guild) => {
      const [war, token, age] = await ask("war_held", guildChannel(guild), []);
      if (asText(war) === "" || asNumber(age) < leftMs) return;
      const isOn = !(await endLeft(guild, asText(war), asText(token)));
      if (isOn && asText(token) === "") await ask("war_is_bound", guildChannel(guild), [asText(war)]);
    },
  };
};
