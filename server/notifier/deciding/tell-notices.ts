import { isDeepStrictEqual } from "node:util";
import type { BroadcastSpec } from "../../../shared/api/broadcast.ts";
import type { PlayerId } from "../../../shared/id.ts";
import type { Broadcasts } from "../../broadcast/broadcasts.ts";
import { type Change, withChange } from "../../channel/marks.ts";
import type { Rosters } from "../../channel/rosters.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import { freshDevices } from "../../player/fresh-devices.ts";
import { previewsOf } from "../../push-policy/what-holds.ts";
import type { Digests } from "../digests/digest.ts";
import { broadcastOf, entryOf, expiryOf, type Notice, noticeId } from "../notice.ts";
import { composeNotice } from "../sending/compose.ts";
import { composeBroadcast } from "../sending/compose-broadcast.ts";
import type { Parcel, Unsettled } from "../sending/send-batch.ts";
import type { ReadConcerns } from "./concern.ts";
import type { Given } from "./decide.ts";
import type { Defer } from "./defer.ts";
import type { Intent, Intents } from "./intents.ts";
import type { HowRead } from "./player-inputs.ts";
import { isInvitation, type Recipients } from "./recipients.ts";
import { asDecision, having, type Judged } from "./verdict.ts";
import type { Weigh } from "./weigh.ts";

export type Waiting = { notice: Notice; given: Given };

/**
 * Decides once more, right before sending, and makes a parcel for each player who is told: several notices of one channel and importance are one push, which shows the newest and counts the rest.
 * Whoever is not told is seen to.
 */
export type TellNotices = (players: readonly PlayerId[], notices: readonly Waiting[]) => Promise<NoticeParcel[]>;

/** `tells`: those of the notices that it tells. */
export type NoticeParcel = Parcel & { tells: readonly Waiting[] };

export type TellNoticesDeps = {
  weigh: Weigh;
  recipients: Pick<Recipients, "still">;
  readConcerns: ReadConcerns;
  broadcasts: Pick<Broadcasts, "spec" | "pushed">;
  rosters: Pick<Rosters, "people">;
  intents: Intents;
  decisions: Decisions;
  defer: Defer;
  /** What was left to a digest gets these players one. */
  owe: Digests["owe"];
  /** So many players had been told already. */
  onPassedOver: (players: number) => void;
  staleMs: number;
};

/** A notice that is told to a player, with all that composing it needs. */
type Told = Waiting & {
  judged: Judged;
  burst: string;
  name: string;
  author: string | undefined;
  change: Change | undefined;
  entry: ReturnType<typeof entryOf>;
  /** Where it is a broadcast: what it says. */
  spec: BroadcastSpec | undefined;
};

type Dropped = { notice: Notice; judged: Judged };

/** A push within this time after the last of its burst takes its place without a sound. */
const QUIET_UPDATE_MS = 30 * 60_000;
/** For so long what is urgent is tried again. */
const LONGEST_OWED_MS = 60 * 60_000;
/** Nothing holds by it. */
const NO_STAMP = "-";
/** Somebody else was faster so often. */
const MOST_TRIES = 5;

