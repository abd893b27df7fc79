import PQueue from "p-queue";
import type { Logger } from "pino";
import { z } from "zod";
import type { Payment, Side, WarId, WarResult } from "../../shared/api/war.ts";
import { warResultSchema } from "../../shared/api/war.ts";
import { modeTimes } from "../../shared/api/war-mode.ts";
import { GremioError } from "../../shared/errors.ts";
import { guildChannel, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asPairs, asText } from "../redis/reply.ts";
import { MOST_LINKS, makeAccountOf } from "./account-of.ts";
import { keepGiven, outcomeOf, paymentsOf, takenBack, winnerOf } from "./outcome.ts";
import { rated } from "./rating.ts";
import { type Battle, type Fought, type Recount, recount } from "./recount.ts";
import { makeTakeBack, type TakesFrom } from "./take-back.ts";
import { otherSide, ownerOfWar, SIDES, type WarRow } from "./war-row.ts";

/**
 * Takes a war that is being settled a step further: writes its result, once, gives each what it says, once, and frees both guilds. Any number of processes may do so at
 * the same time and die anywhere.
 */
export type Settle = (war: WarRow) => Promise<void>;

export type SettleOptions = {
  /** What Redis may lose of its tail, in ms: all that was given is looked at again when it is that old. */
  settleMs(): Promise<number>;
  /** Somebody has fought in a war. Called again after a crash. */
  onFought?: ((player: PlayerId) => Promise<void>) | undefined;
  /** It goes on soon. */
  onSoon?: ((war: WarId) => void) | undefined;
};

type Fighters = Map<PlayerId, { side: Side; name: string; battles: number; score: number }>;

const AT_ONCE = 50;
const MOST_BEST = 10;

