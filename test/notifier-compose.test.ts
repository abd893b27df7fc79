import { expect, test } from "vitest";
import type { ChannelNews } from "../server/notifier/digests/channel-news.ts";
import { composeNotice, type VisiblePush } from "../server/notifier/sending/compose.ts";
import { composeDigest } from "../server/notifier/sending/compose-digest.ts";
import { messageFor } from "../server/notifier/sending/message-for.ts";
import { unreadPhrase } from "../server/notifier/sending/phrases.ts";
import { shorten } from "../server/notifier/sending/shorten.ts";
import type { Entry } from "../shared/entry.ts";
import { LOCALES } from "../shared/locale.ts";
import { noticeFacts } from "./notice-facts.ts";

const at = { epoch: 1, at: 1_000 };
const text = (seq: number, from: number, body: string): Entry => ({ ...at, seq, from, kind: "text", body });
const newsOf = (count: number, unread: readonly Entry[], names: ChannelNews["names"], name = "Lobos"): ChannelNews => ({
  ...{ channel: "guild:g1", name, names, first: { epoch: 1, seq: 1 } },
  counts: { mention: 0, reply: 0, war: 0, announcement: 0, reactions: 0, chatter: count },
  lines: unread.map((entry) => ({ rank: "chatter", entry })),
});
const facts = { channel: "guild:g1", name: "Lobos", expiresAt: 61_000 };

test("[NO27] numbers and plurals are those of the language", () => {
  expect([0, 1, 2, 1_234_567].map((count) => unreadPhrase(count, "es-419"))).toEqual([
    "0 mensajes nuevos",
    "1 mensaje nuevo",
    "2 mensajes nuevos",
    "1,234,567 mensajes nuevos",
  ]);
  expect([1, 2, 1_234].map((count) => unreadPhrase(count, "pt-BR"))).toEqual([
    "1 mensagem nova",
    "2 mensagens novas",
    "1.234 mensagens novas",
  ]);
  expect([1, 2].map((count) => unreadPhrase(count, "en"))).toEqual(["1 new message", "2 new messages"]);
});

