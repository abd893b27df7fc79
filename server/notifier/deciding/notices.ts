import type { PlayerId } from "../../../shared/id.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import { parsedJson } from "../../redis/parsed-json.ts";
import type { Digests } from "../digests/digest.ts";
import { inParallel } from "../in-parallel.ts";
import type { Later } from "../later.ts";
import { isBroadcast, type Notice, outboxDocumentSchema } from "../notice.ts";
import { Unreadable } from "../outbox-reader.ts";
import type { PushJob } from "../push.ts";
import type { Awaited, AwaitedNotice } from "./awaited.ts";
import type { Called } from "./called.ts";
import type { Given } from "./decide.ts";
import type { Defer } from "./defer.ts";
import { NOTHING_GIVEN } from "./given.ts";
import type { Intents } from "./intents.ts";
import { inPages } from "./recipients.ts";
import { asDecision, burstOf, having, importanceOf, type Judged } from "./verdict.ts";
import type { Weigh } from "./weigh.ts";

export type NoticesDeps = {
  weigh: Weigh;
  members(channel: string): Promise<PlayerId[]>;
  called: Called;
  policy(): Promise<Parameters<typeof burstOf>[1]>;
  later: Later;
  awaited: Awaited;
  defer: Defer;
  /** What was left to a digest gets these players one. */
  owe: Digests["owe"];
  decisions: Decisions;
  /** What is shown of what is over leaves a player's screens. */
  over: Intents["over"];
  /** The same fan-out again is ignored. */
  enqueue(job: PushJob): Promise<void>;
  digestWindowMs: number;
  now: () => number;
};

export type Notices = {
  /** One document of an outbox. When it returns, whatever follows from it is stored. Throws `Unreadable` for one nobody understands. */
  handle(document: string): Promise<void>;
  /** Decides about a notice for these players and sees to it: pushes are queued, those who get time are looked at again. */
  consider(notice: Notice, players: readonly PlayerId[], given: Given): Promise<void>;
  /** The same of players at first; says what was decided. */
  begin(notice: Notice, players: readonly PlayerId[]): Promise<Judged[]>;
  /** Decides anew about all that waits for a moment of a player's. */
  considerAwaited(player: PlayerId): Promise<void>;
};

/** What is older when it is read comes from a time when no notifier, or no Redis, was there. */
const LATE_MS = 60_000;
/** In this time all of it that waits for a player has been found. */
const GATHERED_MS = 5_000;
/** Players whose moments are written down at once. */
const AT_ONCE = 32;

