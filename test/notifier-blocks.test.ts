import { expect, test } from "vitest";
import { makeBlocks } from "../server/moderation/blocks.ts";
import { makePurges } from "../server/moderation/purges.ts";
import { makeSanctions } from "../server/moderation/sanctions.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

const WINDOW_MS = 200;

test("[MO32] whoever blocked the author gets no push of what he announces, and a digest without his lines", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS });
  for (const player of ["leader", "ana", "beto", "caro"]) await world.member(player);
  const blocks = makeBlocks(world.redis, world.keys);
  await blocks.set("ana", "leader", true);
  await world.notifier();
  await world.announce("War at eight!");
  await waitFor(() => world.phone("beto")?.receivedCount, "the push");
  await waitFor(async () => (await world.decisions.list("ana")).some(({ reason }) => reason === "blocked"), "the drop");
  await world.say("Bring potions", "leader");
  await world.say("Which ones?", "caro");
  await waitFor(() => world.phone("ana")?.receivedCount, "the digest");
  expect(world.phone("ana")?.screen).toMatchObject([{ body: "1 new message\ncaro: Which ones?" }]);
});

test("[MO32] there is no digest when all that is unread is of players he has blocked", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS });
  for (const player of ["leader", "ana"]) await world.member(player);
  await makeBlocks(world.redis, world.keys).set("ana", "leader", true);
  await world.notifier();
  await world.say("hello");
  await waitFor(async () => (await world.decisions.list("ana")).some(({ reason }) => reason === "blocked"), "the drop");
  expect(world.phone("ana")?.receivedCount ?? 0).toBe(0);
});

test("[MO40] an announcement that went with all its author wrote is not pushed", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  await world.announce("War at eight!");
  const purges = makePurges(world.redis, world.keys, { historyLength: 10_000, channelsOf: async () => [] });
  await purges.inChannel(world.channel, "leader", { nonce: "nonce-of-purge", reason: "spam" });
  await world.notifier();
  await waitFor(async () => (await world.decisions.list("ana"))[0]?.reason === "entry-gone", "the drop");
});

test("[MO33] who is banned from the game gets no push, and gets them again when the ban is lifted", async () => {
  const world = await aNotifierWorld({ digestWindowMs: WINDOW_MS });
  for (const player of ["leader", "ana", "beto"]) await world.member(player);
  const sanctions = makeSanctions(world.redis, world.keys, { historyLength: 10_000 });
  await sanctions.sanction("ana", "banned", undefined, "cheats");
  await world.notifier();
  await world.announce("War at eight!");
  await world.say("hello");
  const reasons = async () => (await world.decisions.list("ana")).map(({ reason }) => reason);
  await waitFor(async () => (await reasons()).filter((reason) => reason === "banned").length === 2, "both drops");
  await waitFor(() => world.phone("beto")?.receivedCount, "the push");
  expect(world.phone("ana")?.receivedCount ?? 0).toBe(0);
  await sanctions.lift("ana", "banned");
  await world.announce("War at nine!");
  await waitFor(() => world.phone("ana")?.receivedCount, "the push again");
});
