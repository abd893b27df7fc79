import type { Logger } from "pino";
import { z } from "zod";
import { guildOfChannel, type PlayerId } from "../../shared/id.ts";
import type { SentResult } from "../decisions/decision.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Guilds } from "../guild/guilds.ts";
import type { Players, RegisteredDevice } from "../player/players.ts";
import { composeNotice, messageFor, type Push } from "./compose.ts";
import type { Digests } from "./digest.ts";
import { inParallel } from "./in-parallel.ts";
import type { Later } from "./later.ts";
import { entryOf, expiryOf, type Notice, noticeId, noticeSchema } from "./notice.ts";
import type { PushSender, SendOutcome } from "./push-sender.ts";
import type { Recipients } from "./recipients.ts";
import type { SentMarks } from "./sent-marks.ts";
import { type About, asDecision, having, type Judged, judge, subjectOf } from "./verdict.ts";

/** A batch of recipients of one notice, or of players whose digest is due. */
export const pushJobSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("notice"),
    notice: noticeSchema,
    players: z.array(z.string()),
    /** The grace has been given. */
    waited: z.boolean(),
  }),
  z.object({ type: z.literal("digest"), players: z.array(z.string()) }),
]);
export type PushJob = z.infer<typeof pushJobSchema>;

/** `again`: players to whom a device's push is still owed, not before `afterMs`. `pauseMs`: FCM wants less from all of us. */
export type PushRun = { again: PlayerId[]; afterMs: number; pauseMs?: number };

export type PushDeps = {
  recipients: Recipients;
  guilds: Pick<Guilds, "people">;
  players: Pick<Players, "forgetTarget">;
  marks: SentMarks;
  digests: Digests;
  decisions: Decisions;
  later: Later;
  sender: PushSender;
  log: Logger;
  graceMs: number;
  now: () => number;
};

/** Messages of one job on their way at once. */
const AT_ONCE = 16;
/** So many devices refused for rate in one batch: it is not one device that is too busy, it is us. */
const BUSY_DEVICES = 2;

/** What is to be sent to one recipient. */
type Parcel = { judged: Judged; about: About; push: Push; mark: string; got: Set<string> };

/**
 * Sends a batch. Each recipient is decided about once more right before; a device that got it already is skipped. `last`: there will be no further attempt, so what
 * cannot be sent now is given up, and that is recorded.
 */
export const makePush = (deps: PushDeps): ((job: PushJob, last: boolean) => Promise<PushRun>) => {
  const { recipients, guilds, players, marks, digests, decisions, later, sender, log, graceMs, now } = deps;

  const parcelsOf = async (notice: Notice, to: readonly PlayerId[], waited: boolean): Promise<Parcel[]> => {
    const mark = noticeId(notice);
    const about: About = { ...notice, type: "notice" };
    const entry = entryOf(notice);
    const [{ view, recipients: read }, authors] = await Promise.all([
      recipients.read(notice.channel, to, mark),
      notice.from === 0 ? [] : guilds.people(guildOfChannel(notice.channel), [notice.from]),
    ]);
    const at = now();
    const subject = subjectOf(notice, view, graceMs);
    // Whoever was told by an earlier run of this job has his decision already.
    const judged = read.filter(({ told }) => !told).map((recipient) => judge(subject, recipient, waited, at));
    const present = having(judged, "later").map(({ recipient }) => recipient.player);
    if (present.length > 0) await later.put({ type: "again", notice, players: present }, at + graceMs);
    await decisions.record(
      [...having(judged, "later"), ...having(judged, "drop")].map((one) => asDecision(about, one)),
    );
    const author = authors[0]?.profile.name;
    const facts = { channel: notice.channel, name: view.name, expiresAt: expiryOf(notice) };
    return having(judged, "now").map((one) => ({
      judged: one,
      about,
      mark,
      got: one.recipient.sentTo,
      push: composeNotice(entry, author === undefined ? facts : { ...facts, author }, one.recipient),
    }));
  };

  const sendTo = async (player: PlayerId, device: RegisteredDevice, push: Push, mark: string): Promise<SendOutcome> => {
    const outcome = await sender.send(messageFor(push, device, now()));
    if (outcome.type === "sent") await marks.set(player, mark, device.id);
    else if (outcome.type === "gone") await players.forgetTarget(player, device.id, device.target);
    else {
      const alert = outcome.type === "rejected" || outcome.type === "credentials";
      const line = { event: `push-${outcome.type}`, player, device: device.id, why: outcome.why };
      if (alert) log.error(line);
      else log.warn(line);
    }
    return outcome;
  };

  const sendAll = async (parcels: readonly Parcel[], last: boolean): Promise<PushRun & { sent: Set<Parcel> }> => {
    const run = { again: new Set<PlayerId>(), afterMs: 0, busy: 0, pauseMs: 0 };
    const sent = new Set<Parcel>();
    await inParallel(AT_ONCE, parcels, async (parcel) => {
      const { judged, about, push, mark, got } = parcel;
      const { player, devices } = judged.recipient;
      const results: Record<string, SentResult> = {};
      let owed = false;
      for (const device of devices) {
        if (got.has(device.id)) {
          results[device.id] = "sent";
          continue;
        }
        if (run.busy >= BUSY_DEVICES && !last) {
          owed = true;
          break;
        }
        const outcome = await sendTo(player, device, push, mark);
        if (outcome.type === "busy" || outcome.type === "unavailable") {
          run.afterMs = Math.max(run.afterMs, outcome.retryAfterMs ?? 0);
          if (outcome.type === "busy") {
            run.busy += 1;
            run.pauseMs = Math.max(run.pauseMs, outcome.retryAfterMs ?? 0);
          }
          if (last) results[device.id] = "gave-up";
          else owed = true;
        } else results[device.id] = outcome.type;
      }
      if (owed) run.again.add(player);
      else {
        if (Object.values(results).includes("sent")) sent.add(parcel);
        await decisions.record([asDecision(about, judged, results)]);
      }
    });
    const pause = run.busy >= BUSY_DEVICES && !last ? { pauseMs: run.pauseMs } : {};
    return { again: [...run.again], afterMs: run.afterMs, ...pause, sent };
  };

  return async (job, last) => {
    if (job.type === "notice") {
      const { sent: _, ...run } = await sendAll(await parcelsOf(job.notice, job.players, job.waited), last);
      return run;
    }
    const due = await digests.compose(job.players);
    const parcels = await Promise.all(
      due.map(async (digest) => ({ ...digest, got: await marks.devices(digest.judged.recipient.player, digest.mark) })),
    );
    const { sent, ...run } = await sendAll(parcels, last);
    await Promise.all([...sent].map((parcel) => digests.told(parcel)));
    return run;
  };
};