test("[NO27] every kind of push says something in every language, also when names are not known", () => {
  const entries: Entry[] = [
    { ...at, seq: 1, from: 3, kind: "announcement", body: "hola" },
    { ...at, seq: 2, from: 0, kind: "news", body: "hola" },
    { ...at, seq: 2, from: 3, kind: "text", body: "hola" },
    { ...at, seq: 3, from: 0, kind: "news", body: { template: "guild-attacked", params: { attacker: "Zorros" } } },
  ];
  const said = LOCALES.flatMap((locale) =>
    [true, false].flatMap((previews) => {
      const reader = { locale, previews };
      const pushes = entries.map((entry) => composeNotice(entry, { ...noticeFacts, ...facts, name: "" }, reader));
      const digest = composeDigest([newsOf(2, entries, new Map(), "")], facts, reader);
      return [...pushes, digest].map(({ title, body }) => ({ locale, title, body }));
    }),
  );
  for (const { title, body } of said) {
    expect(title.trim()).not.toBe("");
    expect(body.trim()).not.toBe("");
    expect(title + body).not.toMatch(/undefined|\{/);
  }
  expect(
    new Set(
      LOCALES.map((locale) => JSON.stringify(said.filter((row) => row.locale === locale).map(({ title }) => title))),
    ).size,
  ).toBe(3);
});

test("[NO28] long texts are cut between characters as people see them", () => {
  expect(shorten("👨‍👩‍👧‍👦".repeat(10), 4, 1_000)).toBe(`${"👨‍👩‍👧‍👦".repeat(3)}…`);
  expect(shorten("👨‍👩‍👧‍👦".repeat(10), 80, 60)).toBe(`${"👨‍👩‍👧‍👦".repeat(2)}…`);
  expect(shorten("abc", 3, 1_000)).toBe("abc");
  const push = composeNotice(
    { ...at, seq: 1, from: 3, kind: "announcement", body: "ñ".repeat(500) },
    { ...noticeFacts, ...facts, author: "Ana" },
    { locale: "en", previews: true },
  );
  expect(push.body).toBe(`Ana: ${"ñ".repeat(239)}…`);
  const digest = composeDigest(
    [
      newsOf(
        9,
        [1, 2, 3, 4].map((seq) => text(seq, 1, `${seq}\n${"x".repeat(500)}`)),
        new Map([[1, "Ana"]]),
      ),
    ],
    facts,
    { locale: "en", previews: true },
  );
  const [first, ...lines] = digest.body.split("\n");
  expect(first).toBe("9 new messages");
  expect(lines.map((line) => line.slice(0, 8))).toEqual(["Ana: 2 x", "Ana: 3 x", "Ana: 4 x"]);
});

const push: VisiblePush = {
  ...{ kind: "announcement", tag: "guild:g1#1.7", title: "T", body: "B", expiresAt: 61_000 },
  ...{ importance: "important", quietly: false, arm: "away" },
  cursor: { channel: "guild:g1", epoch: 1, seq: 7 },
};
const digest: VisiblePush = {
  ...push,
  ...{ kind: "digest", importance: "digest", quietly: true, arm: "digest-due", tag: "guild:g1#digest" },
};

test("[NO29] urgent is only what is important; digests alone have collapse keys, those of a week their own; time to live is the notice's", () => {
  const device = { kind: "token", target: "some-target" } as const;
  expect(messageFor(push, { ...device, platform: "android" }, 1_000)).toMatchObject({
    token: "some-target",
    data: { channel: "guild:g1", epoch: "1", seq: "7", kind: "announcement", tag: "guild:g1#1.7" },
    android: { priority: "high", ttl: 60_000, notification: { channelId: "important", tag: "guild:g1#1.7" } },
    fcmOptions: { analyticsLabel: "away" },
  });
  expect(messageFor(push, { ...device, platform: "android" }, 1_000).android).not.toHaveProperty("collapseKey");
  expect(messageFor(digest, { ...device, platform: "android" }, 1_000)).toMatchObject({
    android: { priority: "normal", collapseKey: "digest", notification: { channelId: "digest" } },
    fcmOptions: { analyticsLabel: "digest-due" },
  });
  const weekly = messageFor({ ...digest, arm: "weekly" }, { ...device, platform: "android" }, 1_000);
  expect(weekly.android).toMatchObject({ priority: "normal", collapseKey: "weekly" });
  expect(messageFor(digest, { ...device, platform: "ios" }, 1_000).apns).toMatchObject({
    headers: { "apns-priority": "5", "apns-collapse-id": "guild:g1#digest", "apns-expiration": "61" },
    payload: { aps: { "interruption-level": "passive" } },
  });
  expect(messageFor(push, { kind: "fid", target: "an-installation", platform: "web" }, 1_000)).toMatchObject({
    fid: "an-installation",
    webpush: { headers: { TTL: "60", Urgency: "high" }, notification: { tag: "guild:g1#1.7", renotify: true } },
  });
  const android = { ...device, platform: "android" } as const;
  const urgent: VisiblePush = { ...push, importance: "urgent" };
  expect(messageFor(urgent, android, 0).android?.notification?.channelId).toBe("urgent");
  expect(messageFor(urgent, { ...device, platform: "ios" }, 0).apns?.payload?.aps).toMatchObject({
    ...{ "interruption-level": "time-sensitive", sound: "default" },
  });
  const quietly: VisiblePush = { ...urgent, quietly: true };
  expect(messageFor(quietly, android, 0).android?.notification?.channelId).toBe("updates");
  expect(messageFor(quietly, { ...device, platform: "ios" }, 0).apns?.payload?.aps).not.toHaveProperty("sound");
  const clear = { kind: "clear", tags: ["a", "b"], expiresAt: 61_000 } as const;
  for (const platform of ["android", "ios", "web"] as const) {
    const message = messageFor(clear, { ...device, platform }, 1_000);
    expect(message).toMatchObject({ data: { kind: "clear", tags: '["a","b"]' } });
    expect(JSON.stringify(message)).not.toMatch(/high|"10"|"notification"/);
  }
});

test("[NO29] ids that replace keep to the platforms' limits and differ where tags differ", () => {
  const long = (seq: number): VisiblePush => ({ ...push, tag: `guild:${"x".repeat(60)}#1.${seq}` });
  const device = { kind: "token", target: "some-target" } as const;
  const ids = [1, 2].map((seq) => {
    const { apns } = messageFor(long(seq), { ...device, platform: "ios" }, 0);
    const { webpush } = messageFor(long(seq), { ...device, platform: "web" }, 0);
    return [apns?.headers?.["apns-collapse-id"] ?? "", webpush?.headers?.Topic ?? ""];
  });
  for (const [collapse = "", topic = ""] of ids) {
    expect(Buffer.byteLength(collapse)).toBeLessThanOrEqual(64);
    expect(topic).toMatch(/^[A-Za-z0-9_-]{1,32}$/);
  }
  expect(new Set(ids.flat()).size).toBe(4);
});

test("[NO33] the longest messages, in characters of any size, fit into FCM's 4,096 bytes", () => {
  const long = [`a${"\u{1d165}".repeat(499)}`, "👨‍👩‍👧‍👦".repeat(71), "漢".repeat(500), '"'.repeat(500)];
  const name = "😀".repeat(16);
  for (const body of long) {
    const entry = { ...at, seq: 1, from: 3, kind: "announcement", body } as const;
    const reader = { locale: "en", previews: true } as const;
    const unread = [1, 2, 3].map((seq) => text(seq, 1, body));
    const news = newsOf(9_999, unread, new Map([[1, name]]), name);
    for (const push of [
      composeNotice(entry, { ...noticeFacts, ...facts, name, author: name }, reader),
      composeDigest([news], facts, reader),
      composeDigest([news, news, news, news], facts, reader),
    ])
      for (const platform of ["android", "ios", "web"] as const) {
        const { notification, data } = messageFor(push, { kind: "token", target: "target-1", platform }, 0);
        expect(Buffer.byteLength(JSON.stringify({ notification, data }))).toBeLessThan(3_800);
      }
  }
});
