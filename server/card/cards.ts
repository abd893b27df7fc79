import {
  CARD_LIFE_MS,
  CARD_NAMED,
  type CardBody,
  type CardState,
  cardStateSchema,
  type Localised,
} from "../../shared/card.ts";
import type { Entry } from "../../shared/entry.ts";
import { GremioError, isErrorCode } from "../../shared/errors.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { type Judged, judgedLine } from "../channel/judged.ts";
import type { Appended, Log } from "../channel/log.ts";
import { parsePayload } from "../channel/payload.ts";
import { RulesChanged } from "../channel/rules-changed.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText, asTexts } from "../redis/reply.ts";
import { rulesOf } from "./rules.ts";
import { type AskStudio, questionId, STUDIO_DEADLINE_MS } from "./studio.ts";

/** What a tap came to. `own`: all that the player has done with the card. `accepted` false: the studio said no, perhaps with a message for him. */
export type Acted = { state: CardState; own: string[]; accepted: boolean; message?: Localised };

export type Tap = {
  channel: ChannelId;
  player: PlayerId;
  seq: number;
  action: string;
  /** False: he takes it back. */
  on: boolean;
  /** Needed where the studio decides: the same nonce asks it the same thing. */
  nonce?: string | undefined;
};

export type CardRead = {
  entry: Extract<Entry, { kind: "card" }>;
  state: CardState;
  /** Everybody who has done something with it. `player` undefined: his account was erased. */
  done: { number: number; player: PlayerId | undefined; actions: string[] }[];
};

/** `judged`: a member's result by the rules of its channel, and `refused` with what speaks against it besides. */
export type Settlement = {
  close: boolean;
  result?: Record<string, unknown> | undefined;
  reason?: string | undefined;
  judged?: (Omit<Judged, "body"> & { refused: GremioError | undefined }) | undefined;
};

/** Cards: entries with a state. Each change is one function on Redis, which checks everything; so a cap is never exceeded, and each player counts once. */
export type Cards = {
  /**
   * Writes a card; `author` undefined: the system; `asked`: see `Append`. Throws what `Log.append` throws, and `bad-request` for an end that is past or more than 30 days away, and for
   * actions the studio decides while no webhook is set.
   */
  post(card: {
    channel: ChannelId;
    author?: PlayerId;
    nonce: string;
    body: CardBody;
    asked?: unknown;
  }): Promise<Appended>;
  /**
   * A player does something with a card, or takes it back; what is so already stays so. Throws `not-member`, `muted`, `card-not-found`, `action-unknown`,
   * `card-closed`, `not-permitted`, `already-acted`, `card-full`; where the studio decides also `unavailable` (its answer is not known: the same nonce asks again),
   * `rate-limited` (it has just said no) and `bad-request` (no nonce).
   */
  act(tap: Tap): Promise<Acted>;
  /**
   * Closes a card, gives it a result, or both. `player` undefined: the system. Its author closes it, and officers; the author of a challenge gives its result, once.
   * Throws `not-member`, `muted`, `card-not-found`, `not-permitted`, `already-acted`, and of a result that was judged what the rules say, and `RulesChanged`.
   */
  settle(channel: ChannelId, player: PlayerId | undefined, seq: number, change: Settlement): Promise<CardState>;
  /** Throws `card-not-found`. */
  read(channel: ChannelId, seq: number): Promise<CardRead>;
};

export type CardsOptions = {
  historyLength: number;
  /** None: actions the studio decides are `unavailable`. */
  askStudio?: AskStudio | undefined;
  /** Pays at once what an action owes the player who did it. What cannot be paid now is paid by whoever comes by. */
  pay?(channel: ChannelId, transfer: string): Promise<void>;
  nowMs?(): number;
};

/** Nobody else asks the studio the same while a question is under way: its deadline, and what Redis and this process may need besides. */
const CALL_MS = STUDIO_DEADLINE_MS + 2_000;
/** How long a place is kept for a player whose question is not answered, so that there is one when he asks again. */
const PLACE_MS = 30_000;
/** After a no, or no answer, the same player asks again at the earliest. */
const AGAIN_MS = 1_000;

/** Types of cards whose authors give the result. */
const RESULT_BY_AUTHOR = ["challenge"];

