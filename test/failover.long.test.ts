import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { readySchema } from "../shared/api/health.ts";
import { aFolder } from "./a-folder.ts";
import { aReplicatedRedis } from "./a-replicated-redis.ts";
import { aStudio } from "./a-studio.ts";
import { aTalk } from "./a-talk.ts";
import { waitFor } from "./wait-for.ts";

const AS_FAST_AS_ONE_LIKES = { GREMIO_GUILD_PACE: "off" };
const players = ["ana", "beto", "caro", "dani"];

const scene = async (ackReplicas: number) => {
  const pair = await aReplicatedRedis();
  const studio = await aStudio(pair.url);
  await studio.guild("g1", players);
  const chat = await studio.chat({ ...AS_FAST_AS_ONE_LIKES, GREMIO_ACK_REPLICAS: String(ackReplicas) });
  return { pair, studio, chat, talk: await aTalk(`http://127.0.0.1:${chat.port}`, players) };
};

test("[CH15] with one replica waited for, whatever was acknowledged is on the replica that takes the master's place", async () => {
  const { pair, chat, talk } = await scene(1);
  const ready = readySchema.parse(await (await fetch(`http://127.0.0.1:${chat.port}/ready`)).json());
  expect(ready.durability).toEqual({ fsync: "everysec", ackReplicas: 1 });
  await talk.more(100);
  await pair.failOver();
  await pair.addReplica();
  await talk.more(100);
  await pair.failOver();
  await pair.addReplica();
  await talk.more(50);
  await talk.stop();
  expect(await talk.judge()).toEqual([]);
});

test("[CH16] without it, a failover loses at most the tail, which is told; no number means two entries, and talk goes on", async () => {
  const { pair, talk } = await scene(0);
  await talk.more(100);
  pair.link.freeze();
  await talk.more(50);
  const before = talk.acknowledged.at(-1);
  await pair.failOver();
  await talk.more(100);
  await talk.stop();
  const lost = await talk.judge();
  expect(lost.length).toBeGreaterThanOrEqual(40);
  expect(talk.acknowledged.at(-1)?.epoch).toBeGreaterThan(before?.epoch ?? 0);
  // Each client was told of each entry it had shown that is gone.
  for (const client of talk.clients) {
    const gone = new Set(client.lost.map(({ epoch, seq }) => `${epoch}:${seq}`));
    for (const { epoch, seq } of lost) expect(gone.has(`${epoch}:${seq}`)).toBe(true);
    expect(client.resets).toEqual(["no-cursor"]);
  }
});

test("[CH17] a restart without loss costs clients a pause and nothing else, also when replicas are waited for", async () => {
  const dir = await aFolder();
  const first = await startEmbeddedRedis({ dir, appendfsync: "always" });
  const replica = await startEmbeddedRedis({ replicaOf: first.port });
  onTestFinished(() => replica.stop());
  const studio = await aStudio(first.url);
  await studio.guild("g1", players);
  const chat = await studio.chat({ ...AS_FAST_AS_ONE_LIKES, GREMIO_ACK_REPLICAS: "1" });
  const talk = await aTalk(`http://127.0.0.1:${chat.port}`, players);
  await talk.more(50);
  await first.kill();
  const again = await startEmbeddedRedis({ dir, appendfsync: "always", port: first.port });
  onTestFinished(() => again.stop());
  await talk.more(50);
  await talk.stop();
  expect(await talk.judge()).toEqual([]);
  for (const client of talk.clients) {
    expect(client.lost).toEqual([]);
    expect(client.resets).toEqual(["no-cursor"]);
    expect(client.phases.filter((phase) => phase === "live")).toHaveLength(1);
  }
  await waitFor(async () => (await fetch(`http://127.0.0.1:${chat.port}/ready`)).ok, "the service to be ready");
});
