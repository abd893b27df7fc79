import { expect, test } from "vitest";
import { type ChannelReading, newsOf } from "../server/notifier/digests/channel-news.ts";
import { composeDigest } from "../server/notifier/sending/compose-digest.ts";
import { type Entry, toEntry } from "../shared/entry.ts";

const entry = (seq: number, from: number, code: number, body: unknown): Entry =>
  toEntry({ epoch: 1, seq, at: seq * 1_000, from }, code, body);
const say = (seq: number, from: number, text: string, more: object = {}): Entry =>
  entry(seq, from, 1, { text, ...more });
const war = (seq: number): Entry => entry(seq, 0, 3, { template: "war-declined", params: { opponent: "Zorros" } });

const LUNA = 1;
const ANA = 2;
const BETO = 3;
const reading = (newest: Entry[], more: Partial<ChannelReading> = {}): ChannelReading => ({
  ...{ channel: "guild:g1", name: "Lobos", member: true, number: ANA, after: { epoch: 1, seq: 10 } },
  ...{ toldSinceRead: false, unread: newest.filter(({ seq }) => seq > 10).length, calls: 0, newest, calling: [] },
  ...{
    wrote: new Map(),
    reactions: new Map(),
    blocked: new Set<number>(),
    pushed: new Set<number>(),
    owed: new Set<number>(),
  },
  names: new Map([
    [LUNA, "Luna"],
    [ANA, "Ana"],
    [BETO, "Beto"],
  ]),
  ...more,
});
const wishes = { preferences: undefined, off: new Set<never>() };
const told = (found: ReturnType<typeof newsOf>) => ("news" in found ? found.news : undefined);
const facts = { expiresAt: 1 };

const mine = say(9, ANA, "who brings potions?");
const calling = say(13, BETO, "@Ana come", { mentions: { players: [ANA] } });
const all = [
  mine,
  ...[say(11, LUNA, "hello"), say(12, BETO, "I do", { reply: 9 }), calling, war(14)],
  ...[entry(15, LUNA, 2, "war at eight"), say(16, BETO, "ok"), say(17, LUNA, "see you")],
];
const full = reading(all, { calls: 1, calling: [calling], reactions: new Map([[9, 4]]) });

test("[DG3] what calls me ranks above replies, war, announcements, reactions and plain talk; the best are quoted, all is counted", () => {
  const found = newsOf(full, wishes, 0);
  const news = told(found);
  expect(news?.lines.map(({ rank, entry: { seq } }) => `${rank} ${seq}`)).toEqual([
    ...["mention 13", "reply 12", "war 14", "announcement 15", "reactions 9", "chatter 11", "chatter 16", "chatter 17"],
  ]);
  expect(found).toMatchObject({ isWorth: true });
  const push = composeDigest(news ? [news] : [], facts, { locale: "en", previews: true });
  expect(push).toMatchObject({
    title: "Lobos",
    body: [
      "7 new messages · 1 mention of you · 1 reply to you · 1 war update · 1 announcement · 4 reactions to your messages",
      ...["Beto: @Ana come", "Beto: I do", "Zorros has declined the war."],
    ].join("\n"),
    // Tapped, it leads to what ranks first.
    cursor: { channel: "guild:g1", epoch: 1, seq: 13 },
  });
});

test("[DG3] without previews there are counts only; several channels are told of by name, what ranks first first", () => {
  const first = told(newsOf(full, wishes, 0));
  const chat = (name: string, count: number) =>
    told(
      newsOf(
        reading(
          Array.from({ length: count }, (_, index) => say(11 + index, LUNA, `${name} ${index}`)),
          { name, channel: `team:${name}` },
        ),
        wishes,
        0,
      ),
    );
  const news = [chat("Norte", 2), first, chat("Sur", 1), chat("Este", 1)].filter((one) => one !== undefined);
  const quoted = composeDigest(news, facts, { locale: "es-419", previews: true });
  expect(quoted.title).toBe("Lobos y 3 canales más");
  expect(quoted.body.split("\n")).toEqual([
    "Lobos: 7 mensajes nuevos · 1 mención a ti · 1 respuesta a ti · 1 novedad de guerra · 1 anuncio · 4 reacciones a tus mensajes",
    ...[
      "Beto: @Ana come",
      "Norte: 2 mensajes nuevos",
      "Luna: Norte 1",
      "Sur: 1 mensaje nuevo",
      "Luna: Sur 0",
      "y 1 canal más",
    ],
  ]);
  const counted = composeDigest(news, facts, { locale: "pt-BR", previews: false });
  expect(counted.body).not.toContain("Luna");
  expect(counted.body.split("\n")).toHaveLength(4);
  expect(counted.cursor).toEqual({ channel: "guild:g1", epoch: 1, seq: 13 });
});

