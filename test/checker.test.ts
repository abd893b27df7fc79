import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Checker } from "../bench/checker/checker.ts";
import { isSound, type Report } from "../bench/checker/report.ts";
import type { View } from "../bench/checker/view.ts";
import { baseAfter } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";
import { aConversation, type Conversation, checked } from "./a-conversation.ts";

const texts = ["hola", "oi", "gg", "vamos", "dale", "kkkk"];

const conversations = fc
  .record({
    members: fc.integer({ min: 2, max: 6 }),
    turns: fc.array(fc.record({ by: fc.nat(50), text: fc.constantFrom(...texts) }), { minLength: 3, maxLength: 40 }),
    place: fc.nat(1_000),
  })
  .map(({ members, turns, place }) => ({ conversation: aConversation(members, turns), place }));

/** What the report counts as wrong. */
const wrong = ({ lost, duplicated, disordered, differing, logFaults, sawNothing }: Report) => ({
  ...{ lost, duplicated, disordered, differing, logFaults },
  sawNothing: sawNothing.length,
});
const nothing = { lost: 0, duplicated: 0, disordered: 0, differing: 0, logFaults: 0, sawNothing: 0 };

const four = () =>
  aConversation(
    3,
    [0, 1, 2, 0].map((by, index) => ({ by, text: `text ${index}` })),
  );
const viewOf = (conversation: Conversation, member: number): Entry[] => conversation.shown.get(member) ?? [];
const at = <T>(items: readonly T[], index: number): T => {
  const item = items.at(index);
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
};

describe("a conversation that went well", () => {
  test("[CK1] is found sound, and all that was due is delivered", () => {
    fc.assert(
      fc.property(conversations, ({ conversation }) => {
        const report = checked(conversation);
        expect(wrong(report)).toEqual(nothing);
        expect(isSound(report)).toBe(true);
        expect(report.told).toEqual({});
        expect(report.delivered).toBe(report.due);
        expect(report.due).toBe(conversation.said.length * conversation.shown.size);
        expect(report).toMatchObject({ sent: conversation.said.length, acknowledged: conversation.said.length });
      }),
    );
  });

  test("[CK1] members count from their joining to their leaving entry, as often as they come and go", () => {
    const conversation = four();
    const member = 2;
    const seq = conversation.log.length;
    const coming: Entry[] = [
      { epoch: 1, seq: seq + 1, at: 2_000, from: 0, kind: "left", body: { who: member } },
      { epoch: 1, seq: seq + 2, at: 2_001, from: 1, kind: "text", body: "he is gone" },
      { epoch: 1, seq: seq + 3, at: 2_002, from: 0, kind: "joined", body: { who: member } },
      { epoch: 1, seq: seq + 4, at: 2_003, from: 1, kind: "text", body: "he is back" },
    ];
    conversation.log.push(...coming);
    for (const [who, shown] of conversation.shown)
      shown.push(...coming.filter(({ body }) => who !== member || body !== "he is gone"));
    for (const [index, entry] of coming.entries())
      if (typeof entry.body === "string")
        conversation.said.push({ nonce: `late-${index}`, sender: 1, text: entry.body, entry });
    expect(wrong(checked(conversation))).toEqual(nothing);
    expect(checked(conversation).due).toBe(4 * 3 + 2 + 3);

    viewOf(conversation, member).pop();
    expect(wrong(checked(conversation))).toEqual({ ...nothing, lost: 1 });
  });
});

