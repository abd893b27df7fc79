import { expect, onTestFinished, test } from "vitest";
import type { z } from "zod";
import { connect } from "../client/gremio.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { createdCodeSchema, membersSchema } from "../shared/api/joining.ts";
import { LIMITS } from "../shared/limits.ts";
import { aClient } from "./a-client.ts";
import { aRoom } from "./a-room.ts";
import { aToken } from "./a-studio.ts";
import { askOverHttp } from "./ask-over-http.ts";
import { waitFor } from "./wait-for.ts";

const homeClient = (url: string, player: string) => {
  const client = connect({ url, home: true, getToken: () => aToken(player) });
  onTestFinished(() => client.close());
  return client;
};

test("[GU22, GU28] a player at home asks, is told what came of it and who invites him, and takes his seat in the guild", async () => {
  const { studio, chat } = await aRoom(["ana", "beto"]);
  await studio.guild("g2", ["caro"]);
  for (const guild of ["g1", "g2"]) await studio.guilds.change(guild, { joinMode: "request" });
  const other = await studio.chat();
  const url = (port: number): string => `http://127.0.0.1:${port}`;
  const dino = homeClient(url(chat.port), "dino");
  const told: unknown[] = [];
  dino.on("answered", ({ guild, accepted, reason }) => told.push([guild, accepted, reason]));
  dino.on("invited", ({ guild, name, by }) => told.push([guild, name, by]));
  await dino.live();
  expect(await dino.ask("joinGuild", { guild: "g1", player: "me", text: "¿Hay lugar?" })).toMatchObject({
    state: "pending",
  });
  expect(await dino.ask("joinGuild", { guild: "g2", player: "me" })).toMatchObject({ state: "pending" });

  // Who decides is on another process, and on HTTP.
  const caro = aClient(url(other.port), "caro", { channel: "guild:g2" });
  await caro.live();
  expect((await caro.ask("listRequests", { guild: "g2" })).requests).toMatchObject([{ player: "dino" }]);
  await caro.ask("answerRequest", { guild: "g2", player: "dino", accept: false, reason: "Somos pocos" });
  await waitFor(() => told.length === 1, "the answer");
  const authorization = `Bearer ${await aToken("ana")}`;
  await askOverHttp(other.port, { authorization }, "invitePlayer", { guild: "g1", player: "dino" });
  await waitFor(() => told.length === 2, "the invitation");
  expect(await dino.ask("getInvitations", { player: "me" })).toMatchObject({
    requests: expect.arrayContaining([expect.objectContaining({ guild: "g2", state: "declined" })]),
    invitations: [{ guild: "g1", name: "Guild g1", by: "ana" }],
  });
  await askOverHttp(other.port, { authorization }, "answerRequest", { guild: "g1", player: "dino", accept: true });
  await waitFor(() => dino.channel?.id === "guild:g1" && dino.phase.phase === "live", "his seat in the guild");
  expect(told).toEqual([
    ["g2", false, "Somos pocos"],
    ["g1", "Guild g1", "ana"],
    ["g1", true, undefined],
  ]);
});

test("[GU33] a code comes with a link and words to share, in three languages", async () => {
  const { studio, chat, seat } = await aRoom(["ana"], { GREMIO_INVITE_URL: "https://game.example/i/{code}" });
  const ana = await seat("ana");
  const created: unknown = await ana.room.request("createCode", { guild: "g1", nonce: "nonce-0001" });
  const listed: unknown = await ana.room.request("listCodes", { guild: "g1" });
  expect(created).toMatchObject({ code: expect.stringMatching(/^[34679CDFHJKMNPQRTVWXY]{10}$/), uses: 10, left: 10 });
  const { code } = createdCodeSchema.parse(created);
  const shown = `${code.slice(0, 5)}-${code.slice(5)}`;
  expect(created).toMatchObject({
    link: `https://game.example/i/${code}`,
    share: {
      "es-419": `Únete a Guild g1: https://game.example/i/${code} (código ${shown})`,
      "pt-BR": `Entre na guilda Guild g1: https://game.example/i/${code} (código ${shown})`,
      en: `Join Guild g1: https://game.example/i/${code} (code ${shown})`,
    },
  });
  expect(listed).toMatchObject({ codes: [{ code, by: "ana" }] });
  const beto = homeClient(`http://127.0.0.1:${chat.port}`, "beto");
  await beto.live();
  expect(await beto.ask("redeemCode", { player: "me", code: ` ${shown.toLowerCase()} ` })).toMatchObject({
    guild: "g1",
  });
  expect(await studio.guilds.guildOf("beto")).toBe("g1");
});

