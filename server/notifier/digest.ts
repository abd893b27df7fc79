import { COUNTABLE, type Entry } from "../../shared/entry.ts";
import { type ChannelId, guildChannel, type PlayerId } from "../../shared/id.ts";
import type { Log } from "../channel/log.ts";
import type { Rosters } from "../channel/rosters.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Guilds } from "../guild/guilds.ts";
import type { Blocks } from "../moderation/blocks.ts";
import type { Phrases } from "../phrase/phrases.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../redis/reply.ts";
import { composeDigest, type Push } from "./compose.ts";
import { inParallel } from "./in-parallel.ts";
import type { Later } from "./later.ts";
import { noticeId } from "./notice.ts";
import type { PushJob } from "./push.ts";
import { type ChannelView, inPages, type Recipient, type Recipients } from "./recipients.ts";
import type { SentMarks } from "./sent-marks.ts";
import { type About, asDecision, having, type Judged, judge } from "./verdict.ts";

export type DigestDeps = {
  redis: Redis;
  keys: Keys;
  recipients: Recipients;
  log: Pick<Log, "before">;
  guilds: Pick<Guilds, "guildOf">;
  rosters: Pick<Rosters, "people">;
  blocks: Pick<Blocks, "among">;
  marks: SentMarks;
  later: Later;
  decisions: Decisions;
  phrases: Pick<Phrases, "lately">;
  enqueue(job: PushJob): Promise<void>;
  graceMs: number;
  /** Digests of one window are spread over this time. */
  jitterMs: number;
  now: () => number;
};

/** A digest that is to be sent now. */
export type DueDigest = { judged: Judged; about: About; push: Push; mark: string };

export type Digests = {
  /** At the end of a channel's window: gives everyone who was not told yet and has something unread a time for his digest. */
  openWindow(channel: ChannelId): Promise<void>;
  /** When players' digests are due: those who still want one are queued, the present are looked at again. */
  consider(players: readonly PlayerId[]): Promise<void>;
  /** Decides once more, right before sending, and composes. What is not sent has been recorded. */
  compose(players: readonly PlayerId[]): Promise<DueDigest[]>;
  /** A digest went out: the player is told up to here, until he reads. */
  told(digest: DueDigest): Promise<void>;
};

/** A digest that was not delivered by then is not worth a buzz. */
const DIGEST_LIFE_MS = 12 * 60 * 60 * 1000;
/** The newest entries, among which those already pushed by themselves are looked for. */
const LOOK_BACK = 50;
/** Channels looked at at once. */
const AT_ONCE = 16;
/** The shortest time after which a present player is looked at again. */
const SHORTEST_GRACE_MS = 1_000;