describe("planted errors", () => {
  test("[CK2] a message that one member was not shown is lost, be it the first, the last or between", () => {
    fc.assert(
      fc.property(conversations, fc.nat(1_000), ({ conversation, place }, who) => {
        const shown = at([...conversation.shown.values()], who % conversation.shown.size);
        const missing = at(conversation.said, place % conversation.said.length).entry;
        shown.splice(shown.indexOf(missing), 1);
        const report = checked(conversation);
        expect(wrong(report)).toEqual({ ...nothing, lost: 1 });
        expect(report.delivered).toBe(report.due - 1);
        expect(isSound(report)).toBe(false);
      }),
    );
  });

  test("[CK3] an entry shown twice in one timeline is duplicated", () => {
    fc.assert(
      fc.property(conversations, fc.nat(1_000), ({ conversation, place }, where) => {
        const shown = viewOf(conversation, 1);
        const twice = at(shown, place % shown.length);
        shown.splice(where % (shown.length + 1), 0, twice);
        const { duplicated, lost } = checked(conversation);
        expect({ duplicated, lost }).toEqual({ duplicated: 1, lost: 0 });
      }),
    );
  });

  test("[CK3] a sending that was written twice is duplicated, also when all see it so", () => {
    const conversation = four();
    const { sender, text } = at(conversation.said, 1);
    const copy: Entry = {
      epoch: 1,
      seq: conversation.log.length + 1,
      at: 3_000,
      from: sender,
      kind: "text",
      body: text,
    };
    conversation.log.push(copy);
    for (const shown of conversation.shown.values()) shown.push(copy);
    expect(wrong(checked(conversation))).toEqual({ ...nothing, duplicated: 1 });
  });

  test("[CK4] entries shown in another order than the log's are disordered", () => {
    fc.assert(
      fc.property(conversations, ({ conversation, place }) => {
        const shown = viewOf(conversation, 2);
        const index = place % (shown.length - 1);
        shown.splice(index, 2, at(shown, index + 1), at(shown, index));
        expect(wrong(checked(conversation))).toEqual({ ...nothing, disordered: 1 });
      }),
    );
  });

  test("[CK4] a sender's messages written in another order than he sent them are disordered", () => {
    const conversation = aConversation(2, [
      { by: 0, text: "first" },
      { by: 0, text: "second" },
    ]);
    conversation.said.reverse();
    expect(wrong(checked(conversation))).toEqual({ ...nothing, disordered: 1 });

    const checker = new Checker(() => 0);
    for (const { sender, nonce, text } of conversation.said) checker.sent(sender, nonce, text);
    for (const { nonce, entry } of conversation.said) checker.acknowledged(nonce, entry);
    expect(wrong(checker.report(conversation.log, conversation.lineage))).toEqual({ ...nothing, disordered: 1 });
  });

  test("[CK4] a message written before another that was acknowledged earlier than it was sent is disordered", () => {
    const conversation = aConversation(2, [
      { by: 0, text: "question" },
      { by: 1, text: "answer" },
    ]);
    conversation.said.reverse();
    expect(wrong(checked(conversation))).toEqual({ ...nothing, disordered: 1 });
  });

  test("[CK5] what one saw live and the history has otherwise is differing", () => {
    fc.assert(
      fc.property(conversations, ({ conversation, place }) => {
        const shown = viewOf(conversation, 1);
        const { entry } = at(conversation.said, place % conversation.said.length);
        shown[shown.indexOf(entry)] = {
          epoch: 1,
          seq: entry.seq,
          at: 0,
          from: entry.from,
          kind: "text",
          body: "other",
        };
        expect(wrong(checked(conversation))).toEqual({ ...nothing, differing: 1 });
      }),
    );
  });

  test("[CK5] an entry shown as another author's, or as another kind, is differing", () => {
    for (const change of [{ from: 2 }, { kind: "announcement" as const }]) {
      const conversation = four();
      const shown = viewOf(conversation, 3);
      const { entry } = at(conversation.said, 0);
      if (entry.kind !== "text") throw new Error("no text");
      shown[shown.indexOf(entry)] = { ...entry, ...change };
      expect(wrong(checked(conversation))).toEqual({ ...nothing, differing: 1 });
    }
  });

  test("[CK5] a message acknowledged as another one, the same sender's or somebody else's, is differing", () => {
    for (const [one, other] of [
      [0, 3],
      [1, 2],
    ] as const) {
      const conversation = four();
      const [first, second] = [at(conversation.said, one), at(conversation.said, other)];
      [first.entry, second.entry] = [second.entry, first.entry];
      expect(wrong(checked(conversation))).toMatchObject({ lost: 0, differing: 2 });
    }
  });

  test("[CK5] an entry that is not in the history, or only there, is differing", () => {
    const invented = four();
    viewOf(invented, 1).push({ epoch: 1, seq: 99, at: 9_999, from: 2, kind: "text", body: "ghost" });
    expect(wrong(checked(invented))).toEqual({ ...nothing, differing: 1 });

    const unseen = four();
    viewOf(unseen, 1).splice(1, 1);
    expect(at(unseen.log, 1).kind).toBe("joined");
    expect(wrong(checked(unseen))).toEqual({ ...nothing, differing: 1 });
  });

  test("[CK5] what is shown to one who has left is differing", () => {
    const conversation = four();
    const last = at(conversation.said, 3);
    const left: Entry = { epoch: 1, seq: last.entry.seq, at: 1_007, from: 0, kind: "left", body: { who: 3 } };
    const after: Entry = { ...last.entry, seq: last.entry.seq + 1, at: 1_008 };
    conversation.log.splice(-1, 1, left, after);
    last.entry = after;
    for (const shown of conversation.shown.values()) shown.splice(-1, 1, left, after);
    expect(wrong(checked(conversation))).toEqual({ ...nothing, differing: 1 });
  });

  test("[CK5] what was refused and is written all the same is differing", () => {
    const conversation = four();
    const checker = new Checker(() => 0);
    for (const { nonce, sender, text, entry } of conversation.said) {
      checker.sent(sender, nonce, text);
      if (nonce === "nonce-2") checker.refused(nonce, "rate-limited");
      else checker.acknowledged(nonce, entry);
    }
    const report = checker.report(conversation.log, conversation.lineage);
    expect(wrong(report)).toEqual({ ...nothing, differing: 1 });
    expect(report.refused).toEqual({ "rate-limited": 1 });
  });

  test("[CK6] an acknowledged message that the history does not hold is lost", () => {
    const conversation = four();
    conversation.log.pop();
    for (const shown of conversation.shown.values()) shown.pop();
    expect(wrong(checked(conversation))).toEqual({ ...nothing, lost: 1 });
  });

  test("[CK6] two messages acknowledged as one and the same entry: one is lost", () => {
    const conversation = aConversation(2, [
      { by: 0, text: "gg" },
      { by: 0, text: "gg" },
    ]);
    at(conversation.said, 1).entry = at(conversation.said, 0).entry;
    expect(wrong(checked(conversation))).toMatchObject({ lost: 1 });
  });

  test("[CK7] a member to whom something was due and who saw nothing is named", () => {
    const conversation = four();
    conversation.shown.set(3, []);
    const report = checked(conversation);
    expect(report.sawNothing).toEqual(["member 3"]);
    expect(isSound(report)).toBe(false);
  });

  test("[CK8] a log with a hole, or whose time runs backwards, is at fault", () => {
    const holed = four();
    holed.log.splice(1, 1);
    expect(checked(holed)).toMatchObject({ logFaults: 1 });

    const turned = four();
    turned.log[2] = { ...at(turned.log, 2), at: 5_000 };
    expect(checked(turned)).toMatchObject({ logFaults: 1, lost: 0 });
  });
});

