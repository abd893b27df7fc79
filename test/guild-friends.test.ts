import { afterAll, beforeAll, expect, test } from "vitest";
import { makeRosters } from "../server/channel/rosters.ts";
import { type FriendStayed, makeFriends } from "../server/guild/friends.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aJoiningWorld } from "./a-joining-world.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const DAY_MS = 86_400_000;

test("[GU36] a friend who is a member 7 days after he was invited, and was seen within the last 3, is told once", async () => {
  const { guild, guilds, joining, keys, events } = await aJoiningWorld(redis, [
    ...["ana", "beto", "stays", "silent", "left", "back", "was-here"],
  ]);
  await guild("g1", "invitation", ["ana", "beto", "was-here"]);
  await guilds.remove("g1", "was-here", "left");
  const { invitations } = joining;
  const { code } = await invitations.createCode({
    ...{ guild: "g1", nonce: "nonce-0001", lifeMs: 60_000, uses: 10, caller: "beto" },
  });
  const ofGame = await invitations.createCode({ guild: "g1", nonce: "nonce-0002", lifeMs: 60_000, uses: 10 });
  for (const player of ["stays", "silent", "left", "back", "was-here"]) await invitations.redeem(code, player, true);
  for (const player of ["left", "back"]) await guilds.remove("g1", player, "left");
  await invitations.redeem(ofGame.code, "back", true);
  const rosters = makeRosters(redis, keys);
  for (const player of ["stays", "left", "back", "was-here"])
    await rosters.setSession("guild:g1", player, "s1", "process-1");

  const told: FriendStayed[] = [];
  let fails = true;
  const onFriendStayed = async (stayed: FriendStayed): Promise<void> => {
    if (fails) throw new Error("the earning rules cannot be read");
    told.push(stayed);
  };
  const bucket = bucketOf("guild:g1");
  const atDay = (days: number) => {
    const now = Date.now() + days * DAY_MS;
    return makeFriends(redis, keys, { onFriendStayed, now: () => now });
  };
  // Seen as on the fifth day.
  const seen = keys.of("guild:g1", "seen");
  for (const player of ["stays", "back", "was-here"])
    await redis.run(seen, ["HSET", seen, player, String(Date.now() + 5 * DAY_MS)]);
  expect(await atDay(6.9).bucket(bucket)).toBe(0);
  await expect(atDay(7.1).bucket(bucket)).rejects.toThrow("cannot be read");
  fails = false;
  const judged = await Promise.all([atDay(7.1).bucket(bucket), atDay(7.1).bucket(bucket)]);
  expect(judged[0] + judged[1]).toBe(1);
  expect(new Set(told.map((one) => JSON.stringify(one)))).toEqual(
    new Set([JSON.stringify({ guild: "g1", inviter: "beto", friend: "stays" })]),
  );
  expect(await atDay(20).bucket(bucket)).toBe(0);
  expect((await events("g1")).filter(({ event }) => event === "friend-stayed")).toMatchObject([
    { guild: "g1", player: "stays", inviter: "beto" },
  ]);
});
