import { type ChannelId, idOfChannel, kindOfChannel, type PlayerId } from "../../../shared/id.ts";
import type { PushPolicy } from "../../../shared/push-policy.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import type { Phrases } from "../../phrase/phrases.ts";
import type { RegisteredDevice } from "../../player/devices.ts";
import { makeAsk } from "../../redis/ask.ts";
import type { Keys } from "../../redis/bucket.ts";
import type { Redis } from "../../redis/redis.ts";
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
import type { Later } from "../later.ts";
import type { PushJob } from "../push.ts";
import type { VisiblePush } from "../sending/compose.ts";
import { composeDigest, ranked } from "../sending/compose-digest.ts";
import type { DigestChannel, DigestChannels } from "./digest-channel.ts";
import { digestMoment } from "./digest-moment.ts";
import type { DigestPlayer, DigestPlayers } from "./digest-player.ts";
import { type Outlook, outlookOf } from "./digest-standing.ts";
import type { Weekly } from "./weekly.ts";

export type DigestDeps = {
  redis: Redis;
  keys: Keys;
  players: DigestPlayers;
  channels: DigestChannels;
  later: Pick<Later, "put">;
  decisions: Pick<Decisions, "record">;
  phrases: Pick<Phrases, "lately">;
  weekly: Pick<Weekly, "begin">;
  policy: () => Promise<PushPolicy>;
  enqueue(job: PushJob): Promise<void>;
  graceMs: number;
  /** Digests of one window are spread over this time, and so are those that had to wait for the end of something. */
  spreadMs: number;
  now: () => number;
};

/** A digest that is to be sent now. */
export type DueDigest = {
  judged: JudgedDigest;
  devices: readonly RegisteredDevice[];
  about: About;
  push: VisiblePush;
  /** Names this digest: the same for every run until the player is noted as told. */
  mark: string;
  /** Whether he has read nothing of what it tells since. */
  isUnread(): Promise<boolean>;
  /** Notes that he was told, once for all runs. */
  told(): Promise<void>;
};

export type Digests = {
  /** At the end of a channel's window: gives everyone who was not told yet and has something unread a time for his digest. */
  openWindow(channel: ChannelId): Promise<void>;
  /** Something worth a digest was left to it for these players, also if one has told them up to then: they get a time. */
  owe(notice: { channel: ChannelId; seq: number }, players: readonly PlayerId[]): Promise<void>;
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

export const makeDigests = (deps: DigestDeps): Digests => {
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
      if (verdict.outcome === "later") await later.put({ type: "digest", player }, verdict.until);
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

  const told = async ({ player, outlook, judged }: Considered): Promise<void> => {
    const positions = outlook.covered.flatMap(({ channel, upTo }) => [channel, upTo]);
    const args = [String(player.number), String(positions.length / 2), ...positions, ...player.channels];
    await ask("digest_told", `player:${player.player}`, args);
    await settleIn(player.player, outlook.covered);
    // What is snoozed was left out, and has its time when that ends.
    const ends = player.channels.map((channel) => player.preferences.channels[channel]?.snoozedUntil ?? 0);
    const next = Math.min(...ends.filter((end) => end > judged.at));
    if (Number.isFinite(next))
      await later.put({ type: "digest", player: player.player }, digestMoment(player.player, next, spreadMs));
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

    owe: async ({ channel, seq }, owed) => {
      const key = keys.of(channel, "untold");
      const at = now();
      await Promise.all(
        owed.flatMap((player) => [
          redis.run(key, ["SADD", key, player]),
          ...(seq > 0 ? [ask("digest_owe", `player:${player}`, [channel, String(seq)])] : []),
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
          const mark = `digest:${player.number}`;
          const steps = { isUnread: () => isUnread(one), told: () => told(one) };
          return { judged, devices: player.devices, about, push, mark, ...steps };
        });
    },
  };
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
