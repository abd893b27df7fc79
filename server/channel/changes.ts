import { z } from "zod";
import { ENTRY_KINDS, type Entry } from "../../shared/entry.ts";
import { GremioError } from "../../shared/errors.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { FilterMarks } from "../../shared/moderation/filter-marks.ts";
import type { Mark } from "../../shared/protocol.ts";
import { makeAsk, refusal } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText, asTexts } from "../redis/reply.ts";
import { askedPrint } from "./asked-print.ts";
import { type Judged, judgedLine } from "./judged.ts";
import type { Appended } from "./log.ts";
import { parseMarks, withChange } from "./marks.ts";
import { makePaceLines, type Paces } from "./pace.ts";
import { parsePayload } from "./payload.ts";
import { RulesChanged } from "./rules-changed.ts";
import { saidPrint } from "./said-print.ts";

/** A change of an entry by its nonce: the same nonce is the same change, and another one is refused under it with `key-reused`. `entry-not-found` also means that it was deleted. */
type Change = { channel: ChannelId; nonce: string; seq: number };

/** `judged`: by the rules of its channel, with what is written instead, and `refused` with what speaks against it besides. */
export type Edit = Change & {
  author: PlayerId;
  text: string;
  judged?:
    | (Omit<Judged, "body"> & { text: string; marks: FilterMarks | undefined; refused: GremioError | undefined })
    | undefined;
};

export type Reacted = { version: number; counts: Record<string, number>; own: string[] };

/**
 * What members do to entries that are written. The log stays as it is; each change is one function on Redis together with the entry that tells of it, and pages
 * give entries as they are to be read now.
 */
export type Changes = {
  /**
   * Other words for one's own text or announcement. Throws `not-member`, `muted`, `entry-not-found`, `not-permitted`, `edit-too-late`, for its pace what a message is,
   * and of one that was judged what the rules say, and `RulesChanged`.
   */
  edit(change: Edit): Promise<Appended>;
  /**
   * Takes an entry's content away for good: one's own, or by right that of whom one outranks. `player` undefined: the system. Throws `not-member`, `entry-not-found`,
   * `not-permitted`.
   */
  delete(change: Change & { player: PlayerId | undefined; reason?: string | undefined }): Promise<Appended>;
  /**
   * Throws `not-member`, `not-permitted`, `entry-not-found`, `pins-full`, and for its pace what a message is. `player` undefined: the game's backend, for whom what is so
   * already changes nothing, whatever the nonce.
   */
  pin(change: Change & { player: PlayerId | undefined; on: boolean }): Promise<Appended>;
  /** The last pinned first. `reader` undefined: the game's backend. Throws `not-member`. */
  pins(channel: ChannelId, reader: PlayerId | undefined): Promise<{ entries: Entry[]; marks: Mark[] }>;
  /** A reaction is on an entry or not, however often that is said. Throws `not-member`, `muted`, `entry-not-found`, `reactions-full`. */
  react(channel: ChannelId, player: PlayerId, seq: number, emoji: string, on: boolean): Promise<Reacted>;
};

const countsSchema = z.record(z.string(), z.int());
const EDITABLE = `,${ENTRY_KINDS.text},${ENTRY_KINDS.announcement},`;

export const makeChanges = (
  redis: Redis,
  keys: Keys,
  { historyLength, pace = {}, editMs = LIMITS.editMs }: { historyLength: number; pace?: Paces; editMs?: number },
): Changes => {
  const paceLine = makePaceLines(pace);
  const ask = makeAsk(redis, keys);
  const keep = String(historyLength);
  /** `asked`: what is asked, besides by whom and where. */
  const written = async (
    name: string,
    channel: ChannelId,
    { args, asked, more = [] }: { args: readonly string[]; asked: readonly unknown[]; more?: readonly string[] },
  ): Promise<Appended> => {
    const print = askedPrint([name, ...asked]);
    const { code, rest } = await ask.raw(name, channel, [channel, ...args, keep, print, ...more]);
    if (code === "rules-changed") throw new RulesChanged(asText(rest[0]), asText(rest[1]));
    if (code !== "ok") throw refusal(name, code, rest[0]);
    const [epoch, seq, at, repeated] = rest;
    return { epoch: asNumber(epoch), seq: asNumber(seq), at: asNumber(at), repeated: repeated === 1 };
  };

  return {
    edit: ({ channel, nonce, seq, author, text, judged }) =>
      written("channel_edit", channel, {
        args: [author, nonce, String(seq), JSON.stringify(judged?.text ?? text), String(editMs), EDITABLE],
        asked: [seq, text],
        more: [
          ...[paceLine(channel, judged?.slowModeMs), saidPrint("text", text)],
          ...[judged?.marks === undefined ? "" : JSON.stringify(judged.marks), judgedLine(judged)],
          judged?.refused?.code ?? "",
        ],
      }).catch((error: unknown) => {
        const refused = judged?.refused;
        throw refused !== undefined && error instanceof GremioError && error.code === refused.code ? refused : error;
      }),

    delete: ({ channel, nonce, seq, player, reason = "" }) =>
      written("channel_delete", channel, {
        args: [player ?? "", nonce, String(seq)],
        asked: [seq],
        more: [reason],
      }),

    pin: ({ channel, nonce, seq, player, on }) =>
      written("channel_pin", channel, {
        args: [player ?? "", nonce, String(seq), on ? "1" : "0", String(LIMITS.pins)],
        asked: [seq, on],
        more: [paceLine(channel)],
      }),

    pins: async (channel, reader) => {
      const [rows, told] = await ask("channel_pins", channel, [channel, reader ?? ""]);
      const { changes, marks } = parseMarks(told);
      const entries = asTexts(rows).map(parsePayload);
      return { entries: entries.map((entry) => withChange(entry, changes.get(entry.seq))), marks };
    },

    react: async (channel, player, seq, emoji, on) => {
      const [version, counts, own] = await ask("channel_react", channel, [
        ...[channel, player, String(seq), emoji, on ? "1" : "0"],
        ...[String(LIMITS.reactionKinds), String(LIMITS.reactionsEach)],
      ]);
      return {
        version: asNumber(version),
        counts: countsSchema.parse(JSON.parse(asText(counts))),
        own: asText(own)
          .split(" ")
          .filter((emoji) => emoji !== ""),
      };
    },
  };
};
