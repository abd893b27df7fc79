import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Redis } from "../server/redis/redis.ts";
import { aGuildChannel, byCode, channel, nonce } from "./a-guild-channel.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());
const scene = () => aGuildChannel(redis);

describe("calls", () => {
  const called = async (
    mentions: Parameters<Awaited<ReturnType<typeof scene>>["say"]>[2],
    prepare?: (s: Awaited<ReturnType<typeof scene>>) => Promise<void>,
  ) => {
    const world = await scene();
    await prepare?.(world);
    await world.say("beto", "oigan", mentions);
    const counts = await Promise.all(
      ["ana", "beto", "caro", "dino"].map(async (player) => (await world.reads.status(channel, player)).read.mentions),
    );
    return counts;
  };

  test("[ME9] who is called by name, as officer or with all is counted once, its author not, and until he has read it", async () => {
    expect(await called({ players: [3, 3, 2] })).toEqual([0, 0, 1, 0]);
    expect(await called({ groups: ["all"], players: [3] })).toEqual([1, 0, 1, 1]);
    const promote = async ({ guilds }: Awaited<ReturnType<typeof scene>>) => guilds.setRank("g1", "dino", "officer");
    expect(await called({ groups: ["officers"], players: [3, 4] }, promote)).toEqual([1, 0, 1, 1]);
    expect(await called({ groups: ["online"] })).toEqual([0, 0, 0, 0]);
    const { say, reads } = await scene();
    const { seq } = await say("beto", "Caro", { players: [3] });
    expect((await reads.seen(channel, "caro", seq)).mentions).toBe(0);
  });

  test("[ME9] who is called by name and as officer is counted once whatever his rank becomes", async () => {
    const { say, reads, guilds } = await scene();
    await guilds.setRank("g1", "dino", "officer");
    await say("ana", "oficiales, Caro y Dino", { groups: ["officers"], players: [3, 4] });
    await say("ana", "oficiales", { groups: ["officers"] });
    const calls = async (player: string) => (await reads.status(channel, player)).read.mentions;
    expect([await calls("caro"), await calls("dino"), await calls("beto")]).toEqual([1, 2, 0]);
    await guilds.setRank("g1", "caro", "officer");
    await guilds.setRank("g1", "dino", "member");
    expect([await calls("caro"), await calls("dino"), await calls("beto")]).toEqual([2, 1, 0]);
  });

  test("[ME9] [CN4] calls are counted exactly however many wait, and one that is taken back no more", async () => {
    const { say, reads, changes, guilds } = await scene();
    await guilds.setRank("g1", "caro", "officer");
    const both = await say("ana", "oficiales y Caro", { groups: ["officers"], players: [3] });
    for (let count = 0; count < 250; count++) await say("ana", `Caro ${count}`, { players: [3] });
    const calls = async () => (await reads.status(channel, "caro")).read.mentions;
    expect(await calls()).toBe(251);
    await changes.delete({ channel, nonce: nonce(), seq: both.seq, player: "ana" });
    expect(await calls()).toBe(250);
  });

  test("[ME9] numbers of people who left or never were call nobody", async () => {
    const world = await scene();
    await world.guilds.remove("g1", "dino", "left");
    await world.say("beto", "oigan", { players: [4, 77, 3] });
    expect((await world.reads.status(channel, "caro")).read.mentions).toBe(1);
    await expect(world.reads.status(channel, "dino")).rejects.toEqual(byCode("not-member"));
  });

  test("[ME10] how many have read an entry is told, its author not counted", async () => {
    const { say, reads } = await scene();
    const { seq } = await say("ana", "Lean esto");
    expect(await reads.seenBy(channel, "ana", seq)).toEqual({ seen: 0, of: 3 });
    await reads.seen(channel, "caro", seq);
    await say("dino", "visto");
    expect(await reads.seenBy(channel, "caro", seq)).toEqual({ seen: 2, of: 3 });
    await expect(reads.seenBy(channel, "zoe", seq)).rejects.toEqual(byCode("not-member"));
    await expect(reads.seenBy(channel, undefined, 9_999)).rejects.toEqual(byCode("entry-not-found"));
  });
});
