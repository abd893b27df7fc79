import type { Entry } from "../../../shared/entry.ts";
import { type ChannelId, idOfChannel, kindOfChannel, type PlayerId } from "../../../shared/id.ts";
import type { Phrases } from "../../phrase/phrases.ts";
import { type Call, makeAsk } from "../../redis/ask.ts";
import { asList, asNumber, asPairs, asText, asTextOrNull, asTexts } from "../../redis/reply.ts";
import {
  type DigestSubject,
  type DigestVerdict,
  decideDigest,
  decideWindow,
  type WindowStanding,
  type WindowSubject,
} from "../deciding/decide-digest.ts";
import { type About, asDecision, type JudgedDigest } from "../deciding/verdict.ts";
import { inParallel } from "../in-parallel.ts";
import { type Notice, noticeId } from "../notice.ts";
import { composeDigest, ranked } from "../sending/compose-digest.ts";
import type { LineRank } from "./channel-news.ts";
import type { DigestChannel, DigestChannels } from "./digest-channel.ts";
import type { DigestDeps } from "./digest-deps.ts";
import { digestMoment } from "./digest-moment.ts";
import type { DigestPlayer } from "./digest-player.ts";
import { type Outlook, outlookOf } from "./digest-standing.ts";
import type { DueDigest } from "./due-digest.ts";
import type { Weekly } from "./weekly.ts";

export type DigestsDeps = DigestDeps & {
  channels: DigestChannels;
  phrases: Pick<Phrases, "lately">;
  weekly: Pick<Weekly, "begin">;
};

export type Digests = {
  /** At the end of a channel's window: gives everyone who was not told yet and has something unread a time for his digest. */
  openWindow(channel: ChannelId): Promise<void>;
  /** Something worth a digest was left to it for these players, also if one has told them up to then: they get a time. */
  owe(notice: Pick<Notice, "channel" | "epoch" | "seq" | "key">, players: readonly PlayerId[]): Promise<void>;
  /** When players' digests are due: those who still want one are queued, the present are looked at again. */
  consider(players: readonly PlayerId[]): Promise<void>;
  /** Decides once more, right before sending, and composes. What is not sent has been recorded. */
  compose(players: readonly PlayerId[]): Promise<DueDigest[]>;
};

/** A digest that was not delivered by then is not worth a buzz. */
const DIGEST_LIFE_MS = 12 * 60 * 60 * 1000;
/** Channels looked at at once. */
const AT_ONCE = 16;
/** Players of a window looked at at once. */
const PAGE = 200;
/** The shortest time after which a present player is looked at again. */
const SHORTEST_GRACE_MS = 1_000;

type Considered = { player: DigestPlayer; outlook: Outlook; judged: JudgedDigest; about: About };