export const makeSettle = (
  redis: Redis,
  keys: Keys,
  { ledger, logger }: { ledger: TakesFrom; logger: Pick<Logger, "error" | "warn"> },
  { settleMs, onFought, onSoon }: SettleOptions,
): Settle => {
  const ask = makeAsk(redis, keys);
  const accountOf = makeAccountOf(redis, keys);
  const takeBack = makeTakeBack(redis, keys, ledger, logger);

  const battlesOf = async (war: WarId): Promise<Battle[]> => {
    const found = new Map<string, Battle>();
    let cursor = "0";
    do {
      const [next, page] = await ask("war_battles", ownerOfWar(war), [cursor]);
      for (const [battle, row] of asPairs(page)) found.set(battle, battleOf(battle, row));
      cursor = asText(next);
    } while (cursor !== "0");
    return [...found.values()];
  };

  const fightersOf = async (war: WarId): Promise<Fighters> => {
    const [zero, one, members] = await ask("war_fighters", ownerOfWar(war), []);
    const names = new Map([...asPairs(zero), ...asPairs(one)].map(([player, json]) => [player, nameIn(json)] as const));
    return new Map(
      [...asPairs(members)].map(([player, row]) => {
        const [side = 0, , battles = 0, score = 0] = row.split(":").map(Number);
        return [player, { side: side === 0 ? 0 : 1, name: names.get(player) ?? "", battles, score }] as const;
      }),
    );
  };

  /** Who of those who fought is a member of his guild no more. */
  const leavers = async ({ sides }: WarRow, fought: readonly Fought[]): Promise<PlayerId[]> => {
    const left: PlayerId[] = [];
    for (const side of SIDES) {
      const own = fought.filter((one) => one.side === side).map(({ player }) => player);
      const accounts = await Promise.all(own.map(accountOf));
      const found = await ask("war_still", guildChannel(sides[side].guild), accounts);
      left.push(...own.filter((_, index) => found[index] !== 1));
    }
    return left;
  };

  /** Writes the result. Undefined: nothing follows from it yet. */
  const conclude = async (row: WarRow): Promise<WarResult | undefined> => {
    const { war, mode, sides, round, results } = row;
    const [battles, fighters] = [await battlesOf(war), await fightersOf(war)];
    const counted = recount(mode, battles);
    const wrong = row.trusted || row.void ? undefined : difference(row, fighters, counted);
    if (wrong !== undefined) {
      const [newly] = await ask("war_hold", ownerOfWar(war), [wrong]);
      if (newly === 1) logger.error({ event: "war-held", war, difference: wrong });
      return undefined;
    }
    const fought = [...counted.fought.values()];
    const best = fought
      .toSorted((a, b) => b.score - a.score || b.battles - a.battles || (a.player < b.player ? -1 : 1))
      .slice(0, MOST_BEST)
      .map(({ side, player, score, battles }) => ({
        ...{ side, player, name: fighters.get(player)?.name ?? "", score, battles },
      }));
    const told = { round, scores: counted.scores, battles: counted.battles, best };
    const given = results.at(-1)?.payments ?? [];
    let result: WarResult;
    if (row.void) result = { ...told, outcome: "voided", winner: null, by: "draw", payments: [] };
    else {
      const { winner, by } = winnerOf(mode, counted, sides, fought);
      // Who leaves after the first round has not left before the end.
      const before = results[0]?.forfeited;
      const forfeited = mode.leavers === "keep" ? [] : (before ?? (await leavers(row, fought)));
      const due = paymentsOf(mode, winner, fought, (player) => !forfeited.includes(player), round);
      const payments = keepGiven(due, given);
      result = { ...told, outcome: "settled", winner, by, payments, ...(mode.leavers === "forfeit" && { forfeited }) };
    }
    if (mode.rated) result = { ...result, ratings: ratingsOf(row, result) };
    const restMs = await settleMs();
    const args = [String(round), JSON.stringify(result), String(restMs)];
    const [stands] = await ask("war_conclude", ownerOfWar(war), args);
    if (restMs <= 0) return warResultSchema.parse(parsedJson(asText(stands)));
    onSoon?.(war);
    return undefined;
  };

  /** Gives one what is his; how long ago that was, in ms. Undefined: there is nobody to give it to. */
  const give = async (row: WarRow, winner: Side | null, payment: Payment): Promise<number | undefined> => {
    const { side, player: fighter, points, items, round } = payment;
    const { guild } = row.sides[side];
    const outcome = outcomeOf(winner, side);
    const refused = (whom: string, code: string): undefined => {
      if (!code.endsWith("-not-found")) logger.error({ event: "war-reward-refused", war: row.war, whom, code });
    };
    if (fighter === undefined) {
      const season = row.mode.rewards[outcome].guild?.season === false ? "0" : "1";
      const args = [row.war, String(round), String(points), season, outcome];
      const { code, rest } = await ask.raw("war_reward_guild", guildChannel(guild), args);
      return code === "ok" ? asNumber(rest[0]) : refused(guildChannel(guild), code);
    }
    let player = fighter;
    for (let links = 0; ; links++) {
      const { code, rest } = await ask.raw("war_reward_player", `player:${player}`, [
        ...[row.war, String(round), fighter, String(points), items === undefined ? "" : JSON.stringify(items)],
        ...[guild, outcome, player],
      ]);
      if (code === "ok") return asNumber(rest[0]);
      // A guest who has become an account since, which may have become another's guest.
      if (code !== "player-linked" || links === MOST_LINKS) return refused(`player:${fighter}`, code);
      player = asText(rest[0]);
    }
  };

  /** Frees both guilds; how long ago that was, in ms. */
  const part = async (row: WarRow, result: WarResult, done: (ageMs: number) => void): Promise<void> => {
    for (const side of SIDES) {
      const outcome = result.outcome === "voided" ? "voided" : outcomeOf(result.winner, side);
      const rating = result.ratings?.[side];
      const args = [
        ...[
          row.war,
          row.sides[otherSide(side)].guild,
          outcome,
          String(result.round),
          String(modeTimes(row.mode).protectionMs),
        ],
        ...(rating === undefined
          ? ["", "", "", ""]
          : [rating.muBy, rating.sigmaBy, rating.mu, rating.sigma].map(String)),
      ];
      const [ageMs] = (await ask("war_part", guildChannel(row.sides[side].guild), args).catch(unlessGone)) ?? [];
      if (ageMs !== undefined) done(asNumber(ageMs));
    }
  };

  return async (row) => {
    const result = row.result ?? (await conclude(row));
    if (result === undefined) return;
    const queue = new PQueue({ concurrency: AT_ONCE });
    let youngest = Number.POSITIVE_INFINITY;
    const done = (ageMs: number | undefined): void => {
      if (ageMs !== undefined) youngest = Math.min(youngest, Math.max(0, ageMs));
    };
    for (const given of takenBack(row.results.at(-1)?.payments ?? [], result.payments))
      await takeBack(row.war, row.sides[given.side].guild, given);
    // What stays given from a round before was looked at then.
    const due = result.payments.filter(({ round }) => round === result.round);
    await queue.addAll(due.map((payment) => async () => done(await give(row, result.winner, payment))));
    if (onFought !== undefined && result.outcome === "settled" && result.round === 1) {
      const fighters = await fightersOf(row.war);
      await queue.addAll(
        [...fighters]
          .filter(([, { battles }]) => battles > 0)
          .map(
            ([player]) =>
              () =>
                onFought(player).catch(unlessOutcomeUnknown),
          ),
      );
    }
    await part(row, result, done);
    const restMs = (await settleMs()) - youngest;
    if (restMs > 0 && Number.isFinite(restMs)) {
      await ask("war_wait", ownerOfWar(row.war), [String(Math.ceil(restMs))]);
      onSoon?.(row.war);
    } else await ask("war_settled", ownerOfWar(row.war), [String(result.round), result.outcome]);
  };
};

