import { expect, onTestFinished, test } from "vitest";
import { makeDigestPlayers } from "../server/notifier/digests/digest-player.ts";
import { makePlayers } from "../server/player/players.ts";
import { makePresence } from "../server/presence/presence.ts";
import { aRedis } from "./a-redis.ts";

test("[NO75] who changes his mind right after his wishes were read for a digest has it decided anew: its stamp is of the moment before", async () => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const players = makePlayers(redis, keys);
  const people = {
    devices: players.devices,
    preferences: async (player: string) => {
      const before = await players.preferences(player);
      await players.changePreferences(player, { push: "important" });
      return before;
    },
  };
  const presence = makePresence(redis, keys, "one");
  const read = makeDigestPlayers({ redis, keys, people, presence, graceMs: 60_000, now: Date.now }).read;
  await players.putProfile("ana", { name: "Ana" });
  const [found] = await read(["ana"]);
  const [again] = await read(["ana"]);
  expect(found?.preferences.push).toBe("all");
  expect(found?.stamp).not.toBe(again?.stamp);
});