export const makeDigests = (deps: DigestDeps): Digests => {
  const {
    redis,
    keys,
    recipients,
    log,
    guilds,
    rosters,
    blocks,
    marks,
    later,
    decisions,
    phrases,
    enqueue,
    jitterMs,
    now,
  } = deps;
  const graceMs = Math.max(deps.graceMs, SHORTEST_GRACE_MS);
  const ask = makeAsk(redis, keys);

  const byChannel = async (players: readonly PlayerId[]): Promise<Map<ChannelId, PlayerId[]>> => {
    const found = await Promise.all(players.map(async (player) => ({ player, guild: await guilds.guildOf(player) })));
    const channels = new Map<ChannelId, PlayerId[]>();
    for (const { player, guild } of found) {
      if (guild === undefined) continue;
      const channel = guildChannel(guild);
      channels.set(channel, [...(channels.get(channel) ?? []), player]);
    }
    return channels;
  };

  /** His unread lines that were not pushed by themselves yet and are of nobody he has blocked; of them only the newest are at hand. */
  const stillUnsaid = async (
    recipient: Recipient,
    channel: ChannelId,
    newest: readonly Entry[],
    authors: ReadonlyMap<number, PlayerId>,
  ) => {
    const unread = newest.filter(({ seq, kind }) => seq > recipient.readSeq && COUNTABLE.has(kind));
    const ids = new Map(unread.map((entry) => [entry, noticeId({ channel, ...entry })]));
    const isWanted = recipient.unread > 0;
    const [pushed, blocked] = await Promise.all([
      isWanted ? marks.which(recipient.player, [...ids.values()]) : new Set(),
      isWanted ? blocks.among(recipient.player, [...authors.values()]) : new Set(),
    ]);
    const isBlocked = ({ from }: Entry): boolean => blocked.has(authors.get(from) ?? "");
    const unsaid = unread.filter((entry) => !pushed.has(ids.get(entry) ?? ""));
    const hidden = unsaid.filter(isBlocked).length;
    return {
      lines: unsaid.filter((entry) => !isBlocked(entry)),
      count: recipient.unread - pushed.size - hidden,
      hidden,
    };
  };

  const judgeChannel = async (channel: ChannelId, players: readonly PlayerId[]) => {
    const [{ view, recipients: read }, { entries }] = await Promise.all([
      recipients.read(channel, players, undefined),
      log.before(channel, undefined, undefined, LOOK_BACK),
    ]);
    const at = now();
    const numbers = entries.filter(({ kind, from }) => from > 0 && COUNTABLE.has(kind)).map(({ from }) => from);
    const people = await rosters.people(channel, [...new Set(numbers)]);
    const authors = new Map(people.map(({ number, player }) => [number, player]));
    const rows = await Promise.all(
      read.map(async (recipient) => {
        const unsaid = await stillUnsaid(recipient, channel, entries, authors);
        const isNothing = recipient.unread > 0 && unsaid.count <= 0;
        const blocked = isNothing && unsaid.hidden > 0;
        const known = { ...recipient, blocked, told: recipient.told || isNothing };
        return { unsaid, judged: judge({ type: "digest", graceMs }, known, { waited: false }, at) };
      }),
    );
    const names = new Map(people.map(({ number, profile }) => [number, profile.name]));
    return { view, rows, names, about: aboutHead(view) };
  };

  /** Sees to all who get nothing now. That a present player is looked at again, time after time, is not recorded: it would push out all the rest. */
  const settle = async (about: About, judged: readonly Judged[]): Promise<void> => {
    for (const { recipient, verdict } of having(judged, "later"))
      if (verdict.outcome === "later") await later.put({ type: "digest", player: recipient.player }, verdict.until);
    await decisions.record(having(judged, "drop").map((one) => asDecision(about, one)));
  };

  return {
    openWindow: async (channel) => {
      const [epoch, head] = await ask("digest_open", channel, [channel]);
      const about: About = { type: "digest", channel, epoch: asNumber(epoch), seq: asNumber(head) };
      const key = keys.of(channel, "untold");
      let cursor = "0";
      do {
        const [next, page] = asList(await redis.run(key, ["SSCAN", key, cursor, "COUNT", "100"]));
        cursor = asText(next);
        for (const players of inPages(asTexts(page))) {
          const { recipients: read } = await recipients.read(channel, players, undefined);
          const at = now();
          const judged = read.map((recipient) => judge({ type: "window", graceMs }, recipient, { waited: false }, at));
          await Promise.all(
            having(judged, "digest").map(({ recipient }) =>
              later.put({ type: "digest", player: recipient.player }, at + Math.random() * jitterMs),
            ),
          );
          await decisions.record(judged.map((one) => asDecision(about, one)));
        }
      } while (cursor !== "0");
    },

    consider: async (players) => {
      const ready: PlayerId[] = [];
      await inParallel(AT_ONCE, [...(await byChannel(players))], async ([channel, own]) => {
        const { about, rows } = await judgeChannel(channel, own);
        const judged = rows.map((row) => row.judged);
        await settle(about, judged);
        ready.push(...having(judged, "now").map(({ recipient }) => recipient.player));
      });
      if (ready.length > 0) await enqueue({ type: "digest", players: ready });
    },

    compose: async (players) => {
      const digests: DueDigest[] = [];
      await inParallel(AT_ONCE, [...(await byChannel(players))], async ([channel, own]) => {
        const { view, about, rows, names } = await judgeChannel(channel, own);
        await settle(
          about,
          rows.map(({ judged }) => judged),
        );
        const ready = rows.filter(({ judged }) => judged.verdict.outcome === "now");
        const { known } = await phrases.lately();
        for (const { judged, unsaid } of ready) {
          const facts = { channel, name: view.name, head: about, expiresAt: judged.at + DIGEST_LIFE_MS };
          const said = { count: unsaid.count, unread: unsaid.lines, names, studioPhrases: known };
          const push = composeDigest(said, facts, judged.recipient);
          digests.push({ judged, about, push, mark: `digest:${channel}:${judged.recipient.readPosition}` });
        }
      });
      return digests;
    },

    told: async ({ about, judged }) => {
      const { player, readPosition } = judged.recipient;
      await redis.fcall("digest_told", keys.prefixes(about.channel), [player, readPosition]);
    },
  };
};

const aboutHead = ({ channel, lineage }: ChannelView): About => ({
  type: "digest",
  channel,
  epoch: lineage.epoch,
  seq: lineage.head,
});
