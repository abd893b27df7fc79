import { type Cursor, isGood, type Lineage, nextSeq } from "../../shared/cursor.ts";
import { ENTRY_KINDS, type Entry, type Mentions } from "../../shared/entry.ts";
import { GremioError, isErrorCode } from "../../shared/errors.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import type { Importance, NoticeKind } from "../../shared/notice-kind.ts";
import type { Mark, ReadPosition } from "../../shared/protocol.ts";
import { type Permission, type Rank, rankSchema } from "../../shared/rank.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../redis/reply.ts";
import { askedPrint } from "./asked-print.ts";
import { type Judged, judgedLine } from "./judged.ts";
import { parseLineage } from "./lineage.ts";
import { parseMarks, withChange } from "./marks.ts";
import type { NoticeCondition } from "./notice-condition.ts";
import { makePaceLines, type Paces } from "./pace.ts";
import { parsePayload } from "./payload.ts";
import { RulesChanged } from "./rules-changed.ts";
import { saidPrint } from "./said-print.ts";

/** A notice for the notifier, written in the same function as its entry: there is no moment in which one exists without the other. */
export type NoticeRequest = {
  type: "notice";
  about: NoticeKind;
  /** Where it is other than that of what it is about. */
  importance?: Importance;
  /** Whom alone it concerns; left out: every member, or of a mention and a reply those it calls. */
  only?: PlayerId[];
  /** What must still hold when it is pushed. */
  condition?: NoticeCondition;
  /** How long it is worth disturbing for, and until when at the latest (epoch ms), where that is not as long as what it is about. */
  lifeMs?: number;
  expiresAt?: number;
};

export type Append = {
  channel: ChannelId;
  /** Undefined: the system speaks. */
  author?: PlayerId;
  nonce: string;
  kind: "text" | "announcement" | "news" | "sticker" | "phrase" | "card";
  body: unknown;
  /** What was asked, by which a nonce is known to be that of the same command. Left out: the body; to be given when that is made of more (the time, texts that change). */
  asked?: unknown;
  /** What its author needs; undefined: any member may. Checked in the function, at the moment of writing. */
  permission?: Permission;
  /** Left out: a notice for those whom it calls, or replies to, if any. */
  notice?: NoticeRequest;
  /** Whom it calls; counted for those who have not read it. */
  mentions?: Mentions | undefined;
  /** What it is refused with, unless it was written before under its nonce: what spoke against it may be newer than the first try. */
  refused?: GremioError | undefined;
  /** By the rules of its channel. Undefined: it is not judged by any. */
  judged?: Judged | undefined;
  /** For a card, what is stored beside it: its rules (JSON) and what its author does by posting it (see ../card/card.lua). */
  card?: { rules: string; authorDoes: string };
};

/** `caughtUp`: by writing, its author has read what he had not before. */
export type Appended = Cursor & { at: number; repeated: boolean; caughtUp?: true };

export type Piece = {
  lineage: Lineage;
  /** Countable entries so far. */
  count: number;
  /** As they are to be read now: edited ones with their last words, deleted ones as `removed`. */
  entries: Entry[];
  marks: Mark[];
  /** The oldest seq kept; 0 when nothing is. */
  floor: number;
  read: ReadPosition;
  /** Who the reader is in the channel; none for the system. */
  reader?: { number: number; rank: Rank };
};

export type Resumed = Piece & { complete: boolean; reason?: "too-old" | "other-epoch" | "no-cursor"; more: boolean };

export type LogOptions = {
  /** Entries kept per channel (at least; Redis trims whole nodes of a stream). */
  historyLength: number;
  /** How fast members may write. None: as fast as they like. */
  pace?: Paces;
};

/** A channel's log. The only way entries come into being, besides the membership commands of a guild. */
export type Log = {
  /**
   * Writes one entry. When it returns, Redis has the entry at its level of durability, and every member will get it exactly once. The same author and nonce
   * within 24 h return the first result and write nothing; if something else was asked then, `key-reused` is thrown. Throws `not-member`, `not-permitted`, `muted`, and for its pace
   * `rate-limited`, `slow-mode`, `channel-busy`, `too-similar`, `timed-out`, or `refused` if that was given; of one that was judged what the rules say, `held` and `RulesChanged`. What is refused is not remembered.
   */
  append(entry: Append): Promise<Appended>;
  /** Everything after a cursor, or plainly why that cannot be, with the newest page. `reader` must be a member (`not-member`); undefined reads for the system. */
  resume(channel: ChannelId, reader: PlayerId | undefined, cursor: Cursor, limit: number): Promise<Resumed>;
  /** The entries before a seq (undefined: the newest), oldest first. */
  before(
    channel: ChannelId,
    reader: PlayerId | undefined,
    seq: number | undefined,
    limit: number,
  ): Promise<Piece & { more: boolean }>;
};

