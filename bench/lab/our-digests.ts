import type { Standing } from "../../server/notifier/deciding/decide.ts";
import { type DigestStanding, decideDigest, decideWindow } from "../../server/notifier/deciding/decide-digest.ts";
import { digestMoment } from "../../server/notifier/digests/digest-moment.ts";
import type { OurSettings } from "./our-settings.ts";
import type { Desk } from "./policy.ts";

const DAY_MS = 86_400_000;

type Known = {
  presence(): Pick<Standing, "presence">;
  readonly quiet: Standing["quiet"];
  /** Pushed by itself. */
  isPushed(index: number): boolean;
  /** It waits for a moment of the player's, and is told by itself then. */
  isAwaited(index: number): boolean;
};

/** A player's digests as server/notifier/digests/digest.ts drives `decideDigest()`: a window for what is said, a time of his own, told up to here until he reads. */
export const makeOurDigests = (desk: Desk, settings: OurSettings, known: Known) => {
  const { graceMs, windowMs, spreadMs, policy } = settings;
  const { id } = desk.player;
  const sentAt: number[] = [];
  let toldTo = 0;
  let [isWindowOpen, isDue] = [false, false];

  const isTold = (): boolean => toldTo > desk.read();
  const after = (): number => Math.max(toldTo, desk.read());
  const lines = (): number[] =>
    Array.from({ length: desk.arrived() - after() }, (_, place) => after() + place).filter(
      (index) => !known.isPushed(index) && !known.isAwaited(index),
    );

  const standing = (): DigestStanding => {
    const left = lines();
    const lately = sentAt.filter((at) => at > desk.now() - DAY_MS);
    const last = lately.at(-policy.digestsPerDay);
    const isWorth = (left.length > 0 && !isTold()) || left.some((index) => desk.notice(index).kind !== "chatter");
    return {
      ...{ player: id, member: true, banned: false, blocked: false, kindOff: false, devices: 1 },
      unread: desk.arrived() > after() || isTold() ? Math.max(1, left.length) : 0,
      told: !isWorth,
      presence: known.presence().presence,
      ...{ push: "all", channelPush: "all", snoozedUntil: 0, doNotDisturbUntil: 0 },
      ...(known.quiet && { quiet: known.quiet }),
      digestsDay: lately.length,
      freeAt: last === undefined ? 0 : last + DAY_MS + 1,
    };
  };

  const putDue = (at: number): void => {
    if (!isDue) desk.wake(at, "digest");
    isDue = true;
  };

  return {
    /** Something was said: the channel's window is open now. */
    said: (): void => {
      if (!isWindowOpen) desk.wake(desk.now() + windowMs, "window");
      isWindowOpen = true;
    },
    /** The window has ended. */
    openWindow: (): void => {
      isWindowOpen = false;
      const verdict = decideWindow({ player: id, member: true, unread: desk.arrived() - desk.read() });
      if (verdict.outcome === "digest" && !isTold()) putDue(digestMoment(id, desk.now(), spreadMs));
    },
    /** Something that would have been told by itself was left to a digest. */
    owe: (): void => putDue(digestMoment(id, desk.now(), spreadMs)),
    /** His time has come. */
    consider: (): void => {
      isDue = false;
      const subject = { type: "digest", graceMs, perDay: policy.digestsPerDay, spreadMs } as const;
      const verdict = decideDigest(subject, standing(), desk.now());
      if (verdict.outcome === "later") putDue(verdict.until);
      if (verdict.outcome !== "now") return;
      desk.push("digest", lines());
      toldTo = desk.arrived();
      sentAt.push(desk.now());
    },
  };
};
