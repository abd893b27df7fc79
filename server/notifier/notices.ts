import type { PlayerId } from "../../shared/id.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Awaited } from "./awaited.ts";
import type { Called } from "./called.ts";
import type { Defer } from "./defer.ts";
import type { Later } from "./later.ts";
import { importanceOf, type Notice, noticeId, outboxDocumentSchema } from "./notice.ts";
import { Unreadable } from "./outbox-reader.ts";
import type { PushJob } from "./push.ts";
import { inPages, type Recipients } from "./recipients.ts";
import { asDecision, type Given, having, type Judged, judge, subjectOf } from "./verdict.ts";

export type NoticesDeps = {
  recipients: Recipients;
  called: Called;
  later: Later;
  awaited: Awaited;
  defer: Defer;
  decisions: Decisions;
  /** The same id again is ignored. */
  enqueue(job: PushJob): Promise<void>;
  graceMs: number;
  digestWindowMs: number;
  now: () => number;
};

export type Notices = {
  /** One document of an outbox. When it returns, whatever follows from it is stored. Throws `Unreadable` for one nobody understands. */
  handle(document: string): Promise<void>;
  /** Decides about a notice for these players and sees to it: pushes are queued, those who get time are looked at again. */
  consider(notice: Notice, players: readonly PlayerId[], given: Given): Promise<void>;
  /** Decides anew about what waits for the end of a player's match. */
  considerAwaited(player: PlayerId): Promise<void>;
};

export const makeNotices = (deps: NoticesDeps): Notices => {
  const { recipients, called, later, awaited, defer, decisions, enqueue, graceMs, digestWindowMs, now } = deps;

  const considerPage = async (notice: Notice, players: readonly PlayerId[], given: Given): Promise<Judged[]> => {
    const { view, recipients: read } = await recipients.read(notice.channel, players, {
      id: noticeId(notice),
      ...{ seq: notice.seq, author: notice.author, from: notice.from, condition: notice.condition },
    });
    const at = now();
    const subject = subjectOf(notice, view, graceMs);
    const judged = read.map((recipient) => judge(subject, recipient, given, at));
    await defer(notice, judged, at);
    const told = having(judged, "now").map(({ recipient }) => recipient.player);
    if (told.length > 0) await enqueue({ type: "notice", notice, players: told, ...given });
    await decisions.record(
      judged
        .filter((one) => one.verdict.outcome !== "now" && !(goesOnWaiting(one) && given.awaitedUntil !== undefined))
        .map((one) => asDecision({ ...notice, type: "notice" }, one)),
    );
    return judged;
  };

  const consider: Notices["consider"] = async (notice, players, given) => {
    for (const page of inPages(players)) await considerPage(notice, page, given);
  };

  return {
    consider,
    considerAwaited: async (player) => {
      const settled: string[] = [];
      for (const { id, notice, until } of await awaited.of(player)) {
        const judged = await considerPage(notice, [player], { waited: false, awaitedUntil: until });
        if (!judged.some(goesOnWaiting)) settled.push(id);
      }
      await awaited.settle(player, settled);
    },
    handle: async (document) => {
      const parsed = outboxDocumentSchema.safeParse(parsedJson(document));
      if (!parsed.success) throw new Unreadable(parsed.error.message);
      const found = parsed.data;
      if (found.type === "event") return;
      if (found.type === "news") return later.put({ type: "window", channel: found.channel }, now() + digestWindowMs);
      // What is not important waits for the channel's window, which its entry has opened: nobody needs to be looked up for it.
      const importance = importanceOf(found);
      if (importance === "normal" || importance === "silent") return;
      const { only: _, ...notice } = found;
      const told = await called(found);
      if ("all" in told) return consider(notice, await recipients.members(notice.channel), { waited: false });
      for (const [about, of] of Map.groupBy(told.players, (one) => one.about)) {
        // What must hold is of those whom the notice was made for.
        const { condition, ...rest } = notice;
        const theirs = about === notice.about ? notice : { ...rest, about };
        const players = of.map(({ player }) => player);
        await consider(theirs, players, { waited: false });
      }
    },
  };
};

const goesOnWaiting = ({ verdict }: Judged): boolean => verdict.outcome === "later" && verdict.reason === "in-match";
