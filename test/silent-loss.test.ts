import { expect, onTestFinished, test } from "vitest";
import { makeRandom } from "../bench/random.ts";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { aLossyGuild, NO_PACE, talk } from "./a-lossy-guild.ts";
import { aStudio } from "./a-studio.ts";
import { aWatchedGuild } from "./a-watched-guild.ts";
import { waitFor } from "./wait-for.ts";

test("[TL9] a lost publish, the last one too, reaches every member, who stays connected", async () => {
  const { proxy, guild } = await aLossyGuild();
  proxy.swallow(({ payload }) => payload.includes('"lost '));
  await guild.say(0, "first");
  await guild.say(1, "lost in the middle");
  await guild.say(2, "third");
  await guild.expectAllIsWell();
  expect(proxy.swallowed).toHaveLength(1);
  await guild.say(3, "lost at the end");
  await waitFor(() => proxy.swallowed.length === 2, "the loss of the last");
  await guild.expectAllIsWell();
});

test.each([0.1, 0.5, 1])("[TL9] of many publishes, %d of them lost at random, nobody misses one", async (share) => {
  const { proxy, guild } = await aLossyGuild();
  const random = makeRandom(7);
  const passedBefore = proxy.passed;
  proxy.swallow(() => random() < share);
  await talk(guild, 150);
  await guild.expectAllIsWell();
  expect(proxy.swallowed.length).toBeGreaterThan(share * 100);
  expect(proxy.passed > passedBefore).toBe(share < 1);
});

test("[TL10] the subscription, and then the connection of commands, killed again and again while members write", async () => {
  const server = await startEmbeddedRedis();
  onTestFinished(() => server.stop());
  const studio = await aStudio(server.url);
  const chats = [await studio.chat(NO_PACE), await studio.chat(NO_PACE)];
  const guild = await aWatchedGuild(
    studio,
    chats.map(({ port }) => port),
    6,
  );
  const clients = async (type: "pubsub" | "normal"): Promise<number> => {
    const list = await studio.redis.run("any", ["CLIENT", "LIST", "TYPE", type]);
    return String(list).trim().split("\n").filter(Boolean).length;
  };
  let killed = 0;
  for (const type of ["pubsub", "normal"] as const) {
    const talking = talk(guild, 120);
    for (let round = 0; round < 5; round++) {
      await waitFor(async () => (await clients("pubsub")) === 2, "both subscriptions");
      killed += Number(await studio.redis.run("any", ["CLIENT", "KILL", "TYPE", type]));
      await guild.say(round, `after kill ${round} of ${type}`);
    }
    await talking;
  }
  expect(killed).toBeGreaterThanOrEqual(20);
  await guild.expectAllIsWell();
});

test("[TL11] a subscription whose line has gone dead without a word: members go on being served, and it is replaced", async () => {
  const { proxy, guild } = await aLossyGuild();
  await talk(guild, 6);
  proxy.freeze("subscribers");
  await talk(guild, 6);
  await guild.expectAllIsWell();
  await waitFor(() => proxy.subscribers === 1, "another subscription");
  const { passed } = proxy;
  await talk(guild, 6);
  await guild.expectAllIsWell();
  expect(proxy.passed - passed).toBeGreaterThanOrEqual(6);
});

test("[TL13] a lost word that the state has changed: every open room shows the change all the same", async () => {
  const { proxy, guild, studio } = await aLossyGuild();
  proxy.swallow(({ payload }) => payload.startsWith("v"));
  await studio.guilds.change("g1", { name: "Renamed" });
  await waitFor(() => guild.members.every(({ state }) => state()?.name === "Renamed"), "the new name");
  expect(proxy.swallowed.length).toBeGreaterThan(0);
  await guild.expectAllIsWell();
});
