import { expect, test } from "vitest";
import { makeDirectory } from "../server/directory/directory.ts";
import { makeSearch } from "../server/directory/search.ts";
import { searchDirectorySchema } from "../shared/api/directory.ts";
import { textsOf } from "./a-client.ts";
import { aHomeClient, isLive, urlOf, watch } from "./a-home.ts";
import { NO_PACE } from "./a-home-crowd.ts";
import { refusal } from "./a-room.ts";
import { aSeat } from "./a-seat.ts";
import { aStudio } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

/** Guild `g1` of ana, which takes everybody, listed; and solo, who has none. */
const aListedGuild = async (env: Readonly<Record<string, string>> = {}) => {
  const studio = await aStudio();
  await studio.guild("g1", ["ana"]);
  const info = studio.keys.of("guild:g1", "info");
  await studio.redis.run(info, ["HSET", info, "joinMode", "open"]);
  const chat = await studio.chat({ ...NO_PACE, ...env });
  await studio.players.putProfile("solo", { name: "solo" });
  const ana = aHomeClient(urlOf(chat.port), "ana");
  const solo = aHomeClient(urlOf(chat.port), "solo");
  await Promise.all([ana.live(), solo.live()]);
  await ana.ask("changeGuild", { guild: "g1", name: "Jaguares" });
  await makeDirectory(studio.redis, studio.keys).refresh("guild:g1");
  return { studio, chat, ana, solo };
};

test("[DI10, HM15] from home a player finds a guild, joins it by one request and sees it live on all his devices without asking again", async () => {
  const { studio, chat, ana, solo } = await aListedGuild();
  const tablet = aHomeClient(urlOf(chat.port), "solo");
  await tablet.live();
  expect([solo.channel, tablet.channel]).toEqual([undefined, undefined]);
  const guilds: unknown[] = [];
  tablet.on("membership", (guild) => guilds.push(guild));
  expect((await solo.ask("suggestGuilds", { player: "me" })).suggestions).toMatchObject([{ guild: { id: "g1" } }]);
  const joined = await solo.ask("quickJoin", { player: "me", nonce: "nonce-from-home" });
  expect(joined).toMatchObject({ guild: "g1", name: "Jaguares", number: 2 });
  for (const device of [solo, tablet]) {
    await waitFor(() => device.channel?.id === "guild:g1" && isLive(device.channel), "his seat in the guild");
    await waitFor(() => device.channel?.state?.roster.has("solo"), "the guild's state");
  }
  expect(guilds).toEqual(["g1"]);
  const seen = [solo, tablet].map(({ channel }) => (channel === undefined ? undefined : watch(channel)));
  const card = seen[0]?.shown.find(({ kind }) => kind === "card");
  expect(card?.body).toMatchObject({ card: "welcome", data: { who: 2 } });
  await ana.channel?.send("¡Hola, solo!").settled;
  for (const device of seen)
    await waitFor(() => textsOf(device?.shown ?? []).includes("¡Hola, solo!"), "what is said there");
  await studio.guilds.remove("g1", "solo", "kicked");
  for (const device of [solo, tablet])
    await waitFor(() => device.channel === undefined && device.phase.phase === "live", "his home");
  expect((await solo.ask("searchDirectory", { name: "jag" })).results).toHaveLength(1);
});

test("[HM15] whoever brings him into a guild, his client at home goes there; one that is there already stays", async () => {
  const { studio, ana, solo } = await aListedGuild();
  const phases: string[] = [];
  ana.on("phase", ({ phase }) => phases.push(phase));
  await studio.guilds.admit("g1", "solo", "member");
  await waitFor(() => solo.channel?.id === "guild:g1" && isLive(solo.channel), "his seat in the guild");
  await studio.guilds.admit("g1", "solo", "member");
  await studio.guilds.setRank("g1", "solo", "officer");
  await solo.channel?.send("aquí").settled;
  await waitFor(() => textsOf(ana.channel?.entries ?? []).includes("aquí"), "what he said");
  expect(phases).toEqual([]);
});

test("[DI10, HM15] a connection is told of its own player alone, and asks for him alone", async () => {
  const { studio, chat } = await aListedGuild();
  await studio.players.putProfile("beto", { name: "beto" });
  const beto = await aSeat(chat.port, await studio.token("beto"), { home: true });
  const other = await aSeat(chat.port, await studio.token("caro"), { home: true });
  await studio.guilds.admit("g1", "beto", "member");
  await studio.guilds.remove("g1", "beto", "left");
  await waitFor(() => beto.personal.length === 2, "both");
  expect(beto.personal).toEqual([
    { type: "membership", guild: "g1" },
    { type: "membership", guild: null },
  ]);
  expect(other.personal).toEqual([]);
  const asked: [string, object][] = [
    ["quickJoin", { player: "solo", nonce: "nonce-of-beto-1" }],
    ["suggestGuilds", { player: "solo" }],
    ["joinCircle", { circle: "c1", player: "solo" }],
    ["leaveCircle", { circle: "c1", player: "solo" }],
    ["createCircle", { id: "c1", name: "Mío", player: "solo" }],
  ];
  for (const [name, request] of asked)
    expect(await refusal(beto.room.request(name, request)), name).toMatchObject({ code: "not-permitted" });
});

test("[DI10] what happens in a guild is in the directory soon, without anybody asking for it", async () => {
  const { studio, solo } = await aListedGuild();
  await studio.players.putProfile("beto", { name: "beto" });
  await studio.guilds.change("g1", { name: "Pumas" });
  await studio.guilds.admit("g1", "beto", "member");
  const results = async () =>
    (await makeSearch(makeDirectory(studio.redis, studio.keys))(searchDirectorySchema.parse({ name: "pum" }))).results;
  await waitFor(async () => (await results())[0]?.members === 2, "the guild to be listed anew");
  expect((await solo.ask("searchDirectory", { name: "pum" })).results).toMatchObject([{ id: "g1", members: 2 }]);
});
