import { createHash } from "node:crypto";
import type { EarningEvent, EarningRules } from "../../../shared/earning.ts";
import { GremioError, isErrorCode } from "../../../shared/errors.ts";
import { makeAsk, refusal } from "../../redis/ask.ts";
import { asNumber, asText, asTextOrNull } from "../../redis/reply.ts";
import { type EarningAnswer, type EarningRecord, packRecord, readRecord } from "./answer.ts";
import { makeBringing } from "./bringing.ts";
import { dayOf, weekOf } from "./calendar.ts";
import { COUNTERS_KEPT_MS, type Counters, countersOn, countersSchema, noCounters } from "./counters.ts";
import { type Evaluated, evaluate } from "./evaluate.ts";
import { type Facts, type FactsDeps, makeReadFacts, type TieOutcome } from "./facts.ts";
import { inTurn } from "./in-turn.ts";
import { type DecidedRow, isSampled, ROWS_PER_BUCKET } from "./sample.ts";
import { tie } from "./ties.ts";

export type Earning = {
  /**
   * Pays what an event is worth by the rules in force, once: the same event again gets the first answer, for 7 days at least, and what it paid is not paid again for 90.
   * No cap is exceeded, however many events come at once. What dies in between is finished by the same event again, or by `finish`.
   * Throws `key-reused` (the id was another event's of this player), `player-not-found`, `player-linked`, `bad-request` (his book would pass 2^53), and `outcome-unknown` (tell it again)
   * while no rules could be read or when too many processes pay the player at this moment.
   */
  take(event: EarningEvent): Promise<EarningAnswer>;
  /** Finishes what was decided so long ago (30 s by default) and has not reached the guild's book. Gives how many there were. */
  finish(olderThanMs?: number): Promise<number>;
};

export type EarningOptions = {
  /** The rules in force; undefined: they could not be read yet. */
  rules(): EarningRules | undefined;
  /** Events of one in so many players are kept for dry runs. */
  sample: number;
  /** Given Redis' time, the time that counts: for whoever must try another day. */
  clock?(redisMs: number): number;
};

/** Attempts when other processes pay the same player; within one, his events wait for each other. */
const ROUNDS = 20;

type Ties = Record<string, [TieOutcome, number, number]>;

const printOf = ({ id, event, player, with: others, partner, value }: EarningEvent): string =>
  createHash("sha256")
    .update(JSON.stringify([id, event, player, others ?? [], partner ?? null, value ?? null]))
    .digest("hex")
    .slice(0, 16);

const outcomes = (ties: Ties): Record<string, TieOutcome> =>
  Object.fromEntries(Object.entries(ties).map(([rule, [outcome]]) => [rule, outcome]));

/** Events of the game become points. */
export const makeEarning = (deps: FactsDeps, { rules, sample, clock = (ms) => ms }: EarningOptions): Earning => {
  const ask = makeAsk(deps.redis, deps.keys);
  const readFacts = makeReadFacts(deps);
  const bringing = makeBringing(deps.redis, deps.keys, ask, (player) => isSampled(player, sample));
  const taking = inTurn();

  const known = async (event: EarningEvent, print: string, record: EarningRecord): Promise<EarningAnswer> => {
    if (record.print !== print) throw new GremioError("key-reused");
    return { ...(await bringing.finish(event.id, event.player, record)), repeated: true };
  };

  /** Evaluates, asking for the pairs' limits what has not been asked yet. */
  const evaluated = async (
    inForce: EarningRules,
    event: EarningEvent,
    counters: Counters,
    facts: Facts,
    ties: Ties,
  ): Promise<Evaluated> => {
    for (;;) {
      const result = evaluate(inForce, event, counters, { ...facts, ties: outcomes(ties) });
      if (result.asks.length === 0) return result;
      for (const asked of result.asks) {
        const outcome = await tie(ask, event, weekOf(counters.day), asked);
        ties[asked.rule] = [outcome, asked.times, asked.partners];
      }
    }
  };

  const decide = async (event: EarningEvent): Promise<EarningAnswer> => {
    const { id, player } = event;
    const owner = `player:${player}`;
    const print = printOf(event);
    const [stored, first, redisMs] = await ask("earning_read", owner, [id]);
    if (typeof stored === "string") return known(event, print, readRecord(stored));
    const inForce = rules();
    if (inForce === undefined) throw new GremioError("outcome-unknown");

    const at = clock(asNumber(redisMs));
    const facts: Facts = { ...(await readFacts(event)), at };
    const ties: Ties = {};
    let text = asTextOrNull(first);
    for (let round = 0; round < ROUNDS; round++) {
      const today = dayOf(at, inForce.zone);
      const before = text === null ? noCounters(today) : countersSchema.parse(JSON.parse(text));
      const counters = countersOn(before, today);
      const result = await evaluated(inForce, event, counters, facts, ties);
      const { player: own, guild, parts, explanation } = result;
      const record: EarningRecord = {
        print,
        answer: { player: own, guild, rules: explanation },
        ...(facts.guild !== undefined &&
          guild > 0 && {
            waiting: { guild: facts.guild.id, day: counters.day, most: inForce.caps?.guildDay, parts },
          }),
      };
      const row: DecidedRow = {
        ...{ e: event, f: facts, a: [own, guild] },
        ...((text === null || counters !== before) && { c: before }),
        ...(before.m !== undefined && { m: before.m }),
        ...(Object.keys(ties).length > 0 && { t: ties }),
      };
      const { v, day, d, w, e } = result.counters;
      const { code, rest } = await ask.raw("earning_decide", owner, [
        ...[id, `event:${id}:${player}`, print, `event:${event.event}`, String(counters.v)],
        ...[JSON.stringify({ v, day, d, w, e }), Object.keys(e).length > 0 ? "" : String(COUNTERS_KEPT_MS)],
        ...[String(own), packRecord(record), record.waiting === undefined ? "" : "1", player],
        ...[isSampled(player, sample) ? JSON.stringify(row) : "", String(ROWS_PER_BUCKET)],
      ]);
      if (code !== "ok") throw isErrorCode(code) ? new GremioError(code) : refusal("earning_decide", code);
      const [outcome, other] = rest;
      if (outcome === "decided") return { ...(await bringing.finish(id, player, record)), repeated: false };
      if (outcome === "known") return known(event, print, readRecord(asText(other)));
      if (outcome === "moved")
        return { player: other === "" ? 0 : asNumber(other), guild: 0, repeated: true, rules: [] };
      text = asTextOrNull(other);
    }
    throw new GremioError("outcome-unknown");
  };

  return {
    take: (event) => taking(event.player, () => decide(event)),
    finish: bringing.finishAll,
  };
};
