import { expect, test } from "vitest";
import { guildFactsSchema } from "../shared/api/guild-facts.ts";
import { aRoom } from "./a-room.ts";
import { askOverHttp } from "./ask-over-http.ts";
import { waitFor } from "./wait-for.ts";

const facts = {
  motto: "Aúlla y corre 🐺",
  language: "es-419",
  region: "MX",
  emblem: "wolf-3",
  topics: ["pvp", "late-night"],
} as const;

test("[GU50] a guild tells its facts at its creation and later; an empty text takes one away", async () => {
  const { studio, chat } = await aRoom(["ana"]);
  await studio.players.putProfile("beto", { name: "beto" });
  const key = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "" };
  const created = { id: "g2", name: "Lobos", tag: "LOB", leader: "beto", ...facts };
  const first = await askOverHttp(chat.port, key, "createGuild", created);
  expect(first.body).toMatchObject({ ...facts, level: 1, earned: 0, seasonPoints: 0, disbandsAt: 0 });
  expect((await askOverHttp(chat.port, key, "createGuild", created)).body).toMatchObject(facts);
  const beto = { authorization: `Bearer ${await studio.token("beto")}` };
  const changed = await askOverHttp(chat.port, beto, "changeGuild", { guild: "g2", motto: "", region: "latam" });
  expect(changed.body).toMatchObject({ ...facts, motto: "", region: "latam" });
  const without = await askOverHttp(chat.port, beto, "changeGuild", { guild: "g2", topics: [], language: "" });
  expect(without.body).toMatchObject({ topics: [], language: "", emblem: "wolf-3" });
});

test("[GU50] what is not clean is refused, and what is written differently is stored in one form", () => {
  const { success: isGood } = guildFactsSchema.safeParse({ motto: "x".repeat(140) });
  expect(isGood).toBe(true);
  for (const bad of [
    { motto: "x".repeat(141) },
    { motto: "two\nlines" },
    { motto: "turned \u202e around" },
    { motto: "half \ud83d" },
    { motto: "write to ana@example.com" },
    { language: "fr" },
    { region: "a country" },
    { emblem: "no id" },
    { topics: ["a", "b", "c", "d"] },
  ])
    expect(guildFactsSchema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
  expect(guildFactsSchema.parse({ motto: "  cafe\u0301 👩‍👩‍👧 " })).toEqual({ motto: "café 👩‍👩‍👧" });
});

test("[GU51] a changed fact is in the state of connected members", async () => {
  const { studio, seat } = await aRoom(["ana", "beto"]);
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  await ana.room.request("changeGuild", { guild: "g1", ...facts });
  const { topics: _, ...shown } = facts;
  for (const { room } of [ana, beto])
    await waitFor(() => room.state.motto === facts.motto, "the new motto in the state");
  expect(beto.room.state).toMatchObject({ ...shown, capacity: 100, level: 1, disbandsAt: 0, mailAt: 0 });
  expect(await studio.guilds.snapshot("g1")).toMatchObject(facts);
});

test("[GU71] players of no guild or another are not told when a guild's members were last seen, nor who invited them", async () => {
  const { studio, chat, seat } = await aRoom(["ana", "beto"]);
  await studio.players.putProfile("zoe", { name: "zoe" });
  (await seat("ana")).cut();
  const key = studio.keys.of("guild:g1", "seen");
  await waitFor(async () => (await studio.redis.run(key, ["HEXISTS", key, "ana"])) === 1, "her to be seen");
  const asked = async (player: string, name: "getGuild" | "listMembers") => {
    const bearer = { authorization: `Bearer ${await studio.token(player)}` };
    return JSON.stringify((await askOverHttp(chat.port, bearer, name, { guild: "g1" })).body);
  };
  for (const name of ["getGuild", "listMembers"] as const) {
    expect(await asked("beto", name)).toContain('"seenAt":');
    expect(await asked("zoe", name)).toContain('"joinedAt":');
    expect(await asked("zoe", name)).not.toMatch(/"seenAt":|"invitedBy":/);
  }
});
