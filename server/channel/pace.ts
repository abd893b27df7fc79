import { type ChannelId, type ChannelKind, kindOfChannel } from "../../shared/id.ts";

/** A bucket of tokens: so many at once, then so many a second. A burst of 0: no limit. */
export type Bucket = Readonly<{ burst: number; perSecond: number }>;
/** At most so many within a window, which begins with the first. 0: not counted. */
export type Repeats = Readonly<{ most: number; windowMs: number }>;

/** How fast the channels of a kind may be written to. Leaders and officers know neither slow mode nor time-outs; the system has no limits. */
export type Pace = Readonly<{
  /** Messages of one member. */
  sender: Bucket;
  /** Messages of all members. Ordinary ones leave `reservePercent` of the burst to leaders and officers. */
  channel: Bucket;
  reservePercent: number;
  /** Least time between two messages of one member. */
  slowMs: number;
  /** One member's messages that say the same, and the same of short ones ("gg"). */
  similar: Repeats;
  short: Repeats;
  /** Members who copy one very long message. */
  raid: Repeats;
  /** The first time-out; each further one is four times as long, up to `longestMs`. 0: none. */
  timeout: Readonly<{ firstMs: number; longestMs: number }>;
}>;

/** By kind of channel; undefined is no limit. */
export type Paces = Readonly<Partial<Record<ChannelKind, Pace | undefined>>>;

/** The limits as channel_append reads them: one line, in this order. Empty: none. `slowModeMs`: least time between two messages, if it is longer than the pace's own. */
const lineOf = (pace: Pace | undefined, slowModeMs: number): string =>
  pace === undefined
    ? ""
    : [
        ...[pace.sender.burst, pace.sender.perSecond, pace.channel.burst, pace.channel.perSecond, pace.reservePercent],
        ...[Math.max(pace.slowMs, slowModeMs), pace.similar.most, pace.similar.windowMs],
        ...[pace.short.most, pace.short.windowMs],
        ...[pace.raid.most, pace.raid.windowMs, pace.timeout.firstMs, pace.timeout.longestMs],
      ].join(" ");

export const makePaceLines = (paces: Paces): ((channel: ChannelId, slowModeMs?: number) => string) => {
  const plain = { guild: lineOf(paces.guild, 0), team: lineOf(paces.team, 0), circle: lineOf(paces.circle, 0) };
  return (channel, slowModeMs = 0) => {
    const kind = kindOfChannel(channel);
    return slowModeMs === 0 ? plain[kind] : lineOf(paces[kind], slowModeMs);
  };
};
