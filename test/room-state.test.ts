import { expect, test } from "vitest";
import { aRoom, nonce, texts } from "./a-room.ts";
import { aSeat, joinOver } from "./a-seat.ts";
import { aToken } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

test("[RM7, WM3] the state shows roster, points, profiles, who is online and who is in for wars, within a patch", async () => {
  const { seat, studio } = await aRoom();
  const ana = await seat("ana");
  await ana.resume();
  const member = (player: string) => ana.room.state.roster?.get(player);
  await waitFor(() => ana.room.state.memberCount === 3 && member("ana")?.online === true, "the first state");
  expect(member("ana")).toMatchObject({ number: 1, rank: "leader", name: "ana" });
  expect(member("beto")).toMatchObject({ online: false });
  const beto = await seat("beto");
  await waitFor(() => member("beto")?.online === true && ana.room.state.onlineCount === 2, "beto online");
  await studio.players.putProfile("beto", { name: "Beto el Bravo", level: 9, fields: { clase: "mago" } });
  await waitFor(() => member("beto")?.name === "Beto el Bravo", "the rename", within(2_000));
  expect(member("beto")).toMatchObject({ level: 9, fields: '{"clase":"mago"}', locale: "es-419", version: 2 });
  await studio.guilds.setRank("g1", "beto", "officer");
  await waitFor(() => member("beto")?.rank === "officer", "the rank");
  expect(member("beto")?.warReady).toBe(true);
  await beto.room.request("setWarReady", { guild: "g1", player: "me", ready: false });
  await waitFor(() => member("beto")?.warReady === false, "that he is out for wars", within(2_000));
  await studio.guilds.remove("g1", "caro", "left");
  await waitFor(() => ana.room.state.memberCount === 2 && member("caro") === undefined, "caro gone");
  beto.cut();
  await waitFor(() => member("beto")?.online === false, "beto offline");
});

test("[RM8] what is for one player alone comes as `me`, when it changes", async () => {
  const { seat, studio } = await aRoom();
  const beto = await seat("beto");
  await waitFor(() => beto.mes.length > 0, "the first me");
  expect(beto.mes.at(-1)).toMatchObject({ number: 2, rank: "member", points: 0 });
  await studio.guilds.setRank("g1", "beto", "officer");
  await waitFor(() => beto.mes.at(-1)?.rank === "officer", "the promotion");
});

test("[RM11] two processes show one guild: the same order, everyone's presence, and the dead one's players go offline", async () => {
  const { seat, studio } = await aRoom(["ana", "beto", "caro"], { GREMIO_LEASE_MS: "600" });
  const other = await studio.chat({ GREMIO_LEASE_MS: "600" });
  const [ana, beto] = [await seat("ana"), await seat("beto", other.port)];
  await Promise.all([ana.resume(), beto.resume()]);
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => (n % 2 ? ana : beto).ask("send", { nonce: nonce(n), text: `m${n}` })),
  );
  await waitFor(() => texts(ana.entries).length === 20 && texts(beto.entries).length === 20, "all messages on both");
  expect(ana.entries).toEqual(beto.entries.map((entry) => entry));
  await waitFor(() => ana.room.state.onlineCount === 2, "both online");
  await other.kill();
  await waitFor(() => ana.room.state.onlineCount === 1, "the dead process's player offline");
  const online = studio.keys.of("guild:g1", "online");
  await waitFor(async () => (await studio.redis.run(online, ["HLEN", online])) === 1, "his session taken off");
  await studio.redis.run(online, ["DEL", online]);
  await studio.guilds.change("g1", { name: "Otro" });
  await waitFor(async () => (await studio.redis.run(online, ["HLEN", online])) === 1, "what is open put on again");
});

test("[RM19] people who left are named once per page, with their last profile", async () => {
  const { seat, studio, chat } = await aRoom();
  const beto = await aSeat(chat.port, await aToken("beto", { claims: { name: "Beto", level: 7 } }));
  await beto.resume();
  for (const n of [1, 2, 3]) await beto.ask("send", { nonce: nonce(n), text: `m${n}` });
  await studio.guilds.remove("g1", "beto", "left");
  const ana = await seat("ana");
  const page = await ana.resume();
  expect(page.former).toEqual([
    { number: 2, player: "beto", profile: expect.objectContaining({ name: "Beto", level: 7, version: 2 }) },
  ]);
  expect((await ana.ask("history", { limit: 50 })).former).toHaveLength(1);
});

test("[PT10] a token whose name was cut inside an emoji locks nobody out, and all see the same name", async () => {
  const { seat, chat } = await aRoom(["ana", "beto"]);
  const ana = await seat("ana");
  for (const name of ["Beto \ud83d", "Beto"]) {
    const { status } = await joinOver(chat.port, await aToken("beto", { claims: { name } }));
    expect(status).toBe(200);
    await waitFor(() => ana.room.state.roster?.get("beto")?.name === name.toWellFormed(), "the name");
  }
});
