import type { Logger } from "pino";
import type { WarId } from "../../shared/api/war.ts";
import { modeTimes } from "../../shared/api/war-mode.ts";
import { GremioError } from "../../shared/errors.ts";
import { guildChannel, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asTexts } from "../redis/reply.ts";
import type { LineUp } from "./line-up.ts";
import type { Settle } from "./settle.ts";
import { itemSchema, newsFor } from "./war-news.ts";
import { otherSide, ownerOfWar, parseWar, SIDES, type WarRow } from "./war-row.ts";

export type AdvanceDeps = {
  redis: Redis;
  keys: Keys;
  logger: Pick<Logger, "warn" | "error">;
  lineUp: Pick<LineUp, "fighters">;
  settle: Settle;
  /** Goes on with a war whose challenge or pairing was left half done. */
  resume(war: WarRow): Promise<void>;
  historyLength: number;
  /** What Redis may lose of its tail, in ms. */
  settleMs(): Promise<number>;
  /** It goes on soon. */
  onSoon?: ((war: WarId) => void) | undefined;
};

export type Advance = {
  /** Throws `war-not-found`. */
  read(war: WarId): Promise<WarRow>;
  /**
   * Does all that is to be done about a war now. Any number of processes may do so at the same time and die anywhere. `believed`: the clock is, so that what is due by it
   * may be done; else only what others began is ended and what is to be said is said. One that is gone is passed over.
   */
  advance(war: WarId, believed: boolean): Promise<void>;
};

/** More steps than a war has: one that comes back to the same is a bug, and is left to the next round. */
const MOST_STEPS = 40;
/** Whoever asks or pairs is done within this, or has left it. */
const ASKING_MS = 10_000;