test("[DG4] left out: the channel's mute, all but mentions, snoozed, kinds that are off, blocked authors, what was pushed by itself", () => {
  const only = (patch: Partial<ChannelReading>, more: object = {}) =>
    newsOf({ ...full, ...patch }, { ...wishes, ...more }, 1_000);
  const preferences = { push: "all", snoozedUntil: 0 } as const;
  expect(only({}, { preferences: { ...preferences, push: "none" } })).toEqual({ silence: "channel-off" });
  expect(only({}, { preferences: { ...preferences, snoozedUntil: 1_001 } })).toEqual({ silence: "snoozed" });
  expect(only({}, { preferences: { ...preferences, snoozedUntil: 1_000 } })).toHaveProperty("news");
  const mentions = told(only({}, { preferences: { ...preferences, push: "mentions" } }));
  expect(mentions?.counts).toMatchObject({ chatter: 2, mention: 1, reply: 1, war: 0, reactions: 0 });
  const plain = reading([say(11, LUNA, "hello"), say(12, BETO, "bye")]);
  expect(newsOf(plain, { ...wishes, preferences: { ...preferences, push: "mentions" } }, 0)).toEqual({
    silence: "mentions-only",
  });
  expect(newsOf(plain, { ...wishes, off: new Set(["chatter"]) }, 0)).toEqual({ silence: "kind-off" });
  expect(told(newsOf({ ...plain, blocked: new Set([LUNA]) }, wishes, 0))).toMatchObject({
    counts: { chatter: 1 },
    first: { seq: 12 },
  });
  expect(newsOf({ ...plain, blocked: new Set([LUNA, BETO]) }, wishes, 0)).toEqual({ silence: "blocked" });
  expect(told(newsOf({ ...plain, pushed: new Set([12]) }, wishes, 0))?.counts.chatter).toBe(1);
  expect(newsOf({ ...plain, pushed: new Set([11, 12]) }, wishes, 0)).toEqual({ silence: "told" });
  expect(newsOf({ ...plain, member: false }, wishes, 0)).toEqual({ silence: "not-member" });
  // Deleted since: not unread any more, and not said.
  const deleted = entry(11, LUNA, 15, { by: LUNA });
  expect(newsOf(reading([deleted], { unread: 0 }), wishes, 0)).toEqual({ silence: "read" });
});

test("[DG5] after a digest plain talk is worth no other until he reads; what ranks above it is, and reactions alone if there are 5", () => {
  const chat = reading([say(11, LUNA, "hello")]);
  expect(newsOf(chat, wishes, 0)).toMatchObject({ isWorth: true });
  expect(newsOf({ ...chat, toldSinceRead: true }, wishes, 0)).toMatchObject({ isWorth: false });
  expect(newsOf({ ...reading([war(11)]), toldSinceRead: true }, wishes, 0)).toMatchObject({ isWorth: true });
  expect(newsOf(reading([], { toldSinceRead: true }), wishes, 0)).toEqual({ silence: "told" });
  const reacted = (count: number) => newsOf(reading([mine], { reactions: new Map([[9, count]]) }), wishes, 0);
  expect(reacted(4)).toMatchObject({ isWorth: false });
  expect(reacted(5)).toMatchObject({
    isWorth: true,
    news: { counts: { chatter: 0, reactions: 5 }, first: { seq: 9 } },
  });
});

test("[DG6] what lies further back than is read is counted, and the link leads right after what he knows", () => {
  const newest = Array.from({ length: 50 }, (_, index) => say(200 + index, LUNA, `line ${index}`));
  const far = told(newsOf(reading(newest, { unread: 239 }), wishes, 0));
  expect(far).toMatchObject({ counts: { chatter: 239, mention: 0 }, first: { epoch: 1, seq: 11 } });
  // Of 12 calls 3 are known, all of them older than the newest entries.
  const older = [20, 30, 40].map((seq) => say(seq, BETO, `@Ana ${seq}`));
  const called = told(newsOf(reading(newest, { unread: 239, calls: 12, calling: older }), wishes, 0));
  expect(called).toMatchObject({ counts: { chatter: 239, mention: 12 }, first: { seq: 20 } });
  const muted = { ...wishes, preferences: { push: "mentions", snoozedUntil: 0 } as const };
  expect(told(newsOf(reading(newest, { unread: 239, calls: 12, calling: older }), muted, 0))?.counts.chatter).toBe(12);
  const off = { ...wishes, off: new Set(["mention"] as const) };
  expect(told(newsOf(reading(newest, { unread: 239, calls: 12, calling: older }), off, 0))?.counts).toMatchObject({
    chatter: 227,
    mention: 0,
  });
});
