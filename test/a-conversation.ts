import { Checker } from "../bench/checker/checker.ts";
import type { Report } from "../bench/checker/report.ts";
import type { View } from "../bench/checker/view.ts";
import type { Lineage } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";

export type Said = { nonce: string; sender: number; text: string; entry: Entry };

/** A conversation as it should go, made by hand: a log, what each member was shown of it, and what was sent. Tests break it in one place. */
export type Conversation = {
  log: Entry[];
  said: Said[];
  /** Shown entries by member number. */
  shown: Map<number, Entry[]>;
  lineage: Lineage;
};

/** `members` join, then the texts are said by turns, by whom the numbers tell; each is shown to all. */
export const aConversation = (members: number, turns: readonly { by: number; text: string }[]): Conversation => {
  const numbers = Array.from({ length: members }, (_, index) => index + 1);
  const at = (seq: number): { epoch: number; seq: number; at: number } => ({ epoch: 1, seq, at: 1_000 + seq });
  const joined = numbers.map((who): Entry => ({ ...at(who), from: 0, kind: "joined", body: { who } }));
  const said = turns.map(({ by, text }, index): Said => {
    const sender = 1 + (by % members);
    const entry: Entry = { ...at(members + 1 + index), from: sender, kind: "text", body: text };
    return { nonce: `nonce-${index}`, sender, text, entry };
  });
  const log = [...joined, ...said.map(({ entry }) => entry)];
  const shown = new Map(numbers.map((who) => [who, log.slice(who - 1)]));
  return { log, said, shown, lineage: { past: [], epoch: 1, head: log.length } };
};

/** Tells the checker the conversation, as it would have heard it, and gives its report. `before` may take a view first. */
export const checked = (
  { log, said, shown, lineage }: Conversation,
  tell: (view: View, entries: readonly Entry[]) => void = (view, entries) => {
    for (const entry of entries) view.show(entry);
  },
): Report => {
  const checker = new Checker(() => 0);
  for (const { nonce, sender, text, entry } of said) {
    checker.sent(sender, nonce, text);
    checker.acknowledged(nonce, entry);
  }
  for (const [member, entries] of shown) tell(checker.view(`member ${member}`, member), entries);
  return checker.report(log, lineage);
};
