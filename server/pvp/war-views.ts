import { z } from "zod";
import { type Side, type WarPhase, warPhaseSchema, warResultSchema } from "../../shared/api/war.ts";
import { type Localised, localisedSchema } from "../../shared/card.ts";
import type { PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asPairs, asTexts } from "../redis/reply.ts";

/** One of the roster and what he has done. */
export type WarFighter = {
  player: PlayerId;
  side: Side;
  /** Attempts, of which so many battles counted. */
  used: number;
  battles: number;
  score: number;
  /** When he did last, in epoch ms; 0: nothing yet. */
  at: number;
};

export type WarEvent = { at: number; what: string; side?: Side; player?: PlayerId; score?: number };

/** A war as it was at one moment. */
export type WarView = {
  war: string;
  /** Rises with every change. */
  version: number;
  phase: WarPhase;
  mode: { mode: string; name: Localised; attempts: number };
  at: number;
  lockAt: number;
  startsAt: number;
  endsAt: number;
  /** When it has ended, in epoch ms; undefined: it has not. */
  endedAt: number | undefined;
  lead: Side | undefined;
  outcome: "0" | "1" | "draw" | "";
  sides: readonly [WarSideView, WarSideView];
  fighters: ReadonlyMap<PlayerId, WarFighter>;
  /** Names of fighters, as they were at the lock. */
  names: ReadonlyMap<PlayerId, string>;
  /** Newest first, as they are kept: the same text is the same event. */
  events: readonly string[];
};

export type WarSideView = {
  guild: string;
  name: string;
  tag: string;
  score: number;
  battles: number;
  fighters: number;
};

const whole = z.string().regex(/^\d+$/).transform(Number).catch(0);
const score = z.string().transform(Number).pipe(z.number()).catch(0);
const side = z.enum(["0", "1"]).transform((text): Side => (text === "0" ? 0 : 1));

/** Of the mode, what is shown. A mode of a later version may say more. */
const modeSchema = z.object({ mode: z.string(), name: localisedSchema, attempts: z.int() });
const NO_MODE: WarView["mode"] = { mode: "", name: { "es-419": "", "pt-BR": "", en: "" }, attempts: 0 };

const infoSchema = z.object({
  phase: warPhaseSchema,
  v: whole,
  mode: z
    .string()
    .transform((json) => modeSchema.parse(parsedJson(json)))
    .catch(() => NO_MODE),
  ...{ at: whole, lockAt: whole, startsAt: whole, endsAt: whole },
  ended: whole.optional(),
  lead: side.optional().catch(undefined),
  ...{ "guild:0": z.string(), "name:0": z.string().catch(""), "tag:0": z.string().catch("") },
  ...{ "guild:1": z.string(), "name:1": z.string().catch(""), "tag:1": z.string().catch("") },
  ...{ "score:0": score, "score:1": score, "battles:0": whole, "battles:1": whole },
  roster: z.string().catch(""),
});

/** A war that is settled anew still says when it had ended. */
const OVER: ReadonlySet<WarPhase> = new Set(["settled", "declined", "withdrawn", "expired", "cancelled", "voided"]);

const resultSchema = z
  .string()
  .transform(parsedJson)
  .pipe(warResultSchema.pick({ outcome: true, winner: true }))
  .transform(({ outcome, winner }): WarView["outcome"] =>
    outcome === "voided" ? "" : winner === null ? "draw" : `${winner}`,
  )
  .catch("");

const eventSchema = z.object({
  at: z.number(),
  what: z.string(),
  side: z.literal([0, 1]).optional().catch(undefined),
  player: z.string().optional().catch(undefined),
  score: z.number().optional().catch(undefined),
});

/** The event an item of `events` tells; undefined: none that this release can read. */
export const parseWarEvent = (json: string): WarEvent | undefined => eventSchema.safeParse(parsedJson(json)).data;

const nameSchema = z.object({ name: z.string() });

const parseFighter = (player: PlayerId, row: string): WarFighter => {
  const [side, used = 0, battles = 0, score = 0, at = 0] = row.split(":").map(Number);
  return { player, side: side === 1 ? 1 : 0, used, battles, score, at };
};

export type WarViews = {
  /** `before`: what was read before, of which as much as still holds is kept. Undefined: there is no such war. */
  read(war: string, before: WarView | undefined): Promise<WarView | undefined>;
};

export const makeWarViews = (redis: Redis, keys: Keys): WarViews => {
  const ask = makeAsk(redis, keys);
  /** Rows as they were read, by what was made of them: of a hundred fighters one has changed. */
  const rows = new WeakMap<WarFighter, string>();

  const fightersOf = (members: unknown, before: WarView | undefined): WarView["fighters"] =>
    new Map(
      [...asPairs(members)].map(([player, row]) => {
        const known = before?.fighters.get(player);
        if (known !== undefined && rows.get(known) === row) return [player, known];
        const fighter = parseFighter(player, row);
        rows.set(fighter, row);
        return [player, fighter];
      }),
    );

  const read: WarViews["read"] = async (war, before) => {
    const names = before?.names ?? new Map<PlayerId, string>();
    const { code, rest } = await ask.raw("war_view", `war:${war}`, [names.size === 0 ? "1" : ""]);
    if (code !== "ok") return undefined;
    const [info, members, events, result, ...rosters] = rest;
    const facts = infoSchema.parse(Object.fromEntries(asPairs(info)));
    const fighters = fightersOf(members, before);
    const [roster0 = 0, roster1 = 0] = facts.roster.split(",").map(Number);
    const view: WarView = {
      ...{ war, version: facts.v, phase: facts.phase, mode: facts.mode, at: facts.at },
      ...{ lockAt: facts.lockAt, startsAt: facts.startsAt, endsAt: facts.endsAt },
      endedAt: OVER.has(facts.phase) ? facts.ended : undefined,
      ...{ lead: facts.lead, outcome: resultSchema.parse(result) },
      sides: [
        {
          ...{ guild: facts["guild:0"], name: facts["name:0"], tag: facts["tag:0"], score: facts["score:0"] },
          ...{ battles: facts["battles:0"], fighters: roster0 },
        },
        {
          ...{ guild: facts["guild:1"], name: facts["name:1"], tag: facts["tag:1"], score: facts["score:1"] },
          ...{ battles: facts["battles:1"], fighters: roster1 },
        },
      ],
      fighters,
      names: names.size === 0 ? namesIn(rosters) : names,
      events: asTexts(events),
    };
    // Locked again after Redis had lost its end: the names known are those of another roster.
    const isNamed = [...fighters.keys()].every((player) => view.names.has(player));
    return isNamed || names.size === 0 ? view : read(war, { ...view, names: new Map() });
  };
  return { read };
};

const namesIn = (rosters: readonly unknown[]): ReadonlyMap<PlayerId, string> =>
  new Map(
    rosters.flatMap((roster) =>
      [...asPairs(roster)].map(([player, row]): [PlayerId, string] => [
        player,
        nameSchema.safeParse(parsedJson(row)).data?.name ?? player,
      ]),
    ),
  );

const SHOWN_FIGHTERS = 5;

/** The fighters of a side who have brought most to it, of equals who did so first; nobody without a battle that counted. */
export const topOf = ({ fighters }: WarView, side: Side): WarFighter[] =>
  [...fighters.values()]
    .filter((fighter) => fighter.side === side && fighter.battles > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at || (a.player < b.player ? -1 : 1))
    .slice(0, SHOWN_FIGHTERS);
