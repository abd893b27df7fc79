import type { PlayerId } from "../../shared/id.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Later } from "./later.ts";
import { type Notice, noticeId, outboxDocumentSchema } from "./notice.ts";
import { Unreadable } from "./outbox-reader.ts";
import type { PushJob } from "./push.ts";
import { inPages, type Recipients } from "./recipients.ts";
import { asDecision, having, judge, subjectOf } from "./verdict.ts";

export type NoticesDeps = {
  recipients: Recipients;
  later: Later;
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
  consider(notice: Notice, players: readonly PlayerId[], waited: boolean): Promise<void>;
};

export const makeNotices = (deps: NoticesDeps): Notices => {
  const { recipients, later, decisions, enqueue, graceMs, digestWindowMs, now } = deps;

  const considerPage = async (notice: Notice, players: readonly PlayerId[], waited: boolean): Promise<void> => {
    const { view, recipients: read } = await recipients.read(notice.channel, players, {
      id: noticeId(notice),
      ...{ seq: notice.seq, author: notice.author, from: notice.from, condition: notice.condition },
    });
    const at = now();
    const subject = subjectOf(notice, view, graceMs);
    const judged = read.map((recipient) => judge(subject, recipient, waited, at));
    const names = (outcome: "now" | "later"): PlayerId[] =>
      having(judged, outcome).map(({ recipient }) => recipient.player);
    if (names("later").length > 0) await later.put({ type: "again", notice, players: names("later") }, at + graceMs);
    if (names("now").length > 0) await enqueue({ type: "notice", notice, players: names("now"), waited });
    await decisions.record(
      judged
        .filter(({ verdict }) => verdict.outcome !== "now")
        .map((one) => asDecision({ ...notice, type: "notice" }, one)),
    );
  };

  const consider: Notices["consider"] = async (notice, players, waited) => {
    for (const page of inPages(players)) await considerPage(notice, page, waited);
  };

  return {
    consider,
    handle: async (document) => {
      const parsed = outboxDocumentSchema.safeParse(parsedJson(document));
      if (!parsed.success) throw new Unreadable(parsed.error.message);
      const found = parsed.data;
      if (found.type === "event") return;
      if (found.type === "news") return later.put({ type: "window", channel: found.channel }, now() + digestWindowMs);
      // What is not important waits for the channel's window, which its entry has opened: nobody needs to be looked up for it.
      if (found.importance === "normal") return;
      const { only, ...notice } = found;
      await consider(notice, only ?? (await recipients.members(notice.channel)), false);
    },
  };
};
