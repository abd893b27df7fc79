import { expect, onTestFinished, test } from "vitest";
import { startRedisCluster } from "../deploy/redis-cluster.ts";
import { aStudio } from "./a-studio.ts";
import { aTalk } from "./a-talk.ts";
import { waitFor } from "./wait-for.ts";

const players = ["ana", "beto", "caro", "dani"];
const THIRD = 16_384 / 3;

// With one of two replicas waited for, the one that has it wins the election: replicas stand in the order of what they have.
test.each([
  { replicas: 1, ackReplicas: 0 },
  { replicas: 2, ackReplicas: 1 },
])(
  "[CH13] [CH15] [CH16] a master of a Redis Cluster killed (-9) under load ($replicas replicas, $ackReplicas waited for): another takes its place by itself, and talk goes on",
  async ({ replicas, ackReplicas }) => {
    const cluster = await startRedisCluster({ replicas, nodeTimeoutMs: 1_000 });
    onTestFinished(() => cluster.stop());
    const studio = await aStudio(cluster.url, true);
    // The master that REDIS_URL names holds this guild, so its loss is the hardest.
    const slotOf = async (guild: string): Promise<number> => {
      const key = studio.keys.of(`guild:${guild}`, "log");
      return Number(await studio.redis.run(key, ["CLUSTER", "KEYSLOT", key]));
    };
    let guild = "g1";
    for (let n = 2; (await slotOf(guild)) >= THIRD; n++) guild = `g${n}`;
    await studio.guild(guild, players);
    const chat = await studio.chat({ GREMIO_GUILD_PACE: "off", GREMIO_ACK_REPLICAS: String(ackReplicas) });
    const talk = await aTalk(`http://127.0.0.1:${chat.port}`, players);
    await talk.more(200);
    const before = talk.acknowledged.at(-1);
    await cluster.masters[0]?.kill();
    const killedAt = performance.now();
    await talk.more(200);
    const pauseMs = (talk.acknowledged.at(-200)?.atMs ?? 0) - killedAt;
    await talk.stop();
    const lost = await talk.judge();
    if (ackReplicas > 0) expect(lost).toEqual([]);
    else for (const { atMs } of lost) expect(killedAt - atMs).toBeLessThan(2_000);
    // The last to be acknowledged may be one that was written before, and asked for again.
    expect(Math.max(...talk.acknowledged.map(({ epoch }) => epoch))).toBeGreaterThan(before?.epoch ?? 0);
    expect(pauseMs).toBeLessThan(20_000);
    await waitFor(async () => (await fetch(`http://127.0.0.1:${chat.port}/ready`)).ok, "the service to be ready");
  },
  120_000,
);
