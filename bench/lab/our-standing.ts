import type { Given, NoticeSubject, Standing } from "../../server/notifier/deciding/decide.ts";
import { recentMs, URGENT_GRACE_MS } from "../../server/notifier/deciding/verdict.ts";
import { PACE } from "../../server/notifier/pace.ts";
import { IDLE_MS } from "../../server/presence/presence-in.ts";
import { importanceOf } from "../../server/push-policy/what-holds.ts";
import { type Importance, NOTICE_TRAITS, type NoticeKind } from "../../shared/notice-kind.ts";
import type { Seen } from "./observe.ts";
import type { OurSettings } from "./our-settings.ts";
import type { Desk } from "./policy.ts";
import type { Kind } from "./world.ts";

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];

/** A call to all is a mention of each. */
const noticeKind = (kind: Kind): NoticeKind => (kind === "here" ? "mention" : kind);
const clock = (minute: number): string => new Date(minute * 60_000).toISOString().slice(11, 16);

/** The inputs of `decide()` for one player, from what a server knows of him and what he was told. */
export const makeOurStanding = (desk: Desk, { graceMs, policy }: OurSettings) => {
  const { id, zone, quietHours, through } = desk.player;
  const told = new Set<number>();
  const bursts = new Map<"urgent" | "important", { at: number; pushes: number; newest: number }>();
  const budgeted: number[] = [];
  const quiet = quietHours && { from: clock(quietHours.from), to: clock(quietHours.to), zone };
  const throughQuiet: ReadonlySet<NoticeKind> = new Set([...policy.through, ...through.map(noticeKind)]);

  const burstOf = (importance: Importance) => (importance === "urgent" ? "urgent" : "important");
  const pushedSince = (ms: number): number => budgeted.filter((at) => at > desk.now() - ms).length;
  const presence = (): Pick<Standing, "presence" | "matchUntil"> => {
    const now = desk.now();
    const seen = desk.seen();
    if (seen.length === 0) return { presence: now - desk.leftAt() < recentMs(graceMs) ? "recent" : "away" };
    // Who does not look at any channel is not idle by silence: his game gives no signs there.
    const isIdle = (one: Seen): boolean => one.presence === "reading" && now - (one.touchedAt ?? now) >= IDLE_MS;
    if (seen.some((one) => one.presence === "reading" && !isIdle(one))) return { presence: "reading" };
    const matchUntil = Math.max(...seen.map((one) => one.matchUntil ?? 0));
    if (matchUntil > now) return { presence: "in-match", matchUntil };
    return { presence: seen.every(isIdle) ? "idle" : "present" };
  };

  return {
    presence,
    quiet,
    isPushed: (index: number): boolean => told.has(index),
    isPlain: (index: number): boolean => importanceOf(policy, noticeKind(desk.notice(index).kind)) === "normal",
    subjectOf: (index: number): NoticeSubject => {
      const { kind: said, author, at, expiresAt } = desk.notice(index);
      const kind = noticeKind(said);
      const { personal, lifeMs } = NOTICE_TRAITS[kind];
      const importance = importanceOf(policy, kind);
      return {
        ...{ type: "notice", kind, importance, personal, author, seq: index + 1, gone: false },
        ...{ expiresAt: at + lifeMs, deadline: expiresAt, perHour: policy.perHour, perDay: policy.perDay },
        gapsMs: [...PACE.gapsMs[burstOf(importance)]],
        graceMs: importance === "urgent" ? Math.min(graceMs, URGENT_GRACE_MS) : graceMs,
      };
    },
    standing: ({ kind, importance, seq }: NoticeSubject, given: Given): Standing => {
      const burst = bursts.get(burstOf(importance));
      return {
        ...{ player: id, member: true, banned: false, blocked: false, begun: false },
        concern: desk.now() >= desk.notice(seq - 1).overAt ? "over" : "concerned",
        ...{ readSeq: desk.read(), unread: desk.arrived() - desk.read(), told: told.has(seq - 1) },
        ...presence(),
        ...{ push: "all", channelPush: "all", snoozedUntil: 0, doNotDisturbUntil: 0, devices: 1 },
        ...(quiet && !throughQuiet.has(kind) && { quiet }),
        ...{ pushedHour: pushedSince(HOUR_MS), pushedDay: pushedSince(DAY_MS) },
        ...(burst && { lately: { at: burst.at, pushes: burst.pushes } }),
        ...given,
      };
    },
    pushed: (importance: Importance, notices: readonly number[]): void => {
      for (const index of notices) told.add(index);
      const pushes = 1 + (bursts.get(burstOf(importance))?.pushes ?? 0);
      bursts.set(burstOf(importance), { at: desk.now(), pushes, newest: Math.max(...notices) });
      if (importance !== "urgent") budgeted.push(desk.now());
    },
    hasRead: (): void => {
      for (const [importance, { newest }] of bursts) if (newest < desk.read()) bursts.delete(importance);
    },
  };
};
