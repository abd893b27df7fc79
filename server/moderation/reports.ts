import type { z } from "zod";
import {
  type myReportsSchema,
  outcomeSchema,
  type ReportCategory,
  reportCategorySchema,
  type reportsSchema,
} from "../../shared/api/report.ts";
import { GremioError } from "../../shared/errors.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import { makeAsk } from "../redis/ask.ts";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asTexts } from "../redis/reply.ts";
import {
  factsFrom,
  MOST_OPEN,
  type Report,
  reportId,
  reportOf,
  type Summary,
  splitReportId,
  summaryOf,
} from "./case.ts";
import { tellExpired } from "./report-upkeep.ts";

export type ReportPage = z.infer<typeof reportsSchema>;

/** Reports of members, and the queue of those who decide about them. What was reported is kept as it was then. */
export type Reports = {
  /**
   * Reports of one entry are one case; the same player reports it once. Throws `guild-not-found`, `channel-not-found`, `not-member`, `entry-not-found`, `not-permitted` (his
   * own), `key-reused`, `rate-limited` (20 within 24 h).
   */
  file(report: {
    channel: ChannelId;
    reporter: PlayerId;
    seq: number;
    category: ReportCategory;
    text: string;
    nonce: string;
  }): Promise<{ report: string }>;
  /** What became of a player's own reports, the last first. */
  mine(reporter: PlayerId, limit: number): Promise<z.infer<typeof myReportsSchema>>;
  /**
   * Open cases, the oldest first, or decided ones, the last first. Takes the permission `review`, and leaves out what is about the caller himself; the backend may leave out the
   * channel. Throws `guild-not-found`, `channel-not-found`, `not-member`, `not-permitted`.
   */
  list(query: {
    channel?: ChannelId | undefined;
    state: "open" | "decided";
    after?: string | undefined;
    limit: number;
    caller?: PlayerId | undefined;
  }): Promise<ReportPage>;
  /** With what was written. That it was read stands in the audit log. Throws as `list`, and `report-not-found`. */
  read(report: string, caller?: PlayerId): Promise<Report>;
};

/** Cases that arose in the same millisecond; more of them than these are not told apart by a page. */
const SAME_TIME = 20;

export const makeReports = (redis: Redis, keys: Keys): Reports => {
  const ask = makeAsk(redis, keys);

  /** Cases by the time they stand in the queue by, in the queue's order. */
  type Queued = { report: string; at: number };
  const queuedIn = async (channel: ChannelId, state: string, from: string, count: number, caller: string) => {
    const [rows] = await ask("report_page", channel, [caller, state, from, String(count)]);
    return [...asPairs(rows)].map(([id, at]): Queued => ({ report: reportId(channel, id), at: Number(at) }));
  };
  const queuedAnywhere = async (state: "open" | "decided", from: string, count: number): Promise<Queued[]> => {
    const range =
      state === "open" ? ["ZRANGEBYSCORE", from || "-inf", "+inf"] : ["ZREVRANGEBYSCORE", from || "+inf", "-inf"];
    const [command = "", first = "", last = ""] = range;
    const found = await Promise.all(
      Array.from({ length: BUCKETS }, (_, bucket) => {
        const key = keys.inBucket(bucket, state);
        return redis.run(key, [command, key, first, last, "WITHSCORES", "LIMIT", "0", String(count)]);
      }),
    );
    return found.flatMap((rows) => [...asPairs(rows)].map(([report, at]) => ({ report, at: Number(at) })));
  };

  const facts = async (queued: readonly Queued[]): Promise<Summary[]> => {
    const byChannel = Map.groupBy(queued, ({ report }) => splitReportId(report).channel);
    const found = new Map<string, Summary>();
    await Promise.all(
      [...byChannel].map(async ([channel, cases]) => {
        const ids = cases.map(({ report }) => splitReportId(report).id);
        const rows = asList((await ask("report_facts", channel, ids))[0]);
        for (const [index, { report }] of cases.entries()) {
          const summary = summaryOf(report, factsFrom(asTexts(rows[index])));
          if (summary !== undefined) found.set(report, summary);
        }
      }),
    );
    return queued.flatMap(({ report }) => found.get(report) ?? []);
  };

  return {
    file: async ({ channel, reporter, seq, category, text, nonce }) => {
      const report = reportId(channel, String(seq));
      const owner = `player:${reporter}`;
      const [newly] = await ask("report_spend", owner, [report, nonce, String(LIMITS.reportsPerDay)]);
      const gone = await ask("report_file", channel, [
        ...[channel, reporter, String(seq), category, text, String(newly), String(MOST_OPEN)],
      ]).catch(async (error: unknown) => {
        if (error instanceof GremioError && newly === 1) await ask("report_unspend", owner, [report, nonce]);
        throw error;
      });
      await tellExpired(ask, channel, gone);
      return { report };
    },

    mine: async (reporter, limit) => {
      const key = keys.of(`player:${reporter}`, "reports");
      const own = asPairs(await redis.run(key, ["ZREVRANGE", key, "0", String(limit - 1), "WITHSCORES"]));
      const byChannel = Map.groupBy(own.keys(), (report) => splitReportId(report).channel);
      const found = new Map<string, string[]>();
      await Promise.all(
        [...byChannel].map(async ([channel, reports]) => {
          const ids = reports.map((report) => splitReportId(report).id);
          const rows = asList((await ask("report_mine", channel, [reporter, ...ids]))[0]);
          for (const [index, report] of reports.entries()) found.set(report, asTexts(rows[index]));
        }),
      );
      return {
        reports: [...own].map(([report, at]) => {
          const [state, outcome, said = ""] = found.get(report) ?? [];
          const { channel, id } = splitReportId(report);
          const parsed = parsedJson(said);
          const category = reportCategorySchema.safeParse(
            typeof parsed === "object" && parsed !== null && "category" in parsed ? parsed.category : undefined,
          ).data;
          const decided = outcomeSchema.safeParse(outcome).data;
          return {
            ...{ report, channel, seq: Number(id), at: Number(at) },
            ...(category === undefined ? {} : { category }),
            state: state === "decided" ? ("decided" as const) : ("open" as const),
            ...(decided === undefined ? {} : { outcome: decided }),
          };
        }),
      };
    },

    list: async ({ channel, state, after = "", limit, caller = "" }) => {
      if (channel === undefined && caller !== "") throw new GremioError("not-permitted");
      const from = after.slice(0, Math.max(0, after.indexOf("-")));
      const last = after.slice(after.indexOf("-") + 1);
      const count = limit + SAME_TIME;
      const found =
        channel === undefined
          ? await queuedAnywhere(state, from, count)
          : await queuedIn(channel, state, from, count, caller);
      const sign = state === "open" ? 1 : -1;
      const isLater = ({ at, report }: Queued): boolean =>
        after === "" || at !== Number(from) || sign * (report < last ? -1 : report > last ? 1 : 0) > 0;
      const due = found
        .sort((a, b) => sign * (a.at - b.at || (a.report < b.report ? -1 : 1)))
        .filter(isLater)
        .slice(0, limit);
      const end = due.at(-1);
      const reports = (await facts(due)).filter(({ player }) => player !== caller);
      return { reports, ...(due.length < limit || end === undefined ? {} : { next: `${end.at}-${end.report}` }) };
    },

    read: async (report, caller = "") => {
      const { channel, id } = splitReportId(report);
      const [fields] = await ask("report_read", channel, [caller, id]);
      const found = reportOf(report, asPairs(fields));
      if (found === undefined) throw new GremioError("report-not-found");
      return found;
    },
  };
};
