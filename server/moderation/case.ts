import { z } from "zod";
import {
  outcomeSchema,
  REPORT_CATEGORIES,
  type reportSchema,
  type reportSummarySchema,
} from "../../shared/api/report.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { parseChange, withChange } from "../channel/marks.ts";
import { parsePayload } from "../channel/payload.ts";
import { parsedJson } from "../redis/parsed-json.ts";

export type Summary = z.infer<typeof reportSummarySchema>;
export type Report = z.infer<typeof reportSchema>;

/** The fields of a case as `report_facts` lists them (CASE_FACTS in reports.lua). */
const FACTS = [
  ...(["kind", "state", "at", "who", "seq", "reporters", "outcome", "note", "judge", "decided"] as const),
  ...REPORT_CATEGORIES.map((category) => `is:${category}` as const),
] as const;

const whole = z.coerce.number().int();
const factsSchema = z.looseObject({
  kind: z.enum(["entry", "held"]),
  state: z.enum(["open", "decided"]),
  at: whole,
  who: z.string(),
  seq: z.string().default(""),
  reporters: whole,
  outcome: z.string().default(""),
  note: z.string().default(""),
  judge: z.string().default(""),
  decided: z.string().default(""),
});

/** Cases of a channel that wait for a decision; of more the oldest is closed as expired. */
export const MOST_OPEN = 1_000;

export const reportId = (channel: ChannelId, id: string): string => `${channel}~${id}`;
export const splitReportId = (report: string): { channel: ChannelId; id: string } => {
  const at = report.indexOf("~");
  return { channel: report.slice(0, at), id: report.slice(at + 1) };
};

/** A case without what was written; undefined when it is gone. */
export const summaryOf = (report: string, fields: ReadonlyMap<string, string>): Summary | undefined => {
  const { data } = factsSchema.safeParse(Object.fromEntries(fields));
  if (data === undefined) return undefined;
  const { kind, state, at, who, seq, reporters, outcome, note, judge, decided } = data;
  const decision = outcomeSchema.safeParse(outcome);
  return {
    ...{ report, channel: splitReportId(report).channel, kind, state, at, player: who, reporters },
    ...(seq === "" ? {} : { seq: Number(seq) }),
    categories: Object.fromEntries(
      REPORT_CATEGORIES.flatMap((category) => {
        const count = Number(fields.get(`is:${category}`) ?? 0);
        return count > 0 ? [[category, count]] : [];
      }),
    ),
    ...(decision.success
      ? { decision: { outcome: decision.data, note, ...(judge === "" ? {} : { by: judge }), at: Number(decided) } }
      : {}),
  };
};

/** Facts in the order of FACTS as fields. */
export const factsFrom = (cells: readonly string[]): Map<string, string> =>
  new Map(FACTS.flatMap((name, index) => (cells[index] ? [[name, cells[index]] as const] : [])));

const evidenceSchema = z.object({
  rows: z.array(z.unknown()).catch([]),
  changes: z.record(z.string(), z.unknown()).catch({}),
  edits: z.array(z.unknown()).catch([]),
  people: z.record(z.string(), z.object({ player: z.string(), name: z.string() })).catch({}),
});
const saidSchema = z.object({ category: z.enum(REPORT_CATEGORIES), text: z.string().default(""), at: z.number() });
const heldSchema = z.object({ kind: z.string(), body: z.unknown() });

/** All of a case; undefined when it is gone. */
export const reportOf = (report: string, fields: ReadonlyMap<string, string>): Report | undefined => {
  const summary = summaryOf(report, fields);
  if (summary === undefined) return undefined;
  const evidence = evidenceSchema.parse(parsedJson(fields.get("evidence") ?? "{}") ?? {});
  const lines = evidence.rows.map((row) => {
    const entry = parsePayload(JSON.stringify(row));
    const stored = evidence.changes[entry.seq];
    const change = stored === undefined ? undefined : parseChange(JSON.stringify(stored));
    const now = withChange(entry, change);
    const { seq, at, kind, body } = entry;
    return {
      ...{ seq, at, kind, body },
      ...evidence.people[entry.from],
      ...(now.kind === kind && now !== entry ? { edited: now.body } : {}),
      deleted: now.kind === "removed",
    };
  });
  const edits = evidence.edits.flatMap((row) => {
    const entry = parsePayload(JSON.stringify(row));
    return entry.kind === "edit" ? [{ at: entry.at, body: entry.body.body }] : [];
  });
  const held = heldSchema.safeParse(parsedJson(fields.get("held") ?? "null"));
  return {
    ...summary,
    ...{ evidence: lines, edits },
    ...(held.success ? { held: { kind: held.data.kind, body: held.data.body } } : {}),
    reports: [...fields].flatMap(([field, value]) => {
      if (!field.startsWith("by:")) return [];
      const { data } = saidSchema.safeParse(parsedJson(value));
      const player: PlayerId = field.slice("by:".length);
      return data === undefined ? [] : [{ player, ...data }];
    }),
  };
};