export const makeTellNotices = (deps: TellNoticesDeps): TellNotices => {
  const {
    weigh,
    recipients,
    readConcerns,
    broadcasts,
    rosters,
    intents,
    decisions,
    defer,
    owe,
    onPassedOver,
    staleMs,
  } = deps;

  const note = (notice: Notice, judged: readonly Judged[]): Promise<void> =>
    decisions.record(judged.map((one) => asDecision({ ...notice, type: "notice" }, one)));

  /** What is not to be shown any more, and may be: a process died while it sent it. What has been overtaken is told by what is shown, and what else is told in its place takes it. */
  const takeBack = async (dropped: readonly Dropped[], told: readonly Told[]): Promise<void> => {
    const shown = new Set(told.map(({ judged }) => placeOf(judged)));
    await Promise.all(
      dropped.map(async ({ notice, judged }) => {
        const { told: was, player, devices } = judged.recipient;
        if (!judged.standing.begun || was === undefined || judged.verdict.outcome !== "drop") return;
        const mark = noticeId(notice);
        if (judged.verdict.reason !== "overtaken")
          return shown.has(placeOf(judged)) ? undefined : intents.takeOff(player, mark);
        const { channel, seq } = notice;
        const ids = devices.map(({ id }) => id);
        await intents.told({ player, burst: "", tag: was.tag, channel, seq, marks: [mark] }, ids);
      }),
    );
  };

  const tellable = async (players: readonly PlayerId[], notices: readonly Waiting[], how: HowRead): Promise<Told[]> => {
    const found = await Promise.all(notices.map((waiting) => tellableOf(players, waiting, how)));
    const told = found.flatMap((one) => one.told);
    await takeBack(
      found.flatMap((one) => one.dropped),
      told,
    );
    return told;
  };

  const tellableOf = async (
    players: readonly PlayerId[],
    { notice, given }: Waiting,
    how: HowRead,
  ): Promise<{ told: Told[]; dropped: Dropped[] }> => {
    const broadcast = broadcastOf(notice);
    const [{ view, judged, burst }, spec, people] = await Promise.all([
      weigh(notice, players, given, how),
      broadcast === undefined ? undefined : broadcasts.spec(broadcast),
      notice.from === 0 ? [] : rosters.people(notice.channel, [notice.from]),
    ]);
    // Whoever was told by an earlier run of this job has his decision already; not so, who was by a digest.
    const open = judged.filter(({ standing, recipient }) => !standing.told || recipient.told?.digest);
    onPassedOver(judged.length - open.length);
    await defer(notice, open, given);
    const other = open.filter(({ verdict }) => verdict.outcome !== "now");
    const left = having(open, "digest").map(({ recipient }) => recipient.player);
    if (left.length > 0) await owe(notice, left);
    await note(notice, other);
    const { name, change } = view;
    const common = { notice, given, burst, name, change, author: people[0]?.profile.name, spec };
    const told = having(open, "now").map((one) => ({
      ...common,
      ...{ judged: one, entry: withChange(entryOf(notice), change) },
    }));
    return { told, dropped: other.map((one) => ({ notice, judged: one })) };
  };

  const parcelOf = (player: PlayerId, told: readonly Told[], tries: number): NoticeParcel | undefined => {
    const newest = told.at(-1);
    if (newest === undefined) return undefined;
    const { notice, judged, burst, name, author, entry, spec } = newest;
    const broadcast = broadcastOf(notice);
    const { recipient, standing, at } = judged;
    const { channel } = notice;
    const running = standing.lately && recipient.burst?.stored;
    const own = `${channel}#${notice.epoch}.${notice.key ?? notice.seq}`;
    const tag = recipient.told?.tag ?? running?.tag ?? own;
    const seq = Math.max(...told.map((each) => each.notice.seq));
    const stamps = new Set(told.map((each) => each.judged.recipient.stamp));
    const [stamp = NO_STAMP] = stamps.size === 1 ? stamps : [];
    const untold = told.filter((each) => !each.judged.standing.begun).length;
    const burstOfTag = running && running.tag === tag ? running : undefined;
    const shownAt = burstOfTag?.shown?.at ?? Number.NEGATIVE_INFINITY;
    const marks = told.map((each) => noticeId(each.notice));
    const intent: Intent = { player, burst, tag, channel, seq, newestAt: notice.at, marks };
    const facts = {
      ...{ channel, name, expiresAt: lastMomentOf(newest), tag, about: notice.about, importance: importanceOf(judged) },
      more: untold + (burstOfTag?.notices ?? told.length - untold) - 1,
      // Sent again, it has the sound that the first time should have had.
      quietly: at - shownAt < QUIET_UPDATE_MS,
      why: judged.verdict.reason,
      ...(author !== undefined && { author }),
    };

    /** All of them anew, after something has happened to the player since. */
    const again = async (): Promise<Parcel | Unsettled | undefined> => {
      if (tries >= MOST_TRIES) return "owed";
      const parcel = parcelOf(player, await tellable([player], told, "now"), tries + 1);
      return parcel?.begin === undefined ? parcel : parcel.begin();
    };

    /** Undoes what was begun when there is no more to tell of any of them. */
    const stillTold = async (): Promise<boolean> => {
      const about = told.map((each) => each.notice);
      const [{ member, readSeq, changes }, concerns] = await Promise.all([
        recipients.still(channel, player, about),
        Promise.all(told.map(async (each) => (await readConcerns(each.notice.condition, [player]))[0] ?? "concerned")),
      ]);
      if ((seq > 0 && readSeq >= seq) || concerns.some((concern) => concern !== "concerned")) return false;
      return (
        (member || about.some(isInvitation)) &&
        told.every(({ change }, index) => isDeepStrictEqual(change, changes[index]))
      );
    };

    const parcel: NoticeParcel = {
      player,
      tells: told.map((each) => ({ notice: each.notice, given: each.given })),
      devices: freshDevices(recipient.devices, at - staleMs),
      got: new Set([...(recipient.told?.got ?? []), ...(recipient.overtaken ? (recipient.told?.within ?? []) : [])]),
      push: spec
        ? composeBroadcast(broadcast ?? "", spec, facts, recipient.locale)
        : composeNotice(entry, facts, {
            ...recipient.preferences,
            ...{ locale: recipient.locale, previews: previewsOf(recipient.preferences, recipient.minor) },
          }),
      begin: async () => {
        // What was begun with others that were not is counted with them; what it was part of may have left the screens since.
        if (untold === 0 && burstOfTag !== undefined) {
          await intents.again(intent);
          return (await stillTold()) ? parcel : again();
        }
        const { begun, before } = await intents.begin(intent, stamp);
        const undo = (): Promise<void> => intents.undo(intent, before);
        if (begun && (await stillTold())) return { ...parcel, undo };
        if (begun) await undo();
        return again();
      },
      tell: (devices) => [intents.telling(intent, devices)],
      record: (sent) => told.map((each) => asDecision({ ...each.notice, type: "notice" }, each.judged, sent)),
      ...(broadcast !== undefined && { onTold: () => broadcasts.pushed(broadcast) }),
      onGaveUp: async () => {
        const readable = told.filter((each) => each.notice.seq > 0);
        await Promise.all(readable.map((each) => owe(each.notice, [player])));
      },
    };
    // A later push of the same burst, begun and owed by another job, tells of these, too.
    const isOvertaken =
      burstOfTag !== undefined &&
      burstOfTag.stamp > Math.max(...told.map((each) => each.judged.recipient.told?.stamp ?? burstOfTag.stamp)) &&
      burstOfTag.stamp > (burstOfTag.shown?.stamp ?? 0) &&
      at - burstOfTag.at < LONGEST_OWED_MS;
    return isOvertaken ? { ...parcel, devices: [], begin: async () => "overtaken" } : parcel;
  };

  return async (players, notices) => {
    const found = await tellable(players, notices, "lately");
    const byPlayer = Map.groupBy(found, ({ judged }) => judged.recipient.player);
    return [...byPlayer].flatMap(([player, told]) => {
      const inOrder = told.toSorted((a, b) => a.notice.at - b.notice.at || a.notice.seq - b.notice.seq);
      return parcelOf(player, inOrder, 0) ?? [];
    });
  };
};

/** Of a player's screens. */
const placeOf = ({ recipient: { player, told } }: Judged): string => JSON.stringify([player, told?.tag]);

/** Of what it is for, or of itself: whichever is sooner. */
const lastMomentOf = ({ notice, judged: { subject } }: Told): number =>
  Math.min(expiryOf(notice), subject.deadline ?? Number.POSITIVE_INFINITY);

const importanceOf = ({ subject }: Judged): "urgent" | "important" =>
  subject.type === "notice" && subject.importance === "urgent" ? "urgent" : "important";
