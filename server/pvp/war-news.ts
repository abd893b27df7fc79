import { z } from "zod";
import { type Side, sideSchema, type WarResult } from "../../shared/api/war.ts";
import { warResultCard } from "../../shared/cards/war-result.ts";
import { ENTRY_KINDS } from "../../shared/entry.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { TemplateId } from "../../shared/template.ts";
import { rulesOf } from "../card/rules.ts";
import type { NoticeRequest } from "../channel/log.ts";
import { outcomeOf } from "./outcome.ts";
import { otherSide, type WarRow } from "./war-row.ts";

/** What war.lua has to be said. */
export const itemSchema = z.object({
  item: z.string(),
  side: sideSchema.optional(),
  score: z.tuple([z.string(), z.string()]).optional(),
  reason: z.string().optional(),
});
export type NewsItem = z.infer<typeof itemSchema>;

/** What one guild is told: an entry of its channel and, where phones are concerned, a notice that goes with it. */
export type Told = { kind: number; body: string; notice: string; rules: string };

const waitOf = (ms: number): string => {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
};

/** Told to these players only, and only as long as the condition holds: what a notice says besides its entry. */
const noticeFor = (only: readonly PlayerId[], what: Omit<NoticeRequest, "type" | "only">): string =>
  JSON.stringify({ ...what, only }).slice(1, -1);

/** What a guild is told of an item; undefined: nothing. `fighters`: of its side. */
export const newsFor = (
  row: WarRow,
  { item, ...more }: NewsItem,
  side: Side,
  fighters: readonly PlayerId[],
): Told | undefined => {
  const [own, opponent] = [row.sides[side], row.sides[otherSide(side)]];
  const [ours, theirs] =
    more.score === undefined
      ? [own.score, opponent.score].map(String)
      : [more.score[side], more.score[otherSide(side)]];
  const news = (template: TemplateId, params: Record<string, string> = {}, notice = ""): Told => ({
    kind: ENTRY_KINDS.news,
    body: JSON.stringify({ template, params: { opponent: opponent.name, ...params } }),
    ...{ notice, rules: "" },
  });
  const [what = "", round] = item.split(":");
  // It may be corrected before it is told how it ended.
  const rounds = [...row.results, row.result];
  switch (what) {
    case "declined":
      return side === 0 ? news("war-declined") : undefined;
    case "withdrawn":
      return side === 1 ? news("war-withdrawn") : undefined;
    case "expired":
      return news("war-expired");
    case "accepted":
      return news("war-accepted", { wait: waitOf((row.startsAt ?? row.now) - row.now) });
    case "cancel":
      return more.side === side ? undefined : news("war-cancel-asked", { name: opponent.name });
    case "cancelled":
      return news(more.reason === "too-few" ? "war-too-few" : "war-cancelled");
    case "start": {
      const notice = noticeFor(fighters, {
        about: "war-start",
        condition: { type: "war-active", war: row.war },
      });
      return news("war-started", { attempts: String(row.mode.attempts) }, notice);
    }
    case "lead":
      return news(more.side === side ? "war-lead-ours" : "war-lead-theirs", { ours: ours ?? "", theirs: theirs ?? "" });
    case "last-hour": {
      const notice = noticeFor(fighters, {
        about: "war-last-hour",
        condition: { type: "war-attempts-left", war: row.war },
      });
      return news("war-last-hour", { ours: ours ?? "", theirs: theirs ?? "" }, notice);
    }
    case "corrected": {
      const result = rounds[Number(round) - 1];
      return result?.outcome === "voided" ? news("war-voided") : news("war-corrected", scoresOf(row, result, side));
    }
    case "end":
      return rounds[0]?.outcome === "voided" ? news("war-voided") : resultFor(row, rounds[0], side, fighters);
    default:
      return undefined;
  }
};

const scoresOf = ({ sides }: WarRow, result: WarResult | undefined, side: Side): { ours: string; theirs: string } => ({
  ours: String(result?.scores[side] ?? sides[side].score),
  theirs: String(result?.scores[otherSide(side)] ?? sides[otherSide(side)].score),
});

const resultFor = (
  row: WarRow,
  result: WarResult | undefined,
  side: Side,
  fighters: readonly PlayerId[],
): Told | undefined => {
  const { sides, war } = row;
  if (result === undefined) return undefined;
  const best = result.best.find((one) => one.side === side);
  const card = warResultCard(
    {
      ...{ war, outcome: outcomeOf(result.winner, side), opponent: sides[otherSide(side)].name },
      ...{ ours: result.scores[side], theirs: result.scores[otherSide(side)] },
      ...(best !== undefined && { best: { name: best.name, score: best.score } }),
      points: result.payments.find((one) => one.side === side && one.player === undefined)?.points ?? 0,
    },
    row.ended ?? row.now,
  );
  return {
    kind: ENTRY_KINDS.card,
    body: JSON.stringify(card),
    notice: noticeFor(fighters, { about: "war", importance: "normal" }),
    rules: JSON.stringify(rulesOf(card)),
  };
};
