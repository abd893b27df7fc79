import { expect, onTestFinished, test } from "vitest";
import { makePlayers } from "../server/player/players.ts";
import { makeGather } from "../server/redis/gather.ts";
import { asList, asNumber } from "../server/redis/reply.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

test("[RD11] functions asked for at about the same time leave together, and each succeeds or fails by itself", async () => {
  const { redis, keys } = await aRedis({ gathers: true });
  onTestFinished(() => redis.close());
  const ids = Array.from({ length: 150 }, (_, index) => `player-${index}`);
  const broken = keys.of("player:player-7", "pushing");
  await redis.run(broken, ["SET", broken, "not a hash"]);
  const turn = async (player: string) =>
    redis.fcall("player_push_turn", keys.prefixes(`player:${player}`), [player, "600000"]);
  const outcomes = await Promise.allSettled(ids.map(turn));
  for (const [index, outcome] of outcomes.entries())
    if (index === 7)
      expect(outcome).toMatchObject({ status: "rejected", reason: { message: expect.stringMatching(/WRONGTYPE/) } });
    else expect(outcome).toEqual({ status: "fulfilled", value: ["ok", 0] });
  const again = await Promise.all(ids.filter((_, index) => index !== 7).map(turn));
  expect(again.every((reply) => asNumber(asList(reply)[1]) > 0)).toBe(true);
});

test("[RD11] what a function refuses alone it refuses among others", async () => {
  const { redis, keys } = await aRedis({ gathers: true });
  onTestFinished(() => redis.close());
  const players = makePlayers(redis, keys);
  const put = players.putProfile("ana", { name: "ana" });
  await expect(players.removeDevice("ana", "phone")).rejects.toMatchObject({ code: "device-not-found" });
  await put;
  const [profile] = await Promise.all([players.profile("ana"), players.putProfile("beto", { name: "beto" })]);
  expect(profile).toMatchObject({ name: "ana" });
  await expect(redis.fcall("no_such_function", keys.prefixes("player:ana"), [])).rejects.toThrow();
});

test("[RD11] while a command of many is under way the next one gathers; on a cluster each is of one bucket", async () => {
  const asked: { name: string; calls: number; answer(): void }[] = [];
  const gathered = makeGather({
    ask: ({ name, keys }) => {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const one = [keys.join()];
      asked.push({
        name,
        calls: keys.length,
        answer: () => resolve(keys.length === 1 ? one : keys.map((key) => [key])),
      });
      return promise;
    },
    groupOf: ({ keys: [key = ""] }) => key.slice(0, 1),
    nameOf: (group) => `each of ${group}`,
    most: 1,
    failure: (message) => new Error(message),
  });
  const call = (key: string) => gathered({ name: "one", keys: [key], args: [] });
  const replies = [call("a1"), call("a2"), call("b1")];
  await waitFor(() => asked.length === 2, "both buckets");
  replies.push(call("a3"), call("a4"), call("a5"));
  for (const { answer } of asked) answer();
  await waitFor(() => asked.length === 3, "the next command");
  asked[2]?.answer();
  expect(await Promise.all(replies)).toEqual(["a1", "a2", ["b1"], "a3", "a4", "a5"]);
  expect(asked.map(({ name, calls }) => [name, calls])).toEqual([
    ["each of a", 2],
    ["one", 1],
    ["each of a", 3],
  ]);
});
