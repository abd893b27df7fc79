import { z } from "zod";
import type { Device } from "../../shared/device.ts";
import type { PlayerId } from "../../shared/id.ts";
import { givenSchema } from "./deciding/given.ts";
import type { Intent, Intents } from "./deciding/intents.ts";
import type { SentMarks } from "./deciding/sent-marks.ts";
import type { TellNotices } from "./deciding/tell-notices.ts";
import { asDecision } from "./deciding/verdict.ts";
import type { Digests } from "./digests/digest.ts";
import type { DueDigest } from "./digests/due-digest.ts";
import type { Weekly } from "./digests/weekly.ts";
import { isBroadcast, noticeSchema } from "./notice.ts";
import { clearPushes } from "./sending/compose-clear.ts";
import type { JobResult } from "./sending/push-queue.ts";
import { makeSendBatch, type Parcel, type SendBatchDeps } from "./sending/send-batch.ts";
import type { Priority } from "./sending/send-rate.ts";

/** Whom a push job concerns: a batch of recipients of one notice; a player to whom several are told as one; players whose digest is due; a player from whose screens something goes. */
export const pushJobSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("notice"), notice: noticeSchema, players: z.array(z.string()), ...givenSchema.shape }),
  z.object({
    type: z.literal("bundle"),
    player: z.string(),
    waiting: z.array(z.object({ notice: noticeSchema, given: givenSchema })),
  }),
  z.object({
    type: z.literal("digest"),
    players: z.array(z.string()),
    /** It is that of a guild's week, for who leads it. */
    weekly: z.object({ guild: z.string(), week: z.string() }).optional(),
  }),
  z.object({ type: z.literal("clear"), player: z.string() }),
]);
export type PushJob = z.infer<typeof pushJobSchema>;

const PRIORITY: Record<PushJob["type"], Priority> = {
  notice: "urgent",
  bundle: "urgent",
  digest: "normal",
  clear: "low",
};
/** A broadcast is in nobody's way. */
export const priorityOf = (job: PushJob): Priority => {
  const notices = job.type === "notice" ? [job] : job.type === "bundle" ? job.waiting : [];
  return notices.length > 0 && notices.every(({ notice }) => isBroadcast(notice)) ? "low" : PRIORITY[job.type];
};

export type PushDeps = SendBatchDeps & {
  tellNotices: TellNotices;
  digests: Digests;
  weekly: Pick<Weekly, "compose">;
  intents: Intents;
  marks: SentMarks;
};

/** APNs lets 2 or 3 pushes an hour through that show nothing (https://developer.apple.com/documentation/usernotifications/pushing-background-updates-to-your-app). */
const BUDGETED_EVERY_MS = 20 * 60_000;
const isBudgeted = ({ platform }: Pick<Device, "platform">): boolean => platform === "ios";

/** Does a job: each recipient is decided about once more right before sending; a device that got it already is skipped. */
export const makePush = (deps: PushDeps): ((job: PushJob, last: boolean) => Promise<JobResult<PushJob>>) => {
  const { tellNotices, digests, weekly, intents, marks, players, now } = deps;
  const sendBatch = makeSendBatch(deps);

  const clearing = async (player: PlayerId): Promise<Parcel[]> => {
    const off = await intents.clearing(player);
    const all = off.length === 0 ? [] : await players.devices(player);
    const isAll = !all.some(isBudgeted) || (await intents.takeTurn(player, BUDGETED_EVERY_MS));
    const devices = isAll ? all : all.filter((device) => !isBudgeted(device));
    return clearPushes(off, now()).map((push) => ({
      ...{ player, devices, got: new Set(), push },
      tell: (_, isOver) => (isOver && isAll ? [intents.clearingOf(push.tags)] : []),
      record: () => [],
    }));
  };

  const digesting = async ({ players: ids, weekly: week }: Extract<PushJob, { type: "digest" }>): Promise<Parcel[]> => {
    const due = await (week === undefined ? digests.compose(ids) : weekly.compose(ids, week));
    return Promise.all(due.map(parcelOfDigest));
  };

  const parcelOfDigest = async (due: DueDigest): Promise<Parcel> => {
    const { judged, devices, about, push, mark, notices, stamp, isUnread, telling, onTold } = due;
    const { player } = judged;
    const got = (await marks.of(player, mark))?.got ?? new Set();
    // Who has come to look, and read where it leads to, is told no more by it.
    const { channel, seq } = push.cursor;
    const intent: Intent = { player, burst: "", tag: push.tag, channel, seq, marks: [mark, ...notices] };
    const parcel: Parcel = {
      ...{ player, devices, push, got, onTold },
      begin: async () => {
        const { begun, before, anew } = await intents.begin(intent, stamp);
        if (!begun) return "owed";
        const undo = (): Promise<void> => intents.undo(intent, before);
        if (await isUnread()) return { ...parcel, undo, ...(anew && { got: new Set() }) };
        await undo();
        return "owed";
      },
      tell: (told, isOver) => [intents.telling(intent, told), ...(isOver && told.length > 0 ? [telling] : [])],
      record: (sent) => [asDecision(about, judged, sent)],
    };
    return parcel;
  };

  const parcelsOf = (job: Exclude<PushJob, { type: "bundle" }>): Promise<Parcel[]> => {
    switch (job.type) {
      case "notice":
        return tellNotices(job.players, [{ notice: job.notice, given: job }]);
      case "digest":
        return digesting(job);
      case "clear":
        return clearing(job.player);
    }
  };

  return async (job, last) => {
    if (job.type !== "bundle") return sendBatch(await parcelsOf(job), last, priorityOf(job));
    const parcels = await tellNotices([job.player], job.waiting);
    const result = await sendBatch(parcels, last, priorityOf(job));
    // What is not told any more has been seen to.
    return { ...result, job: { ...job, waiting: parcels.flatMap(({ tells }) => tells) } };
  };
};