describe("what was said plainly", () => {
  test("[CK9] a reset tells of the entries between the old timeline and the new: they are counted apart", () => {
    const conversation = four();
    const report = checked(conversation, (view, entries) => {
      if (view.member !== 1) for (const entry of entries) view.show(entry);
      else {
        for (const entry of entries.slice(0, 3)) view.show(entry);
        view.reset("too-old");
        view.show(at(entries, -1));
      }
    });
    expect(wrong(report)).toEqual(nothing);
    expect(report.told).toEqual({ "too-old": 3 });
    expect(isSound(report)).toBe(true);
  });

  test("[CK9] a reset excuses nothing that follows it, and nothing after the last entry shown", () => {
    const conversation = four();
    const report = checked(conversation, (view, entries) => {
      view.reset("too-old");
      for (const entry of view.member === 1 ? entries.filter((_, index) => index !== 4).slice(0, -1) : entries)
        view.show(entry);
    });
    expect(wrong(report)).toEqual({ ...nothing, lost: 2 });
  });

  test("[CK9] a beginning without a cursor tells that older entries exist; those paged back to are shown", () => {
    const conversation = four();
    const paged = (back: boolean) => (view: View, entries: readonly Entry[]) => {
      view.reset("no-cursor");
      for (const entry of entries.slice(-2)) view.show(entry);
      if (back) view.showOlder(entries.slice(0, -2));
    };
    expect(checked(conversation, paged(false))).toMatchObject({ told: { "no-cursor": 2 * 3 }, lost: 0 });
    const report = checked(conversation, paged(true));
    expect(wrong(report)).toEqual(nothing);
    expect(report).toMatchObject({ told: {}, delivered: 12 });
  });

  test("[CK9] entries that went with the log's tail are told by the lineage, when they were taken off the screen", () => {
    const conversation = four();
    const [gone] = conversation.log.splice(-1);
    const base = baseAfter(conversation.log.length);
    const next: Entry = { epoch: 2, seq: base + 1, at: 9_000, from: 1, kind: "text", body: "after the loss" };
    conversation.log.push(next);
    conversation.said.push({ nonce: "nonce-after", sender: 1, text: "after the loss", entry: next });
    conversation.lineage = { past: [{ epoch: 1, last: conversation.log.length - 1 }], epoch: 2, head: base + 1 };
    const tell = (withdraw: boolean) => (view: View, entries: readonly Entry[]) => {
      for (const entry of entries) view.show(entry);
      if (withdraw && gone !== undefined) view.withdraw([gone]);
      view.show(next);
    };
    const report = checked(conversation, tell(true));
    expect(wrong(report)).toEqual(nothing);
    expect(report.told).toEqual({ tail: 1 });
    expect(wrong(checked(conversation, tell(false)))).toEqual({ ...nothing, differing: 3 });
  });
});