export const makeAdvance = (deps: AdvanceDeps): Advance => {
  const { redis, keys, logger, lineUp, settle, resume, historyLength, settleMs, onSoon } = deps;
  const ask = makeAsk(redis, keys);
  const keep = String(historyLength);

  const read: Advance["read"] = async (war) => parseWar(war, await ask("war_read", ownerOfWar(war), []));

  const fightersOf = async ({ war }: WarRow): Promise<readonly [PlayerId[], PlayerId[]]> => {
    const [zero, one] = await ask("war_fighters", ownerOfWar(war), []);
    return [[...asPairs(zero).keys()], [...asPairs(one).keys()]];
  };

  const tellBoth = async (row: WarRow): Promise<void> => {
    const fighters = row.locked ? await fightersOf(row) : ([[], []] as const);
    for (const text of row.news) {
      const item = itemSchema.parse(parsedJson(text));
      for (const side of SIDES) {
        const told = newsFor(row, item, side, fighters[side]);
        if (told === undefined) continue;
        const channel = guildChannel(row.sides[side].guild);
        const { kind, body, notice, rules } = told;
        await ask("war_tell", channel, [channel, row.war, item.item, String(kind), body, keep, notice, rules]).catch(
          unlessGone,
        );
      }
      await ask("war_said", ownerOfWar(row.war), [text]);
    }
  };

  /** Other challenges of the two. Undefined: one is bound to another war, or gone, and the war is called off. */
  const bindSides = async (row: WarRow): Promise<Set<WarId> | undefined> => {
    const others = new Set<WarId>();
    for (const side of SIDES) {
      const { guild } = row.sides[side];
      const by = side === 1 && row.how === "challenge" ? (row.answeredBy ?? "") : "-";
      const args = [row.war, String(row.lockAt ?? 0), by, row.sides[otherSide(side)].guild];
      const { code, rest } = await ask.raw("war_bind", guildChannel(guild), args);
      if (code === "ok") for (const war of asTexts(asList(rest[0]))) others.add(war);
      // One that ends during the war has nobody who could fight.
      else if (code !== "guild-not-found" || !row.confirmed) {
        logger.error({ event: "war-not-bound", war: row.war, guild, code });
        await ask.raw("war_call_off", ownerOfWar(row.war), ["", "1", "not-bound"]);
        return undefined;
      }
    }
    return others;
  };

  /** Both guilds are bound, and challenges of theirs that cannot be accepted any more are withdrawn. */
  const bind = async (row: WarRow): Promise<void> => {
    const others = await bindSides(row);
    if (others === undefined) return;
    await ask("war_confirmed", ownerOfWar(row.war), []);
    for (const war of others) {
      const { code } = await ask.raw("war_turn_down", ownerOfWar(war), ["withdrawn", "", "at-war"]);
      if (code === "ok") await advance(war, false);
    }
  };

  /** Settles who fights. Redis may have lost since that a guild was bound. */
  const lock = async (row: WarRow): Promise<void> => {
    const { war, mode, lockAt = 0 } = row;
    if ((await bindSides(row)) === undefined) return;
    const { least, most, equal } = mode.roster;
    const { joinMs } = modeTimes(mode);
    const of = (guild: string) => lineUp.fighters(guild, { war, lockAt, joinMs, most }).catch(noneIfGone);
    const [own, other] = [await of(row.sides[0].guild), await of(row.sides[1].guild)];
    if (Math.min(own.length, other.length) < least) {
      await ask.raw("war_call_off", ownerOfWar(war), ["", "1", "too-few"]);
      return;
    }
    const count = equal ? Math.min(own.length, other.length) : most;
    const rows = [own, other].map((fighters) =>
      JSON.stringify(
        fighters
          .slice(0, count)
          .map(({ player, number, name, avatar, level, power }) => [player, number, name, avatar, level, power]),
      ),
    );
    await ask("war_lock", ownerOfWar(war), rows);
  };

  const partWithout = async (row: WarRow): Promise<void> => {
    for (const side of SIDES) {
      const channel = guildChannel(row.sides[side].guild);
      const other = row.sides[otherSide(side)].guild;
      if (row.phase === "cancelled") {
        const args = [row.war, other, "cancelled", String(row.round), "0", "", "", "", ""];
        await ask("war_part", channel, args).catch(unlessGone);
      } else await ask("war_unask", channel, [row.war, ""]);
    }
  };

  /** One step; whether there may be another. */
  const step = async (row: WarRow, believed: boolean): Promise<boolean> => {
    const owner = ownerOfWar(row.war);
    if (row.news.length > 0) {
      await tellBoth(row);
      return true;
    }
    switch (row.phase) {
      case "asking":
        if (!believed || row.now < row.at + ASKING_MS) return false;
        await resume(row);
        return true;
      case "challenged":
        if (!believed || row.now < (row.answerUntil ?? Number.POSITIVE_INFINITY)) return false;
        return (await ask.raw("war_turn_down", owner, ["expired", "", ""])).code === "ok";
      case "preparing":
        if (!row.confirmed) {
          await bind(row);
          return true;
        }
        if (!believed) return false;
        if (!row.locked && row.now >= (row.lockAt ?? 0)) {
          await lock(row);
          return true;
        }
        if (!row.locked || row.now < (row.startsAt ?? 0)) return false;
        return (await ask.raw("war_start", owner, [])).code === "ok";
      case "active": {
        const { rest } = await ask.raw("war_tick", owner, [believed ? "1" : "0"]);
        return rest[0] === "settling" || (await read(row.war)).news.length > 0;
      }
      case "settling":
        if (row.again !== undefined && row.now < row.again) return false;
        await settle(row);
        return true;
      case "held":
        return false;
      default:
        if (row.closed || (row.again !== undefined && row.now < row.again)) return false;
        if (row.phase !== "settled" && row.phase !== "voided") {
          await partWithout(row);
          // Redis may lose that a guild was let go: it is looked at once more.
          const restMs = row.again === undefined ? await settleMs() : 0;
          if (restMs > 0) {
            await ask("war_wait", owner, [String(restMs)]);
            onSoon?.(row.war);
            return false;
          }
        }
        await ask("war_closed", owner, []);
        return true;
    }
  };

  const advance: Advance["advance"] = async (war, believed) => {
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const row = await read(war).catch((error: unknown) => {
        if (error instanceof GremioError && error.code === "war-not-found") return undefined;
        throw error;
      });
      if (row === undefined || !(await step(row, believed))) return;
    }
    logger.warn({ event: "war-goes-round", war });
  };

  return { read, advance };
};

const unlessGone = (error: unknown): void => {
  if (!(error instanceof GremioError && error.code === "guild-not-found")) throw error;
};
const noneIfGone = (error: unknown): never[] => {
  unlessGone(error);
  return [];
};