const fighterSchema = z.object({ name: z.string() }).catch({ name: "" });
const nameIn = (json: string): string => fighterSchema.parse(parsedJson(json)).name;

const battleOf = (battle: string, row: string): Battle => {
  const [side, score, , at, state, , ...rest] = row.split(":");
  // Ids of players hold no colon, nor do targets.
  const [player = "", target = ""] = rest;
  return {
    ...{ battle, side: side === "0" ? 0 : 1, score: Number(score), at: Number(at) },
    ...{ counts: state === "c", player, target },
  };
};

/** In what the sums that were kept differ from the battles; undefined: in nothing. */
const difference = (
  { sides }: WarRow,
  fighters: Fighters,
  { scores, battles, fought }: Recount,
): string | undefined => {
  for (const side of SIDES) {
    const { score, battles: kept } = sides[side];
    if (score !== scores[side]) return `score of side ${side}: ${score}, by its battles ${scores[side]}`;
    if (kept !== battles[side]) return `battles of side ${side}: ${kept}, there are ${battles[side]}`;
  }
  for (const [player, kept] of fighters) {
    const own = fought.get(player) ?? { side: kept.side, battles: 0, score: 0 };
    if (own.side !== kept.side || own.battles !== kept.battles || own.score !== kept.score)
      return `fighter ${player}: ${kept.battles} battles and ${kept.score}, by his battles ${own.battles} and ${own.score}`;
  }
  for (const player of fought.keys()) if (!fighters.has(player)) return `fighter ${player} is in no roster`;
  return undefined;
};

const ratingsOf = ({ sides }: WarRow, { outcome, winner }: WarResult): NonNullable<WarResult["ratings"]> => {
  const [one, other] = [sides[0].rating, sides[1].rating];
  const after = outcome === "voided" ? [one, other] : rated(one, other, winner ?? "draw");
  const change = (side: Side) => {
    const [{ mu, sigma }, to] = [sides[side].rating, after[side] ?? sides[side].rating];
    return { mu, sigma, muBy: to.mu - mu, sigmaBy: to.sigma - sigma };
  };
  return [change(0), change(1)];
};

const unlessGone = (error: unknown): undefined => {
  if (!(error instanceof GremioError && error.code === "guild-not-found")) throw error;
};
/** Whoever is refused does not keep the others from their end. */
const unlessOutcomeUnknown = (error: unknown): void => {
  if (!(error instanceof GremioError) || error.code === "outcome-unknown") throw error;
};
