import { expect, test } from "vitest";
import { aNotifierByHand } from "./a-notifier-by-hand.ts";

test("[NO69] what FCM gave no answer for is not sent again over something newer that has taken its place, which counts it", async () => {
  const world = await aNotifierByHand();
  const { announce, run, after, screen, answers, reasons } = world;
  answers.push({ type: "unavailable", why: "no answer", retryAfterMs: 600_000 });
  await announce("one");
  await run();
  expect(screen("ana543")).toMatchObject([{ body: "leader57: one" }]);
  await announce("two");
  await run();
  await after(120_000);
  expect(screen("ana543")).toMatchObject([{ body: "leader57: two\nand 1 more" }]);
  await after(900_000);
  await after(60_000);
  expect(screen("ana543")).toMatchObject([{ body: "leader57: two\nand 1 more" }]);
  expect(await reasons("ana543")).toContain("drop:overtaken");
  const told = world.keys.of("player:ana543", "told");
  expect(String(await world.redis.run(told, ["HVALS", told])).match(/"got"/g)).toHaveLength(2);
});
