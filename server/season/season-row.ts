import { z } from "zod";
import { putSeasonSchema, SEASON_STATES, type Season, type SeasonId } from "../../shared/api/ranking.ts";
import { BUCKETS } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import { asList, asNumber, asPairs, asText } from "../redis/reply.ts";

export { RANKING } from "../ranking/scope.ts";

const whole = z.string().regex(/^\d+$/).transform(Number);

const rowSchema = z.object({
  d: z.string(),
  state: z.enum(SEASON_STATES),
  since: whole,
  step: whole,
  startsAt: whole,
  endsAt: whole,
  bucket: whole.default(0),
  from: whole.default(0),
  place: whole.default(0),
  pass: whole.default(0),
  again: whole.default(0),
  youngest: z.string().default(""),
  guilds: whole.default(0),
});

/** What the studio said of a season, and how far it has come; see seasons.lua. */
export type SeasonRow = Omit<z.infer<typeof rowSchema>, "d"> & { asked: z.infer<typeof askedSchema> };

/** As it was checked when it was planned. */
const askedSchema = z.object(putSeasonSchema.shape);

/** What season_read tells. */
export type SeasonsRead = { now: number; plan: string; boot: string; seasons: SeasonRow[] };

export const parseSeasons = (reply: readonly unknown[]): SeasonsRead => {
  const [now, plan, boot, ...rest] = reply;
  const seasons: SeasonRow[] = [];
  for (let index = 1; index < rest.length; index += 2) {
    const { d, ...row } = rowSchema.parse(Object.fromEntries(asPairs(asList(rest[index]))));
    seasons.push({ ...row, asked: askedSchema.parse(parsedJson(d)) });
  }
  return { now: asNumber(now), plan: asText(plan), boot: asText(boot), seasons };
};

/** The number a season's id ends in; 1 when it ends in none, which only one that is not repeated may. */
export const numberOf = (season: SeasonId): string => /\d+$/.exec(season)?.[0] ?? "1";

export const namesOf = ({ season, names }: SeasonRow["asked"]): Season["names"] => {
  const named = (name: string): string => name.replaceAll("{number}", numberOf(season));
  return { "es-419": named(names["es-419"]), "pt-BR": named(names["pt-BR"]), en: named(names.en) };
};

const BEGUN: readonly string[] = ["closing", "ranked", "paying", "closed"];

/** As everybody sees it at a moment. */
export const seasonOf = ({ asked, state, startsAt, bucket, guilds, place, pass }: SeasonRow, now: number): Season => ({
  ...asked,
  names: namesOf(asked),
  state: state === "planned" && startsAt <= now ? "running" : state,
  ...(BEGUN.includes(state) && {
    progress: { fenced: state === "closing" ? Math.min(bucket, BUCKETS) : BUCKETS, guilds, rewarded: place, pass },
  }),
});
