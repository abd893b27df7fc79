import { expect, test } from "vitest";
import { makePresence } from "../server/presence/presence.ts";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { aStudio, aToken } from "./a-studio.ts";
import { JOIN_ROOM } from "./fuzz/room-frames.ts";
import { aSeatedLine } from "./fuzz/seated-line.ts";
import { binary } from "./fuzz/wire.ts";
import { waitFor } from "./wait-for.ts";

test("[HY4] [HY5] a ping comes every 25 to 30 s; who does not answer it, or the room's greeting, is put out, and his session goes", async () => {
  const studio = await aStudio();
  const chat = await studio.chat();
  await studio.guild("g1", ["ana", "beto", "caro"]);
  const presence = makePresence(studio.redis, studio.keys, "nobody");
  const online = async (): Promise<string[]> =>
    [...(await presence.of(["ana", "beto", "caro"]))].flatMap(([player, { length }]) => (length > 0 ? [player] : []));

  const awake = await aSeatedLine(chat.port, { token: await aToken("ana") });
  const asleep = await aSeatedLine(chat.port, { token: await aToken("beto") }, true);
  const ungreeting = await aSeatedLine(chat.port, { token: await aToken("caro") });
  for (const line of [awake, asleep]) await line.write(binary(Buffer.of(JOIN_ROOM)).bytes);
  await waitFor(async () => (await online()).length === 3, "three sessions");

  expect((await ungreeting.ended).code).toBe(CLOSE_CODES["too-slow"]);
  await waitFor(async () => (await online()).join() === "ana,beto", "the session of who does not greet to go");

  const pings: number[] = [];
  awake.onPing(() => pings.push(performance.now()));
  await asleep.ended;
  await waitFor(async () => (await online()).join() === "ana", "the session of who is asleep to go");
  await waitFor(() => pings.length >= 3, "three pings", 100_000);
  for (const [index, at] of pings.slice(1).entries()) {
    const gapS = (at - (pings[index] ?? 0)) / 1000;
    expect(gapS).toBeGreaterThan(24);
    expect(gapS).toBeLessThan(30.5);
  }
  expect([awake.open, await online()]).toEqual([true, ["ana"]]);
  awake.cut();
}, 150_000);
