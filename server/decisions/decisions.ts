import { z } from "zod";
import type { PushReports, Reported } from "../../shared/api/push.ts";
import type { PlayerId } from "../../shared/id.ts";
import { type Call, makeAsk } from "../redis/ask.ts";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asPairs, asTextOrNull, asTexts } from "../redis/reply.ts";
import type { Decision } from "./decision.ts";
import { packDecision, unpackDecision } from "./packed-decision.ts";
import { makeTally } from "./tally.ts";

/** Decisions kept of one player. */
const MOST = 500;
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** A decision as it is kept, with what phones reported of its push. */
export type KeptDecision = Decision & { id: string; reports?: PushReports };

export type Decided = { player: PlayerId; decision: Decision };

export type Decisions = {
  /** Stores decisions and counts them. In one pipelined turn, however many there are. `first`: are done in one piece with what is stored of their player, before it. */
  record(decisions: readonly Decided[], first?: { player: PlayerId; calls: readonly Call[] }): Promise<void>;
  /** A player's decisions, newest first. */
  list(player: PlayerId, limit?: number): Promise<Decision[]>;
  /** The same with what phones reported, from before a decision on. `next`: where the next page begins; null: there is none. */
  page(
    player: PlayerId,
    page: { limit: number; before?: string | undefined },
  ): Promise<{ decisions: KeptDecision[]; next: string | null }>;
  /** A phone of the player received or opened a push. The first time counts; a push that is not his is not noted. */
  report(player: PlayerId, report: { push: string; what: Reported; device?: string | undefined }): Promise<void>;
  /**
   * Since ever: how often each outcome and reason was chosen (`drop:read`), what became of pushes (`sent:sent`, `sent:gone`), of what type they were (`pushed:notice`), and how many were
   * told, received and opened by reason and kind (`told:away/mention`, `opened:away/mention`).
   */
  totals(): Promise<Map<string, number>>;
};

export type DecisionsOptions = {
  /** 0: they are counted, but not kept, and nothing that phones report is. */
  keptMs?: number;
  /** Told of each decision once it is stored. */
  onRecorded?: (decided: Decided) => void;
};

export const makeDecisions = (
  redis: Redis,
  keys: Keys,
  { keptMs = KEPT_MS, onRecorded }: DecisionsOptions = {},
): Decisions => {
  const ask = makeAsk(redis, keys);

  const keeping = (decision: Decision): Call => {
    const reached = reachedBy(decision);
    const { push } = decision;
    const args = [String(keptMs), String(MOST), packDecision(decision)];
    const ofPush = push === undefined || reached.length === 0 ? [""] : [push.id, labelOf(decision), ...reached];
    return { name: "decision_record", args: [...args, ...ofPush] };
  };

  // What is read is the sum over all buckets, so that a process needs only one.
  const tallied = keys.inBucket(Math.floor(Math.random() * BUCKETS), "decided");
  const count = makeTally((counts) =>
    Promise.all([...counts].map(([field, number]) => redis.run(tallied, ["HINCRBY", tallied, field, String(number)]))),
  );

  const page: Decisions["page"] = async (player, { limit, before = "" }) => {
    if (keptMs === 0) return { decisions: [], next: null };
    const owner = `player:${player}`;
    const rows = asTexts(await ask("decision_page", owner, [String(keptMs), before, String(limit)]));
    const ids = rows.filter((_, index) => index % 2 === 0);
    const found = ids.map((id, index) => ({ id, decision: unpackDecision(rows[index * 2 + 1] ?? "") }));
    const pushes = found.flatMap(({ decision }) => decision?.push?.id ?? []);
    const key = keys.of(owner, "pushes");
    const reply = pushes.length === 0 ? [] : await redis.run(key, ["HMGET", key, ...pushes]);
    const reports = new Map(pushes.map((id, index) => [id, reportsIn(Array.isArray(reply) ? reply[index] : null)]));
    const decisions = found.flatMap(({ id, decision }): KeptDecision[] => {
      if (decision === undefined) return [];
      const reported = reports.get(decision.push?.id ?? "");
      return [{ id, ...decision, ...(reported === undefined ? {} : { reports: reported }) }];
    });
    return { decisions, next: ids.length < limit ? null : (ids.at(-1) ?? null) };
  };

  return {
    record: async (decisions, first) => {
      const calls = new Map<PlayerId, Call[]>();
      if (first !== undefined) calls.set(first.player, [...first.calls]);
      for (const { player, decision } of keptMs === 0 ? [] : decisions) {
        const ofPlayer = calls.get(player) ?? [];
        ofPlayer.push(keeping(decision));
        calls.set(player, ofPlayer);
      }
      await Promise.all([
        ...[...calls].map(([player, ofPlayer]) => ask.together(`player:${player}`, ofPlayer)),
        count(decisions.flatMap(({ decision }) => counted(decision))),
      ]);
      if (onRecorded) decisions.forEach(onRecorded);
    },

    list: async (player, limit = MOST) =>
      (await page(player, { limit: Math.min(limit, MOST) })).decisions.map(
        ({ id: _id, reports: _reports, ...decision }) => decision,
      ),

    page,

    report: async (player, { push, what, device = "" }) => {
      if (keptMs > 0) await ask("decision_report", `player:${player}`, [push, what, device]);
    },

    totals: async () => {
      const totals = new Map<string, number>();
      const buckets = Array.from({ length: BUCKETS }, (_, bucket) => keys.inBucket(bucket, "decided"));
      for (const reply of await Promise.all(buckets.map((key) => redis.run(key, ["HGETALL", key]))))
        for (const [field, count] of asPairs(reply)) totals.set(field, (totals.get(field) ?? 0) + Number(count));
      return totals;
    },
  };
};

const rowSchema = z.object({ received: z.record(z.string(), z.int()), opened: z.record(z.string(), z.int()) });

const reportsIn = (row: unknown): PushReports | undefined => {
  const parsed = rowSchema.safeParse(parsedJson(asTextOrNull(row) ?? ""));
  return parsed.success ? parsed.data : undefined;
};

const reachedBy = ({ sent = {} }: Decision): string[] =>
  Object.entries(sent).flatMap(([device, result]) => (result === "sent" ? [device] : []));

/** Of what kind a push is, as far as it is known: of its notice, or of itself. */
export const kindOf = ({ inputs, push, about }: Decision): string =>
  typeof inputs.kind === "string" ? inputs.kind : (push?.kind ?? about.type);

/** What a push is counted as. */
const labelOf = (decision: Decision): string => `${decision.reason}/${kindOf(decision)}`;

const counted = (decision: Decision): string[] => [
  `${decision.outcome}:${decision.reason}`,
  ...Object.values(decision.sent ?? {}).map((result) => `sent:${result}`),
  ...(reachedBy(decision).length > 0 ? [`pushed:${decision.about.type}`, `told:${labelOf(decision)}`] : []),
];
