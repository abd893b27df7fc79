import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeTails } from "../server/channel/tails.ts";
import type { Entry } from "../shared/entry.ts";
import { aGuild } from "./a-guild.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

const GUILDS = 60;

test("[TL14] when the subscription is back, only channels on which something was written are read", async () => {
  const server = await startEmbeddedRedis();
  onTestFinished(() => server.stop());
  const { redis, keys } = await aRedis({ url: server.url });
  onTestFinished(() => redis.close());
  const log = makeLog(redis, keys, { historyLength: 10_000 });
  const tails = makeTails(redis, keys, log, pino({ level: "silent" }), 60_000);
  onTestFinished(() => tails.close());
  const heard: Entry[] = [];
  for (let guild = 0; guild < GUILDS; guild++) {
    await aGuild(
      redis,
      keys,
      `g${guild}`,
      ["ana", "beto"].map((player) => `${player}${guild}`),
    );
    const { tail } = await tails.follow(`guild:g${guild}`);
    tail.listen({
      onEntries: (entries) => heard.push(...entries),
      onEpoch: () => {},
      onReset: () => {},
      onState: () => {},
    });
  }
  const reads = async (): Promise<number> => {
    const stats = String(await redis.run("any", ["INFO", "commandstats"]));
    return Number(/cmdstat_fcall:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  };
  const say = (body: string) =>
    log.append({ channel: "guild:g7", author: "ana7", nonce: `nonce-of-${body}`, kind: "text", body });
  const before = await reads();
  await redis.run("any", ["CLIENT", "KILL", "TYPE", "pubsub"]);
  await say("while-away");
  await waitFor(() => heard.length === 1, "what was written meanwhile");
  await waitFor(async () => String(await redis.run("any", ["CLIENT", "LIST", "TYPE", "pubsub"])) !== "", "it is back");
  await say("afterwards");
  await waitFor(() => heard.length === 2, "what was written afterwards");
  expect((await reads()) - before).toBeLessThan(10);
});
