import { z } from "zod";
import { type EarningLine, type EarningNote, earningNoteSchema } from "../../../shared/earning.ts";
import type { GuildPart } from "./evaluate.ts";

/** What an event came to. `repeated`: it had been told before, and this is that answer. */
export type EarningAnswer = { player: number; guild: number; repeated: boolean; rules: EarningLine[] };

const lineRowSchema = z.tuple([z.string(), z.int(), z.int()]).rest(earningNoteSchema.or(z.string()));
const partRowSchema = z.object({ line: z.int(), points: z.int(), guildDay: z.int().optional() });
const waitingSchema = z.object({
  guild: z.string(),
  day: z.string(),
  /** Most that all rules together may bring the guild that day. */
  most: z.int().optional(),
  parts: z.array(partRowSchema),
});

/** What the guild is still to get. Its caps are those in force when the event was decided. */
export type Waiting = { guild: string; day: string; most?: number | undefined; parts: GuildPart[] };

const recordSchema = z.object({
  /** Print of the event. */
  p: z.string(),
  /** Points for player and guild, and what each rule paid. */
  a: z.tuple([z.int(), z.int(), z.array(lineRowSchema)]),
  /** Until it is known what the guild got. */
  g: waitingSchema.optional(),
});

export type EarningRecord = { print: string; answer: Omit<EarningAnswer, "repeated">; waiting?: Waiting | undefined };

const isNote = (note: string): note is EarningNote => earningNoteSchema.safeParse(note).success;

export const packRecord = ({ print, answer, waiting }: EarningRecord): string =>
  JSON.stringify({
    p: print,
    a: [
      answer.player,
      answer.guild,
      answer.rules.map(({ rule, player, guild, notes }) => [rule, player, guild, ...notes]),
    ],
    ...(waiting !== undefined && { g: waiting }),
  });

/** Notes of a later release are left out. */
export const readRecord = (text: string): EarningRecord => {
  const { p, a, g } = recordSchema.parse(JSON.parse(text));
  const [player, guild, rows] = a;
  const rules = rows.map(([rule, own, brought, ...notes]) => ({
    ...{ rule, player: own, guild: brought },
    notes: notes.filter(isNote),
  }));
  const parts = g?.parts.map(({ line, points, guildDay }) => ({ line, points, guildDay })) ?? [];
  return { print: p, answer: { player, guild, rules }, ...(g !== undefined && { waiting: { ...g, parts } }) };
};

/** The answer once it is known what the guild got by each part; undefined: nothing, since the player is no member any more. */
export const broughtAnswer = (
  { answer, waiting }: EarningRecord,
  paid: readonly number[] | undefined,
): EarningRecord["answer"] => {
  const rules = answer.rules.map((line) => ({ ...line, notes: [...line.notes] }));
  for (const [index, { line, points }] of (waiting?.parts ?? []).entries()) {
    const row = rules[line];
    if (row === undefined) continue;
    row.guild = paid?.[index] ?? 0;
    if (paid === undefined) row.notes.push("left");
    else if (row.guild < points) row.notes.push("guild-day");
  }
  return { player: answer.player, guild: rules.reduce((sum, { guild }) => sum + guild, 0), rules };
};