export const makeDigests = (deps: DigestsDeps): Digests => {
  const { redis, keys, players, channels, later, decisions, phrases, weekly, policy, enqueue, spreadMs, now } = deps;
  const graceMs = Math.max(deps.graceMs, SHORTEST_GRACE_MS);
  const ask = makeAsk(redis, keys);

  /** Each of these players with all of his channels, a channel's log being read once for all who are in it. */
  const look = async (ids: readonly PlayerId[]): Promise<Considered[]> => {
    const [found, chosen] = await Promise.all([players.read(ids), policy()]);
    const of = new Map<ChannelId, DigestPlayer[]>();
    for (const player of found)
      for (const channel of player.channels) of.set(channel, [...(of.get(channel) ?? []), player]);
    const readings = new Map<PlayerId, DigestChannel[]>();
    await inParallel(AT_ONCE, [...of], async ([channel, own]) => {
      const read = await channels.read(channel, own);
      for (const [index, { player }] of own.entries()) {
        const reading = read[index];
        if (reading !== undefined) readings.set(player, [...(readings.get(player) ?? []), reading]);
      }
    });
    const at = now();
    const subject: DigestSubject = { type: "digest", graceMs, perDay: chosen.digestsPerDay, spreadMs };
    return found.map((player) => {
      // In the order of his list, whichever was read first.
      const own = player.channels.flatMap(
        (id) => readings.get(player.player)?.find(({ channel }) => channel === id) ?? [],
      );
      const outlook = outlookOf(player, own, chosen, at);
      const { standing } = outlook;
      const verdict = decideDigest(subject, standing, at);
      const judged = { player: player.player, subject, standing, verdict, at };
      return { player, outlook, judged, about: aboutOf(outlook) };
    });
  };

  const settleIn = async (player: PlayerId, covered: readonly DigestChannel[]): Promise<void> => {
    await Promise.all(
      covered.map(({ channel, readPosition }) =>
        redis.fcall("digest_settled", keys.prefixes(channel), [player, readPosition]),
      ),
    );
  };

  /** Sees to all who get nothing now. That a present player is looked at again, time after time, is not recorded: it would push out all the rest. */
  const settle = async (found: readonly Considered[]): Promise<void> => {
    await inParallel(AT_ONCE, found, async ({ player: { player }, judged: { verdict }, outlook }) => {
      // The end of a snooze is waited for by itself: what is said in other channels has its time before.
      if (verdict.outcome === "later")
        await later.put({ type: verdict.reason === "snoozed" ? "unsnooze" : "digest", player }, verdict.until);
      // Plain talk does not make him be looked at again until he reads.
      if (verdict.outcome === "drop" && verdict.reason === "told")
        await settleIn(
          player,
          outlook.channels.filter(({ toldSinceRead }) => toldSinceRead),
        );
    });
    await decisions.record(
      found.filter(({ judged }) => isTelling(judged.verdict)).map(({ about, judged }) => asDecision(about, judged)),
    );
  };

  const isUnread = async ({ player: { player }, outlook }: Considered): Promise<boolean> => {
    const read = await Promise.all(
      outlook.covered.map(({ channel }) => {
        const key = keys.of(channel, "read");
        return redis.run(key, ["HGET", key, player]).then(asTextOrNull);
      }),
    );
    return outlook.covered.every(({ readPosition }, index) => (read[index] ?? "") === readPosition);
  };

  const onTold = async ({ player, outlook, judged }: Considered): Promise<void> => {
    await settleIn(player.player, outlook.covered);
    // What is snoozed was left out, and has its time when that ends.
    const ends = player.channels.map((channel) => player.preferences.channels[channel]?.snoozedUntil ?? 0);
    const next = Math.min(...ends.filter((end) => end > judged.at));
    if (Number.isFinite(next))
      await later.put({ type: "unsnooze", player: player.player }, digestMoment(player.player, next, spreadMs));
  };

  return {
    openWindow: async (channel) => {
      const [epoch, head] = await ask("digest_open", channel, [channel]);
      const about: About = { type: "digest", channel, epoch: asNumber(epoch), seq: asNumber(head) };
      if (kindOfChannel(channel) === "guild") await weekly.begin(idOfChannel(channel));
      const key = keys.of(channel, "untold");
      let cursor = "0";
      do {
        const [next, page] = asList(await redis.run(key, ["SSCAN", key, cursor, "COUNT", String(PAGE)]));
        cursor = asText(next);
        const [unread] = await ask("digest_window", channel, [channel, ...asTexts(page)]);
        const at = now();
        const subject: WindowSubject = { type: "window" };
        const judged = [...asPairs(unread)].map(([player, count]) => {
          const standing: WindowStanding = { player, member: true, unread: Number(count) };
          return { player, subject, standing, verdict: decideWindow(standing), at };
        });
        await Promise.all(
          judged.map(({ player }) => later.put({ type: "digest", player }, digestMoment(player, at, spreadMs))),
        );
        await decisions.record(judged.map((one) => asDecision(about, one)));
      } while (cursor !== "0");
    },

    owe: async (notice, owed) => {
      const { channel, seq } = notice;
      const key = keys.of(channel, "untold");
      const at = now();
      await Promise.all(
        owed.flatMap((player) => [
          redis.run(key, ["SADD", key, player]),
          ...(seq > 0 ? [ask.together(`player:${player}`, owing(player, notice))] : []),
          later.put({ type: "digest", player }, digestMoment(player, at, spreadMs)),
        ]),
      );
    },

    consider: async (ids) => {
      const found = await look(ids);
      await settle(found);
      const ready = found.filter(({ judged }) => judged.verdict.outcome === "now").map(({ player }) => player.player);
      if (ready.length > 0) await enqueue({ type: "digest", players: ready });
    },

    compose: async (ids) => {
      const found = await look(ids);
      await settle(found);
      const { known: studioPhrases } = await phrases.lately();
      return found
        .filter(({ judged }) => judged.verdict.outcome === "now")
        .map((one): DueDigest => {
          const { player, outlook, judged, about } = one;
          const push = composeDigest(outlook.news, { studioPhrases, expiresAt: judged.at + DIGEST_LIFE_MS }, player);
          const named = namedIn(outlook);
          return {
            ...{ judged, devices: player.devices, about, push, stamp: player.stamp, mark: `digest:${player.number}` },
            notices: named.map(({ channel, entry }) => noticeId({ channel, ...entry })),
            isUnread: () => isUnread(one),
            telling: tellingOf(one, named),
            onTold: () => onTold(one),
          };
        });
    },
  };
};

