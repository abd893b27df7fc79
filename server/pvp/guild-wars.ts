import { z } from "zod";
import { type guildWarSchema, type pastWarsSchema, sideSchema, type War, type WarId } from "../../shared/api/war.ts";
import { GremioError } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asTextOrNull } from "../redis/reply.ts";
import type { Advance } from "./advance.ts";
import { newRating } from "./rating.ts";
import { ownerOfWar, SIDES, type WarRow, warOf } from "./war-row.ts";

/** What guilds see of their wars. */
export type GuildWars = {
  /** Throws `war-not-found`, and for a player who is in neither guild `not-member`. */
  get(war: WarId, caller?: PlayerId): Promise<War>;
  /** Throws `guild-not-found`, `not-member`. */
  ofGuild(guild: GuildId, caller?: PlayerId): Promise<z.infer<typeof guildWarSchema>>;
  /** Wars that are over, the newest first. Throws `guild-not-found`, `not-member`. */
  past(
    guild: GuildId,
    page: { limit: number; before?: WarId | undefined },
    caller?: PlayerId,
  ): Promise<z.infer<typeof pastWarsSchema>>;
  /**
   * Says for a guild that it wants a war called off that has not begun, or not any more; when both do, it is. The backend (no guild) calls it off by itself. Throws
   * `war-not-found`, `not-member`, `not-permitted`, `war-begun`.
   */
  callOff(war: WarId, guild: GuildId | undefined, on: boolean, caller?: PlayerId): Promise<War>;
};

const askSchema = z.object({ other: z.string(), side: sideSchema, until: z.int(), mode: z.string() });
const fateSchema = z.object({ outcome: z.enum(["win", "draw", "loss", "voided"]) });

export const makeGuildWars = (redis: Redis, keys: Keys, wars: Pick<Advance, "read" | "advance">): GuildWars => {
  const ask = makeAsk(redis, keys);
  const isMember = async (guild: GuildId, player: PlayerId): Promise<boolean> => {
    const key = keys.of(guildChannel(guild), "members");
    return asNumber(await redis.run(key, ["HEXISTS", key, player])) === 1;
  };
  const mustSee = async ({ sides }: WarRow, caller: PlayerId | undefined): Promise<void> => {
    if (caller === undefined) return;
    for (const { guild } of sides) if (await isMember(guild, caller)) return;
    throw new GremioError("not-member");
  };
  const nameOf = async (guild: GuildId): Promise<{ name: string; tag: string }> => {
    const key = keys.of(guildChannel(guild), "info");
    const [name, tag] = asList(await redis.run(key, ["HMGET", key, "name", "tag"])).map(asTextOrNull);
    return { name: name ?? "", tag: tag ?? "" };
  };

  return {
    get: async (war, caller) => {
      const row = await wars.read(war);
      await mustSee(row, caller);
      return warOf(row, { payments: caller === undefined });
    },

    ofGuild: async (guild, caller) => {
      const [now, flat, asks] = await ask("war_desk", guildChannel(guild), [caller ?? "", "0", ""]);
      const own = asPairs(flat);
      const bound = own.has("token") ? undefined : own.get("war");
      const row = bound === undefined ? undefined : await wars.read(bound).catch(noneIfUnknown);
      const challenges = await Promise.all(
        [...asPairs(asks)].map(async ([war, json]) => {
          const { other, side, until, mode } = askSchema.parse(parsedJson(json));
          return { war, opponent: other, ...(await nameOf(other)), mode, incoming: side === 1, until };
        }),
      );
      const count = (field: string): number => Number(own.get(field) ?? "0");
      return {
        now: asNumber(now),
        ...(row && { war: warOf(row, { payments: caller === undefined }) }),
        challenges: challenges.filter(({ until }) => until > asNumber(now)).sort((a, b) => a.until - b.until),
        protectedUntil: challenges.every(({ incoming }) => incoming) ? count("protectedUntil") : 0,
        record: { won: count("won"), drawn: count("drawn"), lost: count("lost") },
        rating: own.has("mu") ? { mu: count("mu"), sigma: count("sigma") } : newRating(),
      };
    },

    past: async (guild, { limit, before = "" }, caller) => {
      const [, , , rows] = await ask("war_desk", guildChannel(guild), [caller ?? "", String(limit), before]);
      const texts = asList(rows).map(asTextOrNull);
      const found: z.infer<typeof pastWarsSchema>["wars"] = [];
      for (let index = 0; index + 2 < texts.length; index += 3) {
        const [war = "", opponent = ""] = (texts[index] ?? "").split(" ");
        const { outcome } = fateSchema.parse(parsedJson(texts[index + 2] ?? ""));
        found.push({ war, opponent, outcome, at: Number(texts[index + 1]) });
      }
      return { wars: found };
    },

    callOff: async (war, guild, on, caller) => {
      const row = await wars.read(war);
      const side = SIDES.find((one) => row.sides[one].guild === guild);
      if (guild !== undefined && side === undefined) throw new GremioError("not-member");
      if (guild !== undefined) await ask("war_may", guildChannel(guild), [caller ?? ""]);
      const { code } = await ask.raw("war_call_off", ownerOfWar(war), [String(side ?? ""), on ? "1" : "0", ""]);
      if (code !== "ok") throw new GremioError(code === "war-not-found" ? code : "war-begun");
      await wars.advance(war, false);
      return warOf(await wars.read(war), { payments: false });
    },
  };
};

const noneIfUnknown = (error: unknown): undefined => {
  if (!(error instanceof GremioError && error.code === "war-not-found")) throw error;
};
