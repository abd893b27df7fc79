import { afterAll, beforeAll, expect, test } from "vitest";
import { composeNotice } from "../server/notifier/sending/compose.ts";
import { asList, asTexts } from "../server/redis/reply.ts";
import { LOCALES } from "../shared/locale.ts";
import { aGuildLife, byCode } from "./a-guild-life.ts";
import { aHomeClient, urlOf } from "./a-home.ts";
import { aRedis } from "./a-redis.ts";
import { aRoom, nonce, refusal } from "./a-room.ts";
import { noticeFacts } from "./notice-facts.ts";
import { waitFor } from "./wait-for.ts";

let connected: Awaited<ReturnType<typeof aRedis>>;
beforeAll(async () => {
  connected = await aRedis();
});
afterAll(() => connected.redis.close());

const aWorld = async () => {
  const { redis, keys } = await aRedis();
  await redis.close();
  return { keys, ...(await aGuildLife({ redis: connected.redis, keys })) };
};
const mail = (n: number | string) => ({ nonce: nonce(n), title: `Título ${n}`, text: `Texto ${n}` });

test("[GU62] mail stays for each member until he has read it, and its author learns how many have", async () => {
  const { mails, guilds, players } = await aWorld();
  const { id } = await mails.send("g1", "ana", mail(1));
  const unread = async (player: string) =>
    (await mails.list("g1", player)).filter(({ read }) => !read).map(({ title }) => title);
  expect(await Promise.all(["ana", "beto", "caro"].map(unread))).toEqual([[], ["Título 1"], ["Título 1"]]);
  await mails.read("g1", "beto", id);
  await mails.read("g1", "beto", id);
  expect(await Promise.all(["beto", "caro"].map(unread))).toEqual([[], ["Título 1"]]);
  expect((await mails.list("g1", "ana")).map(({ readers }) => readers)).toEqual([2]);
  expect((await mails.list("g1", "caro")).map(({ readers }) => readers)).toEqual([undefined]);
  expect(await mails.list("g1", undefined)).toMatchObject([{ id, from: 1, text: "Texto 1", readers: 2 }]);
  await players.putProfile("dino", { name: "dino" });
  await guilds.admit("g1", "dino", "member");
  expect(await mails.list("g1", "dino")).toMatchObject([{ id, read: true }]);
  await mails.send("g1", undefined, mail(2));
  expect(await unread("dino")).toEqual(["Título 2"]);
  await expect(mails.read("g1", "dino", "1-999")).rejects.toMatchObject(byCode("mail-not-found"));
  await expect(mails.list("g1", "nobody")).rejects.toMatchObject(byCode("not-member"));
});

test("[GU63] the same mail again is one, for whoever may write it; it is an entry and pushed to who is away", async () => {
  const { keys, mails, entries } = await aWorld();
  const first = await mails.send("g1", "ana", mail(1));
  expect(await mails.send("g1", "ana", mail(1))).toEqual(first);
  await expect(mails.send("g1", "ana", { ...mail(1), text: "Otro" })).rejects.toMatchObject(byCode("key-reused"));
  await expect(mails.send("g1", "beto", mail(1))).rejects.toMatchObject(byCode("not-permitted"));
  expect(await entries("mail")).toMatchObject([{ from: 1, body: { title: "Título 1", text: "Texto 1" } }]);
  const outbox = `${keys.prefixes("guild:g1")[1]}outbox`;
  const rows = asList(await connected.redis.run(outbox, ["XRANGE", outbox, "-", "+"]));
  const notices = rows
    .map((row) => JSON.parse(asTexts(asList(row)[1])[1] ?? ""))
    .filter(({ type }) => type === "notice");
  expect(notices).toMatchObject([{ about: "announcement", seq: first.seq, author: "ana", kind: 18 }]);
});

