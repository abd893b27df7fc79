import { z } from "zod";
import { isGood, type Lineage } from "../../shared/cursor.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { type Locale, localeSchema } from "../../shared/locale.ts";
import type { Preferences } from "../../shared/preferences.ts";
import { parseLineage } from "../channel/lineage.ts";
import { type Change, parseChange } from "../channel/marks.ts";
import type { NoticeCondition } from "../channel/notice-condition.ts";
import type { Blocks } from "../moderation/blocks.ts";
import { isBanned } from "../moderation/standing.ts";
import type { RegisteredDevice } from "../player/devices.ts";
import type { Presence } from "../presence/presence.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asText, asTextOrNull, asTexts } from "../redis/reply.ts";
import type { ReadConcerns, ReadDeadline } from "./concern.ts";
import type { Standing } from "./decide.ts";
import type { SentMarks } from "./sent-marks.ts";

/** All that is needed to decide about a player, and to compose what he gets. */
export type Recipient = Omit<Standing, "waited" | "awaitedUntil" | "presence" | "matchUntil" | "devices"> & {
  /** His open ones: whether it looks at the channel, and the expected end of the match he is in there, in epoch ms; once that is past, or 0, he is in none. */
  sessions: readonly { looks: boolean; matchUntil: number }[];
  devices: RegisteredDevice[];
  /** Devices that got the notice asked about. */
  sentTo: Set<string>;
  previews: boolean;
  filter: Preferences["filter"];
  locale: Locale;
  /** His read position as it is stored, '' for none. */
  readPosition: string;
};

export type ChannelView = {
  channel: ChannelId;
  name: string;
  lineage: Lineage;
  count: number;
  /** What has become of the entry the notice is about: deleted, or given other words. */
  change: Change | undefined;
  /** When what the notice is for is over, in epoch ms, as far as that is known. */
  deadline: number | undefined;
};

/** A notice, what it is for, and the entry it is about: its author ('' for the system) and his number. */
export type NoticeId = {
  id: string;
  seq: number;
  author: PlayerId;
  from: number;
  condition: NoticeCondition | undefined;
};

/** What the notifier has to know about people, and must not change. */
export type PeopleView = {
  devices(player: PlayerId): Promise<RegisteredDevice[]>;
  preferences(player: PlayerId): Promise<Preferences>;
  profile(player: PlayerId): Promise<{ locale: Locale } | undefined>;
};

export type Recipients = {
  members(channel: ChannelId): Promise<PlayerId[]>;
  /** The channel and how these players stand in it now, in their order. `about`: the notice whose pushes count as told; undefined: the digest. */
  read(
    channel: ChannelId,
    players: readonly PlayerId[],
    about: NoticeId | undefined,
  ): Promise<{ view: ChannelView; recipients: Recipient[] }>;
};

/** Players whose inputs are read together, and who share a job. */
const PAGE = 100;
export const inPages = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / PAGE) }, (_, page) => items.slice(page * PAGE, (page + 1) * PAGE));

const localeOf = z.object({ locale: localeSchema }).catch({ locale: "es-419" });
const standingRow = z.tuple([z.string(), z.string(), z.string(), z.number(), z.number()]);

/** Inputs of many recipients are asked for in one turn of the event loop, so they travel together. */
export const makeRecipients = (
  redis: Redis,
  keys: Keys,
  people: PeopleView,
  presence: Pick<Presence, "of">,
  marks: SentMarks,
  blocks: Pick<Blocks, "among">,
  readConcerns: ReadConcerns,
  readDeadline: ReadDeadline,
): Recipients => {
  const ask = makeAsk(redis, keys);

  return {
    members: async (channel) => {
      const key = keys.of(channel, "members");
      return asTexts(await redis.run(key, ["HKEYS", key]));
    },

    read: async (channel, players, about) => {
      const changes = keys.of(channel, "changes");
      const purges = keys.of(channel, "purges");
      const [standing, sessions, preferences, devices, sentTo, banned, blocked, concerns, deadline, change, purge] =
        await Promise.all([
          ask("channel_standing", channel, [channel, ...players]),
          presence.of(players),
          Promise.all(players.map((player) => people.preferences(player))),
          Promise.all(players.map((player) => people.devices(player))),
          Promise.all(
            players.map((player) => (about === undefined ? new Set<string>() : marks.devices(player, about.id))),
          ),
          Promise.all(players.map((player) => isBanned(redis, keys, player))),
          Promise.all(
            players.map(async (player) =>
              about === undefined || about.author === ""
                ? false
                : (await blocks.among(player, [about.author])).size > 0,
            ),
          ),
          readConcerns(about?.condition, players),
          readDeadline(about?.condition),
          about === undefined ? null : redis.run(changes, ["HGET", changes, String(about.seq)]).then(asTextOrNull),
          about === undefined ? null : redis.run(purges, ["HGET", purges, String(about.from)]).then(asTextOrNull),
        ]);
      const [epoch, head, count, lineage, name, ...rows] = standing;
      const view: ChannelView = {
        channel,
        name: asText(name),
        lineage: parseLineage(asText(lineage), asNumber(epoch), asNumber(head)),
        count: asNumber(count),
        change: isPurged(purge, about) ? { by: 0 } : change === null ? undefined : parseChange(change),
        deadline,
      };
      const isInvitation = about?.condition?.type === "team-invited" || about?.condition?.type === "guild-invited";
      // The channel does not know yet in which language he reads.
      const strangers = await Promise.all(players.map((player) => (isInvitation ? people.profile(player) : undefined)));
      const recipients = players.map((player, index): Recipient => {
        const [member, readPosition, profile, untold, unread] = standingRow.parse(asList(rows[index]));
        const [, readSeq = 0] = readPosition.split(":").map(Number);
        const own = devices[index] ?? [];
        const got = sentTo[index] ?? new Set();
        const { push = "all", previews = true, filter = "normal" } = preferences[index] ?? {};
        return {
          player,
          // Whom an invitation is for counts as one as long as he is invited, which is the notice's condition.
          member: member !== "" || isInvitation,
          banned: banned[index] ?? false,
          blocked: blocked[index] ?? false,
          concern: concerns[index] ?? "concerned",
          readSeq,
          unread,
          told: about === undefined ? untold === 0 : own.length > 0 && own.every(({ id }) => got.has(id)),
          sessions: (sessions.get(player) ?? []).map(({ reading, channel: at, matchUntil }) => ({
            looks: reading && at === channel,
            matchUntil,
          })),
          push,
          previews,
          filter,
          devices: own,
          sentTo: got,
          locale: localeOf.parse(profile === "" ? strangers[index] : parseJson(profile)).locale,
          readPosition,
        };
      });
      return { view, recipients };
    },
  };
};

/** All that its author wrote up to a later seq was deleted: '<seq>:<by>'. */
const isPurged = (purge: string | null, about: NoticeId | undefined): boolean =>
  purge !== null && about !== undefined && Number.parseInt(purge, 10) >= about.seq;

const parseJson = (text: string): unknown => JSON.parse(text);

/** Whether an entry was lost with the tail of its epoch. */
export const isGone = (view: ChannelView, entry: { epoch: number; seq: number }): boolean =>
  !isGood(view.lineage, entry);