/** It is noted as left to a digest, and given up by itself. */
const owing = (player: PlayerId, notice: Pick<Notice, "channel" | "epoch" | "seq" | "key">): Call[] => {
  const mark = noticeId(notice);
  return [
    { name: "player_push_left", args: [player, mark] },
    { name: "digest_owe", args: [notice.channel, String(notice.seq), mark] },
  ];
};

type Named = { channel: ChannelId; entry: Entry };

/** What a digest tells that may have a notice of its own, or had: not reactions, nor plain talk that was not left to it by itself. */
const namedIn = ({ news, covered }: Outlook): Named[] =>
  news.flatMap(({ channel, lines }) => {
    const owed = covered.find((one) => one.channel === channel)?.owed;
    return lines
      .filter(({ rank, entry }) => rank !== "reactions" && (owed?.has(entry.seq) || !isPlainTalk(rank, entry)))
      .map(({ entry }) => ({ channel, entry }));
  });

const isPlainTalk = (rank: LineRank, { from, body }: Entry): boolean =>
  rank === "chatter" && from !== 0 && !(typeof body === "object" && body !== null && "mentions" in body);

/** All at once: how many digests he got, up to where, and what of that which was left to one. */
const tellingOf = ({ player, outlook }: Considered, named: readonly Named[]): Call => {
  const positions = outlook.covered.flatMap(({ channel, upTo }) => [channel, upTo]);
  const owed = named.map(({ channel, entry }) => `${entry.seq} ${channel}`);
  const counted = [String(positions.length / 2), ...positions, String(owed.length), ...owed];
  return { name: "digest_told", args: [String(player.number), ...counted, ...player.channels] };
};

/** Whether a decision says anything that is not said again and again. */
const isTelling = ({ outcome, reason }: DigestVerdict): boolean =>
  outcome === "drop" || (outcome === "later" && !PASSING.has(reason));
const PASSING: ReadonlySet<string> = new Set(["reading", "in-match", "present", "recent"]);

/** What a decision about a digest is filed under: the channel that ranks first, else his first. */
const aboutOf = ({ news, channels }: Outlook): About => {
  const [first] = ranked(news);
  if (first !== undefined) return { type: "digest", channel: first.channel, ...first.first };
  const [channel] = channels;
  return {
    type: "digest",
    channel: channel?.channel ?? "",
    epoch: channel?.after.epoch ?? 0,
    seq: channel?.after.seq ?? 0,
  };
};
