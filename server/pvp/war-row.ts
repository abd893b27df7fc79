import { createHash } from "node:crypto";
import { z } from "zod";
import {
  type Side,
  type War,
  type WarId,
  type WarResult,
  warPhaseSchema,
  warResultSchema,
} from "../../shared/api/war.ts";
import { warModeSchema } from "../../shared/api/war-mode.ts";
import type { GuildId, PlayerId } from "../../shared/id.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import { asList, asNumber, asPairs, asText, asTexts } from "../redis/reply.ts";
import { newRating, type Rating } from "./rating.ts";

/** The same request makes the same war, however often it arrives. */
export const warIdOf = (...request: readonly string[]): WarId =>
  `w${BigInt(`0x${createHash("sha256").update(JSON.stringify(request)).digest("hex")}`)
    .toString(36)
    .slice(0, 23)}`;

/** One battle of a fighter for each nonce, however often it is begun. */
export const battleTokenOf = (war: WarId, player: PlayerId, nonce: string): string =>
  createHash("sha256")
    .update(JSON.stringify([war, player, nonce]))
    .digest("base64url")
    .slice(0, 22);

export const ownerOfWar = (war: WarId): string => `war:${war}`;
export const SIDES: readonly Side[] = [0, 1];
export const otherSide = (side: Side): Side => (side === 0 ? 1 : 0);

const whole = z.string().regex(/^\d+$/).transform(Number);
const flag = z
  .string()
  .optional()
  .transform((value) => value !== undefined && value !== "0");

const infoSchema = z.object({
  phase: warPhaseSchema,
  v: whole,
  mode: z.string().transform(parsedJson).pipe(warModeSchema),
  ...{ "guild:0": z.string(), "guild:1": z.string(), "name:0": z.string(), "name:1": z.string() },
  ...{ "tag:0": z.string(), "tag:1": z.string(), "score:0": whole, "score:1": whole },
  ...{ "battles:0": whole, "battles:1": whole, "used:0": whole, "used:1": whole },
  ...{ "reached:0": whole, "reached:1": whole, "cancel:0": flag, "cancel:1": flag },
  ...{ "mu:0": z.coerce.number().optional(), "mu:1": z.coerce.number().optional() },
  ...{ "sigma:0": z.coerce.number().optional(), "sigma:1": z.coerce.number().optional() },
  how: z.enum(["challenge", "queue"]),
  by: z.string(),
  at: whole,
  answerUntil: whole.optional(),
  accepted: z.string().optional(),
  answeredBy: z.string().optional(),
  confirmed: flag,
  lockAt: whole.optional(),
  startsAt: whole.optional(),
  endsAt: whole.optional(),
  roster: z.string().optional(),
  lead: z.enum(["", "0", "1"]),
  reason: z.string().optional(),
  ended: whole.optional(),
  round: whole,
  trusted: flag,
  void: flag,
  closed: flag,
  again: whole.optional(),
});

export type WarSide = {
  guild: GuildId;
  name: string;
  tag: string;
  score: number;
  battles: number;
  /** Attempts that were begun. */
  used: number;
  /** When the score was last raised, in ms. */
  reachedAt: number;
  callsOff: boolean;
  /** Once it is settled who fights. */
  fighters: number | undefined;
  rating: Rating;
};

/** A war as war.lua keeps it, of one moment. */
export type WarRow = Omit<z.infer<typeof infoSchema>, `${string}:${0 | 1}` | "lead" | "roster"> & {
  war: WarId;
  /** By the clock of Redis, in ms. */
  now: number;
  sides: readonly [WarSide, WarSide];
  lead: Side | undefined;
  /** It is settled who fights. */
  locked: boolean;
  /** Items that both guilds are still to be told, oldest first. */
  news: readonly string[];
  result: WarResult | undefined;
  /** Those that were corrected since, oldest first. */
  results: readonly WarResult[];
};

const resultOf = (json: string): WarResult => warResultSchema.parse(parsedJson(json));

/** Reads the reply of war_read. */
export const parseWar = (war: WarId, reply: readonly unknown[]): WarRow => {
  const [now, flat, news, result, results] = reply;
  const info = infoSchema.parse(Object.fromEntries(asPairs(flat)));
  const counts = info.roster?.split(",").map(Number);
  const fresh = newRating();
  const side = (n: Side): WarSide => ({
    ...{ guild: info[`guild:${n}`], name: info[`name:${n}`], tag: info[`tag:${n}`], score: info[`score:${n}`] },
    ...{ battles: info[`battles:${n}`], used: info[`used:${n}`], reachedAt: info[`reached:${n}`] },
    ...{ callsOff: info[`cancel:${n}`], fighters: counts?.[n] },
    rating: { mu: info[`mu:${n}`] ?? fresh.mu, sigma: info[`sigma:${n}`] ?? fresh.sigma },
  });
  const lead = info.lead === "" ? undefined : info.lead === "0" ? 0 : 1;
  return {
    ...info,
    ...{ war, now: asNumber(now), sides: [side(0), side(1)], lead, locked: counts !== undefined },
    news: asTexts(asList(news)),
    result: asText(result) === "" ? undefined : resultOf(asText(result)),
    results: asTexts(asList(results)).map(resultOf),
  };
};

/** As people see it. Only the studio sees who was given what. */
export const warOf = (row: WarRow, { payments: shown }: { payments: boolean }): War => {
  const { war, phase, now, at, answerUntil, lockAt, startsAt, endsAt, ended, lead, reason, result } = row;
  const side = ({ guild, name, tag, score, battles, fighters, callsOff }: WarSide) => ({
    ...{ guild, name, tag, score, battles, callsOff },
    ...(fighters !== undefined && { fighters }),
  });
  const { payments, ...told } = result ?? { payments: [] };
  return {
    ...{ war, phase, mode: row.mode.mode, now, at, sides: [side(row.sides[0]), side(row.sides[1])] },
    ...(answerUntil !== undefined && { answerUntil }),
    ...(lockAt !== undefined && { lockAt }),
    ...(startsAt !== undefined && { startsAt }),
    ...(endsAt !== undefined && { endsAt }),
    ...(ended !== undefined && { endedAt: ended }),
    ...(lead !== undefined && { lead }),
    ...(reason !== undefined && reason !== "" && { reason }),
    ...(result !== undefined && {
      result: { ...result, ...told, ...(shown ? { payments } : { payments: undefined }) },
    }),
  };
};
