import { randomUUID } from "node:crypto";
import type { War, WarId } from "../../shared/api/war.ts";
import { modeTimes, type WarMode } from "../../shared/api/war-mode.ts";
import { type ErrorCode, GremioError } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asText, asTextOrNull } from "../redis/reply.ts";
import type { Advance } from "./advance.ts";
import { startOf } from "./evening.ts";
import type { LineUp } from "./line-up.ts";
import type { Modes } from "./modes.ts";
import { makeReserving, NotHeld, type Reserving } from "./reserving.ts";
import { otherSide, ownerOfWar, SIDES, type WarRow, warIdOf, warOf } from "./war-row.ts";

export type Challenge = { guild: GuildId; opponent: GuildId; mode: string; nonce: string };

export type Challenging = {
  /**
   * Challenges another guild, once per nonce. The other is told; until its answer neither is bound. Throws `opponent-not-found`, `war-mode-not-found`, `war-mode-disabled`,
   * `guild-not-found`, `not-member`, `not-permitted`, `guild-at-war`, `too-few-ready`, `rematch-limit`, `already-challenged`, `challenges-full`, `opponent-at-war`,
   * `opponent-protected`, `opponent-busy`.
   */
  challenge(challenge: Challenge, caller?: PlayerId): Promise<War>;
  /**
   * Accepts a challenge: both guilds are bound from then on, and its times are settled; or declines it. Asked again it stays at the first answer. For the challenged
   * guild. Throws `war-not-found`, `not-member`, `not-permitted`, `war-not-open`, `guild-at-war`, `opponent-at-war`, `too-few-ready`, `opponent-too-few`, `rematch-limit`,
   * `guild-busy`.
   */
  answer(war: WarId, answer: { accept: boolean; reason?: string | undefined }, caller?: PlayerId): Promise<War>;
  /** Takes a challenge back that was not answered. For the guild that has challenged. Throws `war-not-found`, `not-member`, `not-permitted`, `war-not-open`. */
  withdraw(war: WarId, caller?: PlayerId): Promise<War>;
  /** A war of two guilds that have both looked for one, once per id. `guild`: whose fault it is that there is none. */
  pair(pair: {
    war: WarId;
    mode: string;
    guilds: readonly [GuildId, GuildId];
  }): Promise<"preparing" | { refused: ErrorCode; guild: GuildId | undefined }>;
  /** Goes on with what was left half done. */
  resume(row: WarRow): Promise<void>;
  settleHold: Reserving["settleHold"];
};

export type ChallengingDeps = {
  redis: Redis;
  keys: Keys;
  modes: Pick<Modes, "read">;
  lineUp: Pick<LineUp, "evening" | "fighters">;
  war: Pick<Advance, "read" | "advance">;
  historyLength: number;
  /** It was accepted, and may begin soon. */
  onSoon?: ((war: WarId) => void) | undefined;
};

/** With these codes of the other guild its own are said. */
const OF_OTHER: Partial<Record<ErrorCode, ErrorCode>> = {
  "guild-at-war": "opponent-at-war",
  "too-few-ready": "opponent-too-few",
  "guild-not-found": "opponent-not-found",
};

