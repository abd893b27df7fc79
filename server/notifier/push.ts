import { z } from "zod";
import type { PlayerId } from "../../shared/id.ts";
import { withChange } from "../channel/marks.ts";
import type { Rosters } from "../channel/rosters.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { composeNotice } from "./compose.ts";
import type { ReadConcerns } from "./concern.ts";
import type { Defer } from "./defer.ts";
import type { Digests } from "./digest.ts";
import { entryOf, expiryOf, type Notice, noticeId, noticeSchema } from "./notice.ts";
import type { Recipients } from "./recipients.ts";
import { type BatchResult, makeSendBatch, type Parcel, type SendBatchDeps } from "./send-batch.ts";
import { type About, asDecision, type Given, having, type Judged, judge, subjectOf } from "./verdict.ts";
import type { Weekly } from "./weekly.ts";

/** A batch of recipients of one notice, or of players whose digest is due. */
export const pushJobSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("notice"),
    notice: noticeSchema,
    players: z.array(z.string()),
    /** The grace has been given. */
    waited: z.boolean(),
    /** So has the time to come out of a match, until then. */
    awaitedUntil: z.number().optional(),
  }),
  z.object({
    type: z.literal("digest"),
    players: z.array(z.string()),
    /** It is that of a guild's week, for who leads it. */
    weekly: z.object({ guild: z.string(), week: z.string() }).optional(),
  }),
]);
export type PushJob = z.infer<typeof pushJobSchema>;

export type PushDeps = SendBatchDeps & {
  recipients: Recipients;
  readConcerns: ReadConcerns;
  rosters: Pick<Rosters, "people">;
  digests: Digests;
  weekly: Pick<Weekly, "compose">;
  decisions: Decisions;
  defer: Defer;
  graceMs: number;
};

/** Does a job: each recipient is decided about once more right before sending; a device that got it already is skipped. */
export const makePush = (deps: PushDeps): ((job: PushJob, last: boolean) => Promise<BatchResult>) => {
  const { recipients, readConcerns, rosters, marks, digests, weekly, decisions, defer, graceMs, now } = deps;
  const sendBatch = makeSendBatch(deps);

  const ofNotice = async (notice: Notice, players: readonly PlayerId[], given: Given): Promise<Parcel[]> => {
    const mark = noticeId(notice);
    const about: About = { ...notice, type: "notice" };
    const [{ view, recipients: read }, authors] = await Promise.all([
      recipients.read(notice.channel, players, {
        ...{ id: mark, seq: notice.seq, author: notice.author, from: notice.from, condition: notice.condition },
      }),
      notice.from === 0 ? [] : rosters.people(notice.channel, [notice.from]),
    ]);
    const entry = withChange(entryOf(notice), view.change);
    const at = now();
    const subject = subjectOf(notice, view, graceMs);
    // Whoever was told by an earlier run of this job has his decision already.
    const judged = read.filter(({ told }) => !told).map((recipient) => judge(subject, recipient, given, at));
    await defer(notice, judged, at);
    await decisions.record(
      judged.filter(({ verdict }) => verdict.outcome !== "now").map((one) => asDecision(about, one)),
    );
    const author = authors[0]?.profile.name;
    const facts = { channel: notice.channel, name: view.name, about: notice.about, expiresAt: expiryOf(notice) };
    const { condition } = notice;
    const recheck = async ({ recipient }: Judged): Promise<Judged> => {
      const [concern] = await readConcerns(condition, [recipient.player]);
      return judge(subject, { ...recipient, concern }, given, now());
    };
    return having(judged, "now").map((one) => ({
      judged: one,
      devices: one.recipient.devices,
      about,
      mark,
      got: one.recipient.sentTo,
      ...(condition === undefined ? {} : { recheck: () => recheck(one) }),
      push: composeNotice(entry, author === undefined ? facts : { ...facts, author }, one.recipient),
    }));
  };

  const ofDigests = async ({ players, weekly: week }: Extract<PushJob, { type: "digest" }>): Promise<Parcel[]> => {
    const due = await (week === undefined ? digests.compose(players) : weekly.compose(players, week));
    return Promise.all(
      due.map(async ({ told, ...digest }) => ({
        ...digest,
        got: await marks.devices(digest.judged.player, digest.mark),
        onTold: told,
      })),
    );
  };

  return async (job, last) => {
    const parcels = job.type === "notice" ? await ofNotice(job.notice, job.players, job) : await ofDigests(job);
    return sendBatch(parcels, last, job.type === "notice" ? "urgent" : "normal");
  };
};