export const makeCards = (
  { redis, keys, log }: { redis: Redis; keys: Keys; log: Pick<Log, "append"> },
  { historyLength, askStudio, pay, nowMs = Date.now }: CardsOptions,
): Cards => {
  const ask = makeAsk(redis, keys);
  const keep = String(historyLength);
  const call = async (
    name: string,
    channel: ChannelId,
    args: readonly string[],
  ): Promise<{ asks: boolean; rest: unknown[] }> => {
    const { code, rest } = await ask.raw(name, channel, args);
    if (code === "ok" || code === "ask") return { asks: code === "ask", rest };
    if (code === "rules-changed") throw new RulesChanged(asText(rest[0]), asText(rest[1]));
    if (!isErrorCode(code)) throw new Error(`${name} answered ${code}`);
    throw new GremioError(code, rest[0] === undefined ? {} : { retryAtMs: asNumber(rest[0]) });
  };
  const tap = ({ channel, player, seq, action, on, nonce }: Tap, accepted: boolean, result?: Record<string, unknown>) =>
    call("card_act", channel, [
      ...[channel, player, String(seq), action, on ? "1" : "0", nonce ?? "", accepted ? "1" : ""],
      ...[result === undefined ? "" : JSON.stringify(result), String(CARD_NAMED)],
      ...[String(PLACE_MS), String(CALL_MS), keep],
    ]);
  const unanswered = ({ channel, player, seq, action }: Tap, nonce: string, isNo: boolean) =>
    call("card_unanswered", channel, [player, String(seq), action, nonce, isNo ? "1" : "0", String(AGAIN_MS)]);

  const askFor = async (wanted: Tap, rest: readonly unknown[]): Promise<Acted> => {
    const { channel, player, seq, action } = wanted;
    const [epoch, nonce, number] = [asNumber(rest[0]), asText(rest[1]), asNumber(rest[2])];
    const { card, data } = cardOf(asText(rest[3])).body;
    const question = { channel, epoch, seq, action, player, nonce };
    const verdict = await askStudio?.({ ...question, id: questionId(question), card, data, number });
    if (verdict === undefined) {
      await unanswered(wanted, nonce, false);
      throw new GremioError("unavailable");
    }
    const { accept, message, result } = verdict;
    const reply = accept ? await tap(wanted, true, result) : await unanswered(wanted, nonce, true);
    return { ...toState(reply.rest), accepted: accept, ...(message === undefined ? {} : { message }) };
  };

  return {
    post: async ({ channel, author, nonce, body, asked }) => {
      const problems = [
        ...(isTime(body.expiresAt, nowMs()) ? [] : ["expiresAt: in the future, and within 30 days"]),
        ...(askStudio === undefined && body.actions.some(({ webhook }) => webhook)
          ? ["actions: no webhook is set (GREMIO_WEBHOOK_URL)"]
          : []),
      ];
      return log.append({
        ...{ channel, nonce, kind: "card", body, asked },
        ...(author === undefined ? {} : { author }),
        card: { rules: JSON.stringify(rulesOf(body)), authorDoes: body.authorDoes ?? "" },
        refused: problems.length === 0 ? undefined : new GremioError("bad-request", { details: problems }),
      });
    },

    act: async (wanted) => {
      const { asks, rest } = await tap(wanted, false);
      const transfer = asks ? "" : asText(rest[2] ?? "");
      if (transfer !== "") await pay?.(wanted.channel, transfer);
      return asks ? askFor(wanted, rest) : { ...toState(rest), accepted: true };
    },

    settle: async (channel, player, seq, { close, result, reason = "", judged }) => {
      const refused = judged?.refused;
      const { rest } = await call("card_settle", channel, [
        ...[channel, player ?? "", String(seq), close ? "1" : "0", result === undefined ? "" : JSON.stringify(result)],
        ...[`,${RESULT_BY_AUTHOR.join(",")},`, keep, reason, judgedLine(judged), refused?.code ?? ""],
      ]).catch((error: unknown) => {
        throw refused !== undefined && error instanceof GremioError && error.code === refused.code ? refused : error;
      });
      return stateOf(rest[0]);
    },

    read: async (channel, seq) => {
      const { rest } = await call("card_read", channel, [String(seq)]);
      const done: CardRead["done"] = [];
      const cells = asTexts(rest[2]);
      for (let index = 0; index < cells.length; index += 3) {
        const [number, player, actions = ""] = cells.slice(index, index + 3);
        done.push({ number: Number(number), player: player === "" ? undefined : player, actions: words(actions) });
      }
      return {
        entry: cardOf(asText(rest[0])),
        state: stateOf(rest[1]),
        done: done.toSorted((a, b) => a.number - b.number),
      };
    },
  };
};

const isTime = (expiresAt: number | undefined, nowMs: number): boolean =>
  expiresAt === undefined || (expiresAt > nowMs && expiresAt <= nowMs + CARD_LIFE_MS);

const cardOf = (payload: string): Extract<Entry, { kind: "card" }> => {
  const entry = parsePayload(payload);
  if (entry.kind !== "card") throw new Error(`the entry of a card is of kind ${entry.kind}`);
  return entry;
};

const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");

const parseJson = (text: string): unknown => JSON.parse(text);
const stateOf = (json: unknown): CardState => cardStateSchema.parse(parseJson(asText(json)));
const toState = ([state, own]: readonly unknown[]): { state: CardState; own: string[] } => ({
  state: stateOf(state),
  own: words(asText(own)),
});