export const makeLog = (redis: Redis, keys: Keys, options: LogOptions): Log => {
  const paceLine = makePaceLines(options.pace ?? {});
  const call = async (name: string, channel: ChannelId, args: readonly string[]): Promise<unknown[]> => {
    const reply = asList(await redis.fcall(name, keys.prefixes(channel), [channel, ...args]));
    if (reply[0] === "ok") return reply.slice(1);
    const [code, at] = reply;
    if (code === "rules-changed") throw new RulesChanged(asText(at), asText(reply[2]));
    throw isErrorCode(code)
      ? new GremioError(code, at === undefined ? {} : { retryAtMs: asNumber(at) })
      : new Error(`${name} answered ${String(code)}`);
  };

  const readPiece = async (
    channel: ChannelId,
    reader: PlayerId | undefined,
    way: "after" | "before",
    seq: number,
    limit: number,
  ): Promise<Piece> => {
    const [epoch, head, count, lineage, oldest, readEpoch, readSeq, unread, mentions, rows, told, number, rank] =
      await call("channel_read", channel, [reader ?? "", way, String(seq), String(limit)]);
    const { changes, marks } = parseMarks(told);
    return {
      lineage: parseLineage(asText(lineage), asNumber(epoch), asNumber(head)),
      count: asNumber(count),
      entries: asTexts(rows)
        .map(parsePayload)
        .map((entry) => withChange(entry, changes.get(entry.seq))),
      marks,
      floor: asNumber(oldest),
      read: {
        epoch: asNumber(readEpoch),
        seq: asNumber(readSeq),
        unread: asNumber(unread),
        mentions: asNumber(mentions),
      },
      ...(rank === "" ? {} : { reader: { number: asNumber(number), rank: rankSchema.parse(rank) } }),
    };
  };

  const before: Log["before"] = async (channel, reader, seq, limit) => {
    const piece = await readPiece(channel, reader, "before", seq ?? 0, limit);
    return { ...piece, more: (piece.entries[0]?.seq ?? 0) > piece.floor };
  };

  return {
    append: async ({
      channel,
      author,
      nonce,
      kind,
      body,
      asked = body,
      permission,
      notice,
      mentions,
      refused,
      judged,
      card,
    }) => {
      const written = judged === undefined ? body : judged.body;
      const calls = callsOf(mentions);
      const told = notice ?? (author === undefined ? undefined : noticeOfCalls(calls, written));
      const [epoch, seq, at, repeated, caughtUp] = await call(
        card === undefined ? "channel_append" : "card_post",
        channel,
        [
          author ?? "",
          nonce,
          String(ENTRY_KINDS[kind]),
          JSON.stringify(written),
          permission ?? "",
          told === undefined ? "" : JSON.stringify(told),
          String(options.historyLength),
          paceLine(channel, judged?.slowModeMs),
          author === undefined || refused !== undefined ? "" : saidPrint(kind, body),
          calls,
          refused?.code ?? "",
          askedPrint([kind, asked]),
          judgedLine(judged),
          ...(card === undefined ? [] : [card.rules, card.authorDoes]),
        ],
      ).catch((error: unknown) => {
        throw refused !== undefined && error instanceof GremioError && error.code === refused.code ? refused : error;
      });
      return {
        ...{ epoch: asNumber(epoch), seq: asNumber(seq), at: asNumber(at), repeated: repeated === 1 },
        ...(caughtUp === 1 && { caughtUp: true as const }),
      };
    },

    resume: async (channel, reader, cursor, limit) => {
      const newest = async (reason: "too-old" | "other-epoch" | "no-cursor"): Promise<Resumed> => ({
        ...(await before(channel, reader, undefined, limit)),
        complete: false,
        reason,
        more: false,
      });
      if (cursor.epoch === 0) return newest("no-cursor");
      const piece = await readPiece(channel, reader, "after", cursor.seq, limit);
      if (!isGood(piece.lineage, cursor)) return newest("other-epoch");
      const expected = nextSeq(piece.lineage, cursor);
      if (expected !== undefined && (piece.floor === 0 || piece.floor > expected)) return newest("too-old");
      return {
        ...piece,
        complete: true,
        more: piece.entries.length > 0 && (piece.entries.at(-1)?.seq ?? 0) < piece.lineage.head,
      };
    },

    before,
  };
};

/** Whom a message calls, as `note_calls` reads it. `@online` is for those who are there: it is seen as it comes, and not counted for who was away. */
const callsOf = ({ groups = [], players = [], fighters }: Mentions = {}): string => {
  if (groups.includes("all")) return "all";
  const numbers = new Set([...players, ...(fighters?.numbers ?? [])]);
  return [...(groups.includes("officers") ? ["officers"] : []), ...numbers].join(",");
};

/** A message that calls somebody, or replies, is told to whom it concerns: who that is, is found out from its body when the notice is dealt with. */
const noticeOfCalls = (calls: string, body: unknown): NoticeRequest | undefined => {
  if (calls !== "") return { type: "notice", about: "mention" };
  const isReply = typeof body === "object" && body !== null && "reply" in body && body.reply !== undefined;
  return isReply ? { type: "notice", about: "reply" } : undefined;
};