test("[GU63] the push says in its reader's language who wrote, and nothing of it to who wants no previews", async () => {
  const { mails, entries } = await aWorld();
  await mails.send("g1", "ana", mail(1));
  const [entry] = await entries("mail");
  if (entry === undefined) throw new Error("no mail");
  const of = { ...noticeFacts, channel: "guild:g1", name: "Lobos", author: "ana", expiresAt: 1 };
  for (const locale of LOCALES) {
    expect(composeNotice(entry, of, { locale, previews: true })).toMatchObject({
      title: "Lobos: Título 1",
      body: "ana: Texto 1",
    });
    const hidden = composeNotice(entry, of, { locale, previews: false });
    expect(hidden.title).toBe("Lobos");
    expect(hidden.body).not.toContain("Texto");
  }
});

test("[GU64] a guild writes so many mails within 24 hours, the game's backend more; 20 are kept, for 30 days", async () => {
  const { mails, part } = await aWorld();
  for (const n of [1, 2, 3]) await mails.send("g1", "ana", mail(n));
  const refused = await mails.send("g1", "ana", mail(4)).catch((error: unknown) => error);
  expect(refused).toMatchObject(byCode("mail-quota"));
  const [oldest] = (await mails.list("g1", "ana")).slice(-1);
  expect(refused).toMatchObject({ retryAtMs: (oldest?.at ?? 0) + 86_400_000 });
  await mails.send("g1", "ana", mail(2));
  for (let n = 5; n <= 24; n++) await mails.send("g1", undefined, mail(n));
  const titles = (await mails.list("g1", "ana")).map(({ title }) => title);
  expect(titles).toEqual(Array.from({ length: 20 }, (_, index) => `Título ${24 - index}`));
  const rows = part("mails");
  const [newest] = await mails.list("g1", "ana");
  const old = JSON.stringify({ ...newest, at: Date.now() - 30 * 86_400_000 });
  await connected.redis.run(rows, ["HSET", rows, newest?.id ?? "", old]);
  expect((await mails.list("g1", "ana")).map(({ title }) => title)).toEqual(titles.slice(1));
});

test("[GU62] mail reaches who is connected as an entry and in the state, and is sent, listed and read over a connection", async () => {
  const { seat } = await aRoom(["ana", "beto"]);
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  await beto.resume();
  const sent = await ana.room.request("sendMail", { guild: "g1", ...mail(1), text: "  hola\r\ntodos " });
  await waitFor(() => beto.entries.some(({ kind }) => kind === "mail"), "the mail's entry");
  await waitFor(() => beto.room.state.mailAt === sent.at, "the mail in the state");
  const { mails } = await beto.room.request("listMail", { guild: "g1" });
  expect(mails).toMatchObject([{ id: sent.id, title: "Título 1", text: "hola\ntodos", read: false }]);
  await beto.room.request("readMail", { guild: "g1", mail: sent.id });
  expect((await beto.room.request("listMail", { guild: "g1" })).mails).toMatchObject([{ read: true }]);
  for (const [bad, code] of [
    [{ title: "" }, "bad-request"],
    [{ title: "x".repeat(61) }, "bad-request"],
    [{ text: "   " }, "text-empty"],
    [{ text: "x".repeat(501) }, "text-too-long"],
  ] as const)
    expect(await refusal(ana.room.request("sendMail", { guild: "g1", ...mail(2), ...bad }))).toMatchObject({ code });
});

test("[GU74] who reads a mail on one device is told so on his others, once; nobody else is", async () => {
  const { chat } = await aRoom(["ana", "beto"]);
  const devices = ["phone", "tablet"].map(() => aHomeClient(urlOf(chat.port), "beto"));
  const ana = aHomeClient(urlOf(chat.port), "ana");
  await Promise.all([...devices, ana].map((client) => client.live()));
  const told: string[][] = [...devices, ana].map((client) => {
    const heard: string[] = [];
    client.on("mailRead", ({ mail: id }) => heard.push(id));
    return heard;
  });
  const { id } = await ana.ask("sendMail", { guild: "g1", ...mail(1) });
  for (let times = 0; times < 2; times++) await devices[0]?.ask("readMail", { guild: "g1", mail: id });
  await waitFor(() => told[1]?.length === 1, "the tablet to be told");
  await devices[0]?.ask("listMail", { guild: "g1" });
  expect(told[1]).toEqual([id]);
  expect(told[2]).toEqual([]);
});
