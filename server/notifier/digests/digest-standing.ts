import type { PushPolicy } from "../../../shared/push-policy.ts";
import { importanceOf, quietHoursOf } from "../../push-policy/what-holds.ts";
import type { DigestStanding } from "../deciding/decide-digest.ts";
import { type ChannelNews, newsOf, type Silence, type Wishes } from "./channel-news.ts";
import type { DigestChannel } from "./digest-channel.ts";
import type { DigestPlayer } from "./digest-player.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a player's channels come to, together: what a digest would say, and what is decided from. */
export type Outlook = {
  channels: readonly DigestChannel[];
  standing: DigestStanding;
  news: readonly ChannelNews[];
  /** Channels of which everything is told once the digest is. */
  covered: readonly DigestChannel[];
};

type Found = { channel: DigestChannel } & ReturnType<typeof newsOf>;

export const outlookOf = (
  player: DigestPlayer,
  channels: readonly DigestChannel[],
  policy: PushPolicy,
  now: number,
): Outlook => {
  const { preferences } = player;
  const off = offKinds(player, policy);
  const found = channels.map(
    (channel): Found => ({
      channel,
      ...newsOf(channel, { preferences: preferences.channels[channel.channel], off }, now),
    }),
  );
  const told = found.flatMap((one) => ("news" in one ? [one] : []));
  const silences = new Set(found.flatMap((one) => ("silence" in one ? one.silence : [])));
  const why = told.length > 0 ? undefined : (REASONS.find((silence) => silences.has(silence)) ?? "not-member");
  const snoozes = found
    .filter((one) => "silence" in one && one.silence === "snoozed")
    .map(({ channel: { channel } }) => preferences.channels[channel]?.snoozedUntil ?? 0);
  return {
    channels,
    news: told.map(({ news }) => news),
    covered: told.map(({ channel }) => channel),
    standing: {
      player: player.player,
      member: why !== "not-member",
      banned: player.banned,
      unread: unreadOf(found, why),
      blocked: why === "blocked",
      told: why === "told" || (told.length > 0 && !told.some(({ isWorth }) => isWorth)),
      presence: player.presence,
      push: preferences.push,
      kindOff: why === "kind-off",
      channelPush: why === "channel-off" ? "none" : why === "mentions-only" ? "mentions" : "all",
      snoozedUntil: why === "snoozed" ? Math.min(...snoozes) : 0,
      doNotDisturbUntil: preferences.doNotDisturbUntil,
      quiet: quietHoursOf(policy, preferences, player.zone),
      devices: player.devices.length,
      ...budgetOf(player, policy, now),
    },
  };
};

/** What he was told of is unread all the same, though it is not counted here. */
const unreadOf = (found: readonly Found[], why: Silence | undefined): number => {
  if (why === "read") return 0;
  const each = found.map((one) =>
    "news" in one ? one.news.counts.chatter + one.news.counts.reactions : one.channel.unread,
  );
  return Math.max(
    1,
    each.reduce((sum, count) => sum + count, 0),
  );
};

/** Where nothing is told of any channel, the reason that may change by itself first. */
const REASONS: readonly Silence[] = [
  "snoozed",
  "told",
  "mentions-only",
  "channel-off",
  "kind-off",
  "blocked",
  "read",
  "not-member",
];

const KINDS = ["mention", "reply", "war", "announcement", "chatter"] as const;

const offKinds = ({ preferences }: DigestPlayer, policy: PushPolicy): Wishes["off"] =>
  new Set(KINDS.filter((kind) => preferences.kinds[kind] === "off" || importanceOf(policy, kind) === "silent"));

export const budgetOf = (
  { agesMs }: DigestPlayer,
  { digestsPerDay }: PushPolicy,
  now: number,
): Pick<DigestStanding, "digestsDay" | "freeAt"> => {
  const last = agesMs.at(-digestsPerDay);
  return { digestsDay: agesMs.length, freeAt: last === undefined || digestsPerDay === 0 ? 0 : now + DAY_MS - last + 1 };
};
