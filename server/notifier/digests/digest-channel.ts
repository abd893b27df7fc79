import { z } from "zod";
import { COUNTABLE, type Entry } from "../../../shared/entry.ts";
import type { ChannelId, PlayerId } from "../../../shared/id.ts";
import { parseMarks, withChange } from "../../channel/marks.ts";
import { parsePayload } from "../../channel/payload.ts";
import type { Rosters } from "../../channel/rosters.ts";
import type { Blocks } from "../../moderation/blocks.ts";
import { makeAsk } from "../../redis/ask.ts";
import type { Keys } from "../../redis/bucket.ts";
import { parsedJson } from "../../redis/parsed-json.ts";
import type { Redis } from "../../redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../../redis/reply.ts";
import type { SentMarks } from "../deciding/sent-marks.ts";
import { noticeId } from "../notice.ts";
import type { ChannelReading } from "./channel-news.ts";
import type { DigestPlayer } from "./digest-player.ts";

/** A channel as it is for a player, with what is needed to note that he was told of it. */
export type DigestChannel = ChannelReading & {
  /** Up to where the digest tells, and his read position as it is stored ('' for none). */
  upTo: string;
  readPosition: string;
};

export type DigestChannels = {
  /** Of these players, in their order. The channel's log is read once for all of them. */
  read(channel: ChannelId, players: readonly DigestPlayer[]): Promise<DigestChannel[]>;
};

/** The newest entries of a channel that are looked at; of what calls a player so many more. */
const LOOK_BACK = 50;
const CALLS = 3;
const COLUMNS = 6;

const standingRow = z.tuple([
  ...([z.string(), z.string(), z.string(), z.int(), z.int(), z.array(z.string()), z.array(z.unknown())] as const),
]);
const memberSchema = z.object({ n: z.int() });
const reactionsSchema = z.object({ c: z.record(z.string(), z.int()), t: z.number().default(0) });

export const makeDigestChannels = (
  redis: Redis,
  keys: Keys,
  rosters: Pick<Rosters, "people">,
  blocks: Pick<Blocks, "among">,
  marks: Pick<SentMarks, "which">,
): DigestChannels => {
  const ask = makeAsk(redis, keys);

  /** Which of these entries were pushed to the player by themselves. */
  const pushedOf = async (channel: ChannelId, player: PlayerId, entries: readonly Entry[]): Promise<Set<number>> => {
    if (entries.length === 0) return new Set();
    const ids = new Map(entries.map((entry) => [noticeId({ channel, ...entry }), entry.seq]));
    const found = await marks.which(player, [...ids.keys()]);
    return new Set([...found].flatMap((id) => ids.get(id) ?? []));
  };

  return {
    read: async (channel, players) => {
      const [name, rows, cells, wrote] = await ask("digest_page", channel, [channel, String(LOOK_BACK)]);
      // After the page: what is told of reaches at least as far as what was counted.
      const [epoch, head, count, ...standings] = await ask("digest_standing", channel, [
        ...[channel, String(CALLS)],
        ...players.flatMap(({ player, toldTo }) => [player, toldTo.get(channel) ?? ""]),
      ]);
      const newest = entriesIn(rows, cells);
      const reacted = reactionsIn(cells);
      const wroteBy = new Map(pairsIn(wrote));
      const rowsOf = standings.map((row) => {
        const [member, readPosition, seen, unread, calls, payloads, changes] = standingRow.parse(row);
        return { member, readPosition, seen, unread, calls, calling: entriesIn(payloads, changes) };
      });
      const numbers = [...newest, ...rowsOf.flatMap(({ calling }) => calling)].map(({ from }) => from);
      const people = await rosters.people(
        channel,
        [...new Set(numbers)].filter((number) => number > 0),
      );
      const names = new Map(people.map(({ number, profile }) => [number, profile.name]));
      return Promise.all(
        players.map(async ({ player, toldTo, lastAt, owed: allOwed }, index): Promise<DigestChannel> => {
          const row = rowsOf[index];
          if (row === undefined) throw new Error("digest_standing answered for fewer players than asked");
          const told = positionOf(toldTo.get(channel));
          const read = positionOf(row.readPosition);
          const after = told.seq > read.seq ? told : read;
          const number = row.member === "" ? 0 : memberSchema.parse(parsedJson(row.member)).n;
          const owed = new Set(allOwed.get(channel)?.filter((seq) => seq > read.seq));
          const unread = newest.filter(({ seq, kind }) => (seq > after.seq || owed.has(seq)) && COUNTABLE.has(kind));
          const isWanted = row.unread + owed.size > 0;
          const [pushed, blocked] = await Promise.all([
            isWanted ? pushedOf(channel, player, [...row.calling, ...unread]) : new Set<number>(),
            isWanted
              ? blocks.among(
                  player,
                  people.map((one) => one.player),
                )
              : new Set<PlayerId>(),
          ]);
          const since = Math.max(Number(row.seen), lastAt);
          const own = newest.filter(({ seq, from }) => from === number && (reacted.get(seq)?.at ?? 0) > since);
          return {
            ...{ channel, name: asText(name), member: row.member !== "", number, newest, names, wrote: wroteBy, after },
            ...{ unread: row.unread, calls: row.calls, calling: row.calling, pushed, owed },
            toldSinceRead: told.seq > read.seq,
            reactions: new Map(own.map(({ seq }) => [seq, reacted.get(seq)?.count ?? 0])),
            blocked: new Set(people.filter((one) => blocked.has(one.player)).map((one) => one.number)),
            upTo: `${asNumber(epoch)}:${asNumber(head)}:${asNumber(count)}`,
            readPosition: row.readPosition,
          };
        }),
      );
    },
  };
};

const positionOf = (stored: string | undefined): { epoch: number; seq: number } => {
  const [epoch = 0, seq = 0] = (stored || "1:0:0").split(":").map(Number);
  return { epoch, seq };
};

/** Entries as they are to be read now. */
const entriesIn = (rows: unknown, cells: unknown): Entry[] => {
  const { changes } = parseMarks(cells);
  return asTexts(rows)
    .map(parsePayload)
    .map((entry) => withChange(entry, changes.get(entry.seq)));
};

/** Of entries with reactions: how many, and when the last came; from the cells `marks_of` gives. */
const reactionsIn = (cells: unknown): Map<number, { count: number; at: number }> => {
  const texts = asTexts(cells);
  const found = new Map<number, { count: number; at: number }>();
  for (let index = 0; index < texts.length; index += COLUMNS) {
    const { data } = reactionsSchema.safeParse(parsedJson(texts[index + 2] ?? ""));
    const count = Object.values(data?.c ?? {}).reduce((sum, many) => sum + many, 0);
    if (data !== undefined && count > 0) found.set(Number(texts[index]), { count, at: data.t });
  }
  return found;
};

const pairsIn = (reply: unknown): [number, number][] => {
  const numbers = asList(reply).map(asNumber);
  return numbers.flatMap((number, index): [number, number][] =>
    index % 2 === 0 ? [[number, numbers[index + 1] ?? 0]] : [],
  );
};