export const makeNotices = (deps: NoticesDeps): Notices => {
  const { weigh, members, called, policy, later, awaited, defer, owe, decisions, over, enqueue, digestWindowMs, now } =
    deps;

  const leave = async (notice: Notice, judged: readonly Judged[]): Promise<void> => {
    const left = having(judged, "digest").map(({ recipient }) => recipient.player);
    if (left.length > 0) await owe(notice, left);
  };

  /** What was written while nobody was there to tell it is told together, as one push of each channel and importance. */
  const gather = async (notice: Notice, players: readonly PlayerId[], given: Given): Promise<PlayerId[]> => {
    const left: PlayerId[] = [];
    const wait = { why: "late", until: now() + GATHERED_MS, given };
    await inParallel(AT_ONCE, players, async (player) => {
      if (!(await awaited.add(player, notice, wait))) left.push(player);
    });
    return left;
  };

  /** `isForWindow`: its channel's window sees to whoever does not want it at once. `isNew`: it has just been read from its outbox. */
  const considerPage = async (
    notice: Notice,
    players: readonly PlayerId[],
    given: Given,
    { isForWindow = false, isNew = false }: { isForWindow?: boolean; isNew?: boolean },
  ): Promise<Judged[]> => {
    const weighed = (await weigh(notice, players, given)).judged;
    const judged = isForWindow ? [...having(weighed, "now"), ...having(weighed, "later")] : weighed;
    await defer(notice, judged, given);
    await leave(notice, judged);
    const told = having(judged, "now").map(({ recipient }) => recipient.player);
    const isLate = isNew && now() - notice.at > LATE_MS;
    const alone = isLate ? await gather(notice, told, given) : told;
    if (alone.length > 0) await enqueue({ type: "notice", notice, players: alone, ...given });
    await decisions.record(
      judged
        .filter(({ verdict }) => verdict.outcome !== "now")
        .map((one) => asDecision({ ...notice, type: "notice" }, one)),
    );
    return judged;
  };

  const considerAll = async (
    notice: Notice,
    players: readonly PlayerId[],
    given: Given,
    how: Parameters<typeof considerPage>[3] = {},
  ): Promise<void> => {
    for (const page of inPages(players)) await considerPage(notice, page, given, how);
  };

  /** One that goes on waiting for the same is not noted again: it would push out all the rest. */
  const reconsider = async (player: PlayerId, { id, notice, given, why, row }: AwaitedNotice) => {
    const { judged } = await weigh(notice, [player], given);
    const [one] = judged;
    if (one === undefined) return { id, row, notice, given, as: player, waits: false, told: false };
    await defer(notice, judged, given);
    await leave(notice, judged);
    const { outcome, reason } = one.verdict;
    if (outcome !== "now" && (outcome !== "later" || reason !== why))
      await decisions.record([asDecision({ ...notice, type: "notice" }, one)]);
    // A guest's waits for the account he has become.
    const as = one.recipient.player;
    return { id, row, notice, given, as, waits: as === player && isAwaited(one), told: outcome === "now" };
  };

  return {
    consider: (notice, players, given) => considerAll(notice, players, given),
    begin: async (notice, players) => {
      const judged: Judged[] = [];
      for (const page of inPages(players)) judged.push(...(await considerPage(notice, page, NOTHING_GIVEN, {})));
      return judged;
    },
    considerAwaited: async (player) => {
      const rows = [];
      for (const row of await awaited.of(player)) rows.push(await reconsider(player, row));
      const rules = await policy();
      const bundles = Map.groupBy(
        rows.filter(({ told }) => told),
        // Each broadcast is told by itself.
        ({ id, notice }) => (isBroadcast(notice) ? id : burstOf(notice, rules)),
      );
      for (const bundle of bundles.values()) {
        const waiting = bundle.toSorted((a, b) => a.notice.at - b.notice.at);
        await enqueue({
          type: "bundle",
          player: waiting[0]?.as ?? player,
          waiting: waiting.map(({ notice, given }) => ({ notice, given })),
        });
      }
      await awaited.settle(
        player,
        rows.filter(({ waits }) => !waits),
      );
    },
    handle: async (document) => {
      const parsed = outboxDocumentSchema.safeParse(parsedJson(document));
      if (!parsed.success) throw new Unreadable(parsed.error.message);
      const found = parsed.data;
      if (found.type === "event") return;
      if (found.type === "news") return later.put({ type: "window", channel: found.channel }, now() + digestWindowMs);
      if (found.type === "over") {
        for (const page of inPages(found.only ?? (await members(found.channel))))
          await Promise.all(page.map((player) => over(player, found.channel, found.key)));
        return;
      }
      const { only: _, ...notice } = found;
      const importance = importanceOf(notice, await policy());
      // What is not important waits for the channel's window, which its entry has opened; but some want to be told of a kind at once.
      const isForWindow = importance === "normal";
      if (importance === "silent" || (isForWindow && notice.about === "chatter")) return;
      const told = await called(found);
      const how = { isForWindow, isNew: true };
      if ("all" in told) return considerAll(notice, await members(notice.channel), NOTHING_GIVEN, how);
      for (const [about, of] of Map.groupBy(told.players, (one) => one.about)) {
        // What must hold is of those whom the notice was made for.
        const { condition, ...rest } = notice;
        const theirs = about === notice.about ? notice : { ...rest, about };
        const players = of.map(({ player }) => player);
        await considerAll(theirs, players, NOTHING_GIVEN, how);
      }
    },
  };
};

const GRACES: ReadonlySet<string> = new Set(["reading", "present", "recent"]);

/** It has been put back into what waits for a moment of the player's. */
const isAwaited = ({ verdict }: Judged): boolean => verdict.outcome === "later" && !GRACES.has(verdict.reason);
