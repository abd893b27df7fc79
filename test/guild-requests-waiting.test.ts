import { expect, test } from "vitest";
import type { OperationName } from "../shared/operations.ts";
import { aRoom } from "./a-room.ts";
import { askOverHttp } from "./ask-over-http.ts";
import { waitFor } from "./wait-for.ts";

/** Guild `g1` in which officers decide, led by ana on one process, with officer beto on another; dino and elsa are of no guild. */
const aGuildThatIsAsked = async () => {
  const { studio, chat, seat } = await aRoom(["ana", "beto"]);
  const other = await studio.chat();
  await studio.guilds.change("g1", { joinMode: "request" });
  await studio.guilds.setRank("g1", "beto", "officer");
  for (const player of ["dino", "elsa"]) await studio.players.putProfile(player, { name: player });
  const officers = [await seat("ana"), await seat("beto", other.port)];
  const bearer = async (player: string) => ({ authorization: `Bearer ${await studio.token(player)}` });
  return {
    ...{ studio, officers },
    ana: officers[0],
    beto: officers[1],
    ask: async (player: string, name: OperationName, body: object) =>
      (await askOverHttp(chat.port, await bearer(player), name, { guild: "g1", ...body })).body,
    shown: async (requests: number, when: string): Promise<void> => {
      for (const { room } of officers) await waitFor(() => room.state.requests === requests, `${requests} ${when}`);
    },
  };
};

test("[GU77] officers on two processes see at once how many wait: who asks, takes it back, is answered or banned", async () => {
  const { ana, beto, ask, shown } = await aGuildThatIsAsked();
  await shown(0, "at first");
  const join = (player: string) => ask(player, "joinGuild", { player: "me", text: "¡Hola!" });
  await join("dino");
  await shown(1, "who asks");
  await join("dino");
  await join("elsa");
  await shown(2, "who ask, one of them twice");
  await ask("dino", "withdrawRequest", { player: "me" });
  await shown(1, "when one took it back");
  await beto?.room.request("answerRequest", { guild: "g1", player: "elsa", accept: false });
  await shown(0, "after a no");
  await join("dino");
  await join("elsa");
  await shown(2, "who ask again");
  await ana?.room.request("answerRequest", { guild: "g1", player: "dino", accept: true });
  await shown(1, "after a yes");
  await beto?.room.request("banFromGuild", { guild: "g1", player: "elsa" });
  await shown(0, "when the other is banned");
});

test("[GU77] a request that ended is gone from the state at the next look, on every process", async () => {
  const { studio, ana, officers, ask, shown } = await aGuildThatIsAsked();
  await ask("dino", "joinGuild", { player: "me" });
  await shown(1, "who asks");
  const key = studio.keys.of("guild:g1", "requests");
  await studio.redis.run(key, ["HSET", key, "dino", JSON.stringify({ at: 1_000, ends: 2_000, text: "" })]);
  expect(officers.map(({ room }) => room.state.requests)).toEqual([1, 1]);
  expect(await ana?.room.request("listRequests", { guild: "g1" })).toEqual({ requests: [] });
  await shown(0, "once somebody looked");
});

test("[GU79] how many wait is told to members, not to players of no guild or another", async () => {
  const { ask } = await aGuildThatIsAsked();
  await ask("dino", "joinGuild", { player: "me" });
  expect(await ask("beto", "getGuild", {})).toMatchObject({ requests: 1 });
  expect(await ask("dino", "getGuild", {})).not.toHaveProperty("requests");
});