export const makeChallenging = ({
  redis,
  keys,
  modes,
  lineUp,
  war: wars,
  historyLength,
  onSoon,
}: ChallengingDeps): Challenging => {
  const ask = makeAsk(redis, keys);
  const reserving = makeReserving(redis, keys);
  const shown = (row: WarRow): War => warOf(row, { payments: false });

  const nameOf = async (guild: GuildId): Promise<readonly [name: string, tag: string] | undefined> => {
    const key = keys.of(guildChannel(guild), "info");
    const [name, tag] = asList(await redis.run(key, ["HMGET", key, "name", "tag"])).map(asTextOrNull);
    return name === null || name === undefined ? undefined : [name, tag ?? ""];
  };

  const open = async (
    war: WarId,
    { mode, guilds, how, by }: { mode: WarMode; guilds: readonly [GuildId, GuildId]; how: WarRow["how"]; by: string },
  ): Promise<string> => {
    const times = modeTimes(mode);
    const fields = { how, by, mode: JSON.stringify(mode), attempts: mode.attempts, scoring: mode.scoring };
    const more = { battleMs: times.battleMs, graceMs: times.graceMs, ...(mode.battles && { most: mode.battles }) };
    const sides: Record<string, string> = {};
    for (const side of SIDES) {
      const named = await nameOf(guilds[side]);
      if (named === undefined) throw new GremioError(side === 0 ? "guild-not-found" : "opponent-not-found");
      Object.assign(sides, { [`guild:${side}`]: guilds[side], [`name:${side}`]: named[0], [`tag:${side}`]: named[1] });
    }
    const flat = Object.entries({ ...fields, ...more, ...sides }).flatMap(([field, value]) => [field, String(value)]);
    const [phase] = await ask("war_open", ownerOfWar(war), [JSON.stringify([...guilds, mode.mode, how]), ...flat]);
    return asText(phase);
  };

  /** Both guilds are told of a challenge; one that is refused leaves nothing. False: another has taken it away meanwhile. */
  const askBoth = async (row: WarRow): Promise<boolean> => {
    const { war, mode, sides, by, at } = row;
    const { seenMs, rematchMs, answerMs } = modeTimes(mode);
    const until = String(at + answerMs);
    const channel = guildChannel(sides[1].guild);
    const hours = Math.max(1, Math.round(answerMs / 3_600_000));
    const body = { template: "war-challenged", params: { opponent: sides[0].name, hours: String(hours) } };
    try {
      await ask("war_stake", guildChannel(sides[0].guild), [
        ...[war, sides[1].guild, until, mode.mode, by, String(mode.activeLeast), String(seenMs)],
        ...[String(mode.rematch.wars), String(rematchMs), sides[1].name, sides[1].tag],
      ]);
      await ask("war_call", channel, [
        ...[war, sides[0].guild, until, mode.mode, channel, JSON.stringify(body), String(historyLength)],
        ...[sides[0].name, sides[0].tag],
      ]).catch(saidOfOther);
    } catch (error) {
      if (!(error instanceof GremioError)) throw error;
      const { code } = await ask.raw("war_drop", ownerOfWar(war), []);
      // Another asked the same and was let: then it stands.
      if (code === "war-phase") return true;
      await unaskBoth(row);
      throw error;
    }
    const { code, rest } = await ask.raw("war_asked", ownerOfWar(war), [until]);
    // Another may have asked, and the guild answered, while this process slept.
    if (code === "ok" && rest[0] !== 1)
      for (const { guild } of sides) await ask("war_unask", guildChannel(guild), [war, ""]);
    if (code === "ok") {
      await ask("war_note", guildChannel(sides[0].guild), [war, by]);
      return true;
    }
    await unaskBoth(row);
    return false;
  };

  const unaskBoth = async ({ war, sides }: WarRow): Promise<void> => {
    for (const side of SIDES) {
      const other = sides[otherSide(side)].guild;
      await ask("war_unask", guildChannel(sides[side].guild), [war, other]);
    }
  };

  /** Holds both guilds, settles the war's times, and binds them. Throws `NotHeld`, `war-not-open`. */
  const accept = async (row: WarRow, asked?: { guild: GuildId; caller: PlayerId | undefined }): Promise<void> => {
    const { war, mode, sides } = row;
    const guilds = [sides[0].guild, sides[1].guild] as const;
    const token = randomUUID();
    await reserving.hold({ ...{ war, token, mode, guilds }, asked });
    const evenings = [await lineUp.evening(guilds[0]), await lineUp.evening(guilds[1])] as const;
    const { now, accepted } = await wars.read(war);
    const times = modeTimes(mode);
    const startsAt = startOf({ now, mode, guilds: evenings });
    const lockAt = Math.max(now, startsAt - times.lockMs);
    const short = accepted === undefined ? await tooFew(guilds, mode, lockAt) : undefined;
    if (short !== undefined) {
      await reserving.letGo({ war, token, guilds });
      throw new NotHeld("too-few-ready", short);
    }
    const ratings = await Promise.all(guilds.map(ratingOf));
    const fields = {
      answeredBy: asked?.caller ?? "",
      ...{ startsAt, lockAt, endsAt: startsAt + times.activeMs },
      ...Object.fromEntries(
        SIDES.flatMap((side) => ratings[side]?.map(([name, value]) => [`${name}:${side}`, value]) ?? []),
      ),
    };
    const flat = Object.entries(fields).flatMap(([field, value]) => [field, String(value)]);
    const phase = row.how === "queue" ? "asking" : "challenged";
    const { code } = await ask.raw("war_accept", ownerOfWar(war), [token, phase, ...flat]);
    if (code !== "ok") {
      await reserving.letGo({ war, token, guilds });
      throw new GremioError("war-not-open");
    }
    await wars.advance(war, false);
    // Another acceptance may have come before this one: then its hold is the one that counts.
    await reserving.letGo({ war, token, guilds });
    onSoon?.(war);
  };

  /** Of two guilds one that has fewer fighters for a war with that lock than the mode asks for: neither is bound to what would be called off. */
  const tooFew = async (guilds: readonly GuildId[], mode: WarMode, lockAt: number): Promise<GuildId | undefined> => {
    const { least } = mode.roster;
    const { joinMs } = modeTimes(mode);
    for (const guild of guilds)
      if ((await lineUp.fighters(guild, { war: "", lockAt, joinMs, most: least })).length < least) return guild;
    return undefined;
  };

  const ratingOf = async (guild: GuildId): Promise<[string, string][]> => {
    const key = keys.of(guildChannel(guild), "war");
    const [mu, sigma] = asList(await redis.run(key, ["HMGET", key, "mu", "sigma"])).map(asTextOrNull);
    return typeof mu === "string" && typeof sigma === "string"
      ? [
          ["mu", mu],
          ["sigma", sigma],
        ]
      : [];
  };

  /** When that is, in epoch ms. */
  const mayAnswer = async (guild: GuildId, caller: PlayerId | undefined): Promise<number> => {
    const [now] = await ask("war_may", guildChannel(guild), [caller ?? ""]);
    return asNumber(now);
  };

  const enabled = async (mode: string): Promise<WarMode> => {
    const found = await modes.read(mode);
    if (!found.enabled) throw new GremioError("war-mode-disabled");
    return found;
  };

  const turnDown = async (row: WarRow, phase: "declined" | "withdrawn", caller: PlayerId | undefined, reason = "") => {
    const { war } = row;
    const { code } = await ask.raw("war_turn_down", ownerOfWar(war), [phase, caller ?? "", reason]);
    if (code !== "ok") throw new GremioError(code === "war-not-found" ? code : "war-not-open");
    await wars.advance(war, false);
    return shown(await wars.read(war));
  };

  return {
    challenge: async ({ guild, opponent, mode, nonce }, caller) => {
      if (guild === opponent) throw new GremioError("bad-request", { details: ["opponent: another guild"] });
      const war = warIdOf("challenge", guild, caller ?? "", nonce);
      const known = await wars.read(war).catch(noneIfUnknown);
      if (known !== undefined && (known.sides[1].guild !== opponent || known.mode.mode !== mode))
        throw new GremioError("key-reused");
      // Who may not asks for nothing, and learns nothing.
      const now = await mayAnswer(guild, caller);
      if (known !== undefined && known.phase !== "asking") return shown(known);
      const asked = await enabled(mode);
      const { preparationMs, lockMs } = modeTimes(asked);
      if (known === undefined && (await tooFew([guild], asked, now + preparationMs - lockMs)) !== undefined)
        throw new GremioError("too-few-ready");
      for (;;) {
        const phase = await open(war, { mode: asked, guilds: [guild, opponent], how: "challenge", by: caller ?? "" });
        if (phase !== "asking") break;
        const row = await wars.read(war).catch(noneIfUnknown);
        if (row === undefined) continue;
        if (await askBoth(row)) break;
      }
      return shown(await wars.read(war));
    },

    answer: async (war, { accept: accepts, reason }, caller) => {
      const row = await wars.read(war);
      await mayAnswer(row.sides[1].guild, caller);
      if (row.accepted !== undefined && accepts) return shown(row);
      if (row.phase === "declined" && !accepts) return shown(row);
      if (row.phase !== "challenged") throw new GremioError("war-not-open");
      if (!accepts) return turnDown(row, "declined", caller, reason);
      await accept(row, { guild: row.sides[1].guild, caller }).catch((error: unknown) => {
        if (!(error instanceof NotHeld)) throw error;
        if (error.guild === row.sides[1].guild) throw new GremioError(error.code);
        throw new GremioError(OF_OTHER[error.code] ?? error.code);
      });
      return shown(await wars.read(war));
    },

    withdraw: async (war, caller) => {
      const row = await wars.read(war);
      await mayAnswer(row.sides[0].guild, caller);
      if (row.phase === "withdrawn") return shown(row);
      return turnDown(row, "withdrawn", caller);
    },

    pair: async ({ war, mode, guilds }) => {
      try {
        const phase = await open(war, { mode: await enabled(mode), guilds, how: "queue", by: "" });
        // It was agreed on, whatever has become of it since.
        if (phase !== "asking") return "preparing";
        await accept(await wars.read(war));
        return "preparing";
      } catch (error) {
        if (!(error instanceof NotHeld || error instanceof GremioError)) throw error;
        await ask.raw("war_drop", ownerOfWar(war), []);
        return { refused: error.code, guild: error instanceof NotHeld ? error.guild : undefined };
      }
    },

    resume: async (row) => {
      // A pairing is gone on with by whoever keeps the queue.
      if (row.how === "queue") {
        await ask.raw("war_drop", ownerOfWar(row.war), []);
        return;
      }
      await askBoth(row).catch((error: unknown) => {
        if (!(error instanceof GremioError)) throw error;
      });
    },
    settleHold: reserving.settleHold,
  };
};

const noneIfUnknown = (error: unknown): undefined => {
  if (!(error instanceof GremioError && error.code === "war-not-found")) throw error;
};

const saidOfOther = (error: unknown): never => {
  if (error instanceof GremioError && error.code === "guild-not-found") throw new GremioError("opponent-not-found");
  throw error;
};
