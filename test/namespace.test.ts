import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { asTexts } from "../server/redis/reply.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { aSeat } from "./a-seat.ts";
import { aService } from "./a-service.ts";
import { aToken } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

test("[RM14] every key, channel and queue of both services begins with the namespace", async () => {
  const server = await startEmbeddedRedis();
  onTestFinished(() => server.stop());
  const world = await aNotifierWorld({ redisUrl: server.url, digestWindowMs: 200 });
  for (const player of ["leader", "away", "reader"]) await world.member(player);
  const { namespace } = world.keys;
  const chat = await aService("chat", { REDIS_URL: server.url, GREMIO_NAMESPACE: namespace });
  await world.process();
  const reader = await aSeat(chat.port, await aToken("reader"));
  await reader.resume();
  await reader.ask("send", { nonce: "nonce-hola-1", text: "hola" });
  await world.announce("¡Guerra!");
  await waitFor(() => (world.phone("away")?.screen.length ?? 0) >= 2, "the announcement and the digest");

  const { redis } = world;
  const keys = asTexts(await redis.run("any", ["KEYS", "*"]));
  const channels = [
    ...asTexts(await redis.run("any", ["PUBSUB", "SHARDCHANNELS"])),
    ...asTexts(await redis.run("any", ["PUBSUB", "CHANNELS"])),
  ];
  expect(keys.some((key) => key.includes("{push}"))).toBe(true);
  expect(keys.some((key) => key.endsWith(":outbox"))).toBe(true);
  expect(channels.some((channel) => channel.endsWith(":feed"))).toBe(true);
  expect([...keys, ...channels].filter((name) => !name.startsWith(`${namespace}:`))).toEqual([]);
});