test("[GU34] of a guild of 1,000 the state shows 200, everybody has his own row and sees the names of all who speak", async () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `p${index}`);
  const { studio, chat } = await aRoom(["ana"], { GREMIO_GUILD_PACE: "off" });
  await studio.guilds.change("g1", { capacity: 1_000 });
  await Promise.all(names.map((name) => studio.players.putProfile(name, { name })));
  const tried = await Promise.allSettled(names.map((name) => studio.guilds.admit("g1", name, "member")));
  expect(tried.filter(({ status }) => status === "rejected")).toHaveLength(1);
  const all = (await Promise.all(names.map((name) => studio.guilds.membershipOf(name)))).map((one) => one?.number ?? 0);
  const last = names[all.indexOf(Math.max(...all))] ?? "";
  const officer = names[all.indexOf(900)] ?? "";
  const early = names[all.indexOf(5)] ?? "";
  await studio.guilds.setRank("g1", officer, "officer");

  const url = `http://127.0.0.1:${chat.port}`;
  const [one, other] = [aClient(url, early), aClient(url, last)];
  await Promise.all([one.live(), other.live()]);
  const state = await waitFor(
    () => (one.channel.state?.onlineCount === 2 ? one.channel.state : undefined),
    "both to be online",
  );
  expect(state.memberCount).toBe(1_000);
  expect(state.roster.size).toBe(LIMITS.rosterMembers);
  expect([...state.roster.values()].map(({ number }) => number).sort((a, b) => a - b)).toEqual([
    ...Array.from({ length: LIMITS.rosterMembers - 1 }, (_, index) => index + 1),
    900,
  ]);
  await waitFor(() => other.channel.me !== undefined, "his own row");
  expect(other.channel.me).toMatchObject({ number: 1_000, rank: "member" });
  await other.channel.send("hola a todos");
  await waitFor(() => one.shown.some(({ kind }) => kind === "text"), "the message");
  const said = one.shown.find(({ kind }) => kind === "text");
  const person = await waitFor(() => one.channel.person(said?.from ?? 0), "the name of who spoke");
  expect(person.name).toBe(last);
  // From a page, he is named by it.
  const third = aClient(url, early);
  await third.live();
  expect(third.channel.person(said?.from ?? 0)?.name).toBe(last);
  await studio.guilds.remove("g1", officer, "kicked");
  await waitFor(() => one.channel.state?.roster.has(officer) === false, "the officer to be gone from the state");
  expect(one.channel.state?.roster.size).toBe(LIMITS.rosterMembers);

  // A member draws his whole guild from pages, in whatever order he likes.
  const brought = { guild: "g1" };
  await makeLedger(studio.redis, studio.keys).move({
    book: brought,
    key: "k",
    amount: 40,
    reason: "quest",
    member: last,
  });
  const rows = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page: z.infer<typeof membersSchema> = await one.ask("listMembers", { guild: "g1", after, limit: 200 });
    rows.push(...page.members);
    after = page.next;
  }
  expect(rows).toHaveLength(999);
  expect(rows.every(({ joinedAt }) => joinedAt > 0)).toBe(true);
  expect(rows.toSorted((a, b) => b.points - a.points)[0]).toMatchObject({ player: last, points: 40, number: 1_000 });
  const lately = rows.toSorted((a, b) => (b.seenAt ?? 0) - (a.seenAt ?? 0)).slice(0, 2);
  expect(lately.map(({ player }) => player).toSorted()).toEqual([early, last].toSorted());
  await waitFor(() => other.channel.me?.points === 40, "what he brought in his own row");

  const key = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "" };
  const found: number[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const answer = await askOverHttp(chat.port, key, "listMembers", { guild: "g1", after, limit: 200 });
    const page = membersSchema.parse(answer.body);
    found.push(...page.members.map(({ number }) => number));
    after = page.next;
  }
  expect(found).toHaveLength(999);
  expect(found).toEqual([...found].sort((a, b) => a - b));
  const { body } = await askOverHttp(chat.port, key, "getGuild", { guild: "g1" });
  expect(body).toMatchObject({ memberCount: 999, onlineCount: 2, members: expect.any(Array) });
});
