import type { ReportDecision } from "../../shared/api/report.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, type GuildId, idOfChannel, kindOfChannel, type PlayerId } from "../../shared/id.ts";
import type { Changes } from "../channel/changes.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asText, asTexts } from "../redis/reply.ts";
import { splitReportId } from "./case.ts";
import type { Held } from "./held.ts";
import type { Sanctions } from "./sanctions.ts";
import { tellReporters } from "./tell-reporters.ts";

export type Decision = {
  report: string;
  outcome: ReportDecision;
  note: string;
  /** Of a mute (needed) or a ban (undefined: for ever). */
  until?: number | undefined;
  caller?: PlayerId | undefined;
};

/**
 * Decides about a case, and does what is decided by the same functions and with the same rights as if the judge had done it himself; then each reporter is told the outcome,
 * and nothing else. What was cut short by a crash is gone on with when the same judge decides the same again; nobody else decides meanwhile.
 * Throws `guild-not-found`, `channel-not-found`, `not-member`, `not-permitted`, `report-not-found`, `already-decided`, `bad-request` (an outcome that does not fit), and what the act throws.
 */
export type Judge = (decision: Decision) => Promise<void>;

export type JudgingDeps = {
  redis: Redis;
  keys: Keys;
  sanctions: Pick<Sanctions, "mute" | "kick" | "ban">;
  changes: Pick<Changes, "delete">;
  held: Pick<Held, "release">;
  /** Members of guilds come and go by other functions than those of teams and circles. */
  guilds: {
    kick(guild: GuildId, player: PlayerId, by: { caller: PlayerId | undefined; reason: string }): Promise<void>;
    ban(ban: {
      guild: GuildId;
      player: PlayerId;
      reason: string;
      until?: number | undefined;
      caller?: PlayerId | undefined;
    }): Promise<void>;
  };
};

/** Longer than an act takes; then another may decide. */
const CLAIM_MS = 30_000;
/** What is so already has been done before the crash, or by somebody else. */
const DONE_BEFORE: readonly string[] = ["entry-not-found", "member-not-found"];

type Case = { channel: ChannelId; who: PlayerId; seq: number; stored: unknown };

export const makeJudge = ({ redis, keys, sanctions, changes, held, guilds }: JudgingDeps): Judge => {
  const ask = makeAsk(redis, keys);

  const act = async ({ channel, who, seq, stored }: Case, decision: Decision): Promise<string> => {
    const { outcome, note, until, caller } = decision;
    const isGuild = kindOfChannel(channel) === "guild";
    const guild = idOfChannel(channel);
    const reason = note === "" ? `report ${decision.report}` : note;
    switch (outcome) {
      case "approved":
        return String((await held.release(channel, who, stored)).seq);
      case "deleted":
        // One that was held back is in the log if it was sent again under other rules.
        if (seq > 0) await changes.delete({ channel, nonce: `report ${seq}`, seq, player: caller, reason });
        return "";
      case "muted":
        if (until === undefined) throw wrong("until: needed");
        await sanctions.mute(channel, who, until, { caller, reason });
        return "";
      case "kicked":
        await (isGuild
          ? guilds.kick(guild, who, { caller, reason })
          : sanctions.kick(channel, who, { caller, reason }));
        return "";
      case "banned":
        await (isGuild
          ? guilds.ban({ guild, player: who, reason, until, caller })
          : sanctions.ban(channel, who, until, { caller, reason }));
        return "";
      default:
        return "";
    }
  };

  return async (decision) => {
    const { report, outcome, note, caller = "" } = decision;
    const { channel, id } = splitReportId(report);
    const isHeld = id.startsWith("h");
    if (isHeld !== (outcome === "approved") && !(isHeld && outcome === "deleted")) throw wrong(`outcome: ${outcome}`);
    const [done, , who, seq, stored] = await ask("report_claim", channel, [caller, id, outcome, String(CLAIM_MS)]);
    if (done === 1) return;
    const about = {
      ...{ channel, who: asText(who), seq: Number(asText(seq)) },
      stored: isHeld ? parsedJson(asText(stored)) : undefined,
    };
    const written = await act(about, decision).catch(async (error: unknown) => {
      if (error instanceof GremioError && DONE_BEFORE.includes(error.code)) return "";
      if (error instanceof GremioError) await ask("report_unclaim", channel, [id]);
      throw error;
    });
    const [reporters] = await ask("report_close", channel, [channel, caller, id, outcome, note, written]);
    await tellReporters(ask, report, outcome, asTexts(reporters));
  };
};

const wrong = (detail: string): GremioError => new GremioError("bad-request", { details: [detail] });
