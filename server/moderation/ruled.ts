import { GremioError } from "../../shared/errors.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import type { Cards } from "../card/cards.ts";
import type { Changes } from "../channel/changes.ts";
import type { Append, Log } from "../channel/log.ts";
import { RulesChanged } from "../channel/rules-changed.ts";
import { type Gate, refusing, unheld } from "./gate.ts";
import type { Rules } from "./rules.ts";

/** Keeps a message until somebody has looked at it. */
type Hold = (
  message: Pick<Append, "kind" | "body" | "asked" | "mentions" | "notice"> & {
    channel: ChannelId;
    author: PlayerId;
    nonce: string;
  },
) => Promise<unknown>;

export type RuledDeps = { gate: Pick<Gate, "judge" | "judgeWords">; rules: Pick<Rules, "learn"> };

/** Rules that change so often between two tries are an outage. */
const TRIES = 10;

/** Judges and writes, anew as long as the rules it was judged by are not those of the channel any more. */
const byRules = async <T>(channel: ChannelId, rules: Pick<Rules, "learn">, write: () => Promise<T>): Promise<T> => {
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof RulesChanged)) throw error;
      rules.learn(channel, error);
    }
  }
  throw new GremioError("unavailable");
};

/**
 * The same log, in which what players write is judged by the rules of its channel: those in force when it is written. A nonce that was written before is
 * acknowledged whatever the rules are now. `hold` undefined: what would wait for review is refused.
 */
export const ruleLog = (log: Log, { gate, rules }: RuledDeps, hold?: Hold): Log => ({
  ...log,
  append: (entry) => {
    const { author, channel, nonce, kind, body, asked = body, mentions, notice } = entry;
    // What is refused anyway may have no form that could be judged.
    if (author === undefined || entry.refused !== undefined) return log.append(entry);
    return byRules(channel, rules, async () => {
      const { refused, ...found } = await gate.judge({ channel, author, kind, body });
      const judged = hold === undefined ? unheld(found) : found;
      try {
        return await log.append({ ...entry, judged, refused });
      } catch (error) {
        if (hold !== undefined && error instanceof GremioError && error.code === "held")
          await hold({ channel, author, nonce, kind, body: judged.body, asked, mentions, ...(notice && { notice }) });
        throw error;
      }
    });
  },
});

export const ruleChanges = (changes: Changes, { gate, rules }: RuledDeps): Changes => ({
  ...changes,
  edit: (change) =>
    byRules(change.channel, rules, async () => {
      const judged = await gate.judgeWords(change.channel, change.author, change.text);
      return changes.edit({ ...change, judged });
    }),
});

/** A challenge's replay is words of its author's, or a link: what would be masked in it is refused, since with asterisks it leads nowhere. */
export const ruleCards = (cards: Cards, { gate, rules }: RuledDeps): Cards => ({
  ...cards,
  settle: (channel, player, seq, change) => {
    const { result } = change;
    if (player === undefined || result === undefined) return cards.settle(channel, player, seq, change);
    const words = Object.values(result).join(" ");
    return byRules(channel, rules, async () => {
      const judged = await gate.judgeWords(channel, player, words);
      return cards.settle(channel, player, seq, {
        ...change,
        judged: judged.text === words ? judged : refusing(judged),
      });
    });
  },
});
