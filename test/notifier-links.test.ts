import { expect, test } from "vitest";
import { startLease } from "../server/presence/lease.ts";
import { makePresence } from "../server/presence/presence.ts";
import { aNotifierByHand } from "./a-notifier-by-hand.ts";

const [GUEST, ACCOUNT] = ["ana543", "beto55"];

test("[NO73] what waits for a guest is told the account he has become, once and in its place, and what is on his screens leaves them when the account reads", async () => {
  const { announce, run, after, screen, links, read, players, queue, now } = await aNotifierByHand({ joins: [GUEST] });
  const { seq } = await announce("one");
  await run();
  // One waits for the gap of a burst, and one is about to be sent.
  await announce("two");
  await run();
  expect(screen(GUEST)).toMatchObject([{ body: "leader57: one" }]);
  await links.link(GUEST, ACCOUNT);
  expect(await players.devices(ACCOUNT)).toMatchObject([{ target: `phone-${GUEST}` }]);
  await after(120_000);
  expect(screen(GUEST)).toMatchObject([{ body: "leader57: two\nand 1 more" }]);
  const own = await announce("three", "announcement");
  await run();
  await after(900_000);
  expect(screen(GUEST)).toMatchObject([{ body: "leader57: three\nand 2 more", seq: own.seq }]);
  expect(queue.ready(now())).toEqual([]);
  await read(ACCOUNT, seq + 2);
  await after(2_000);
  expect(screen(GUEST)).toEqual([]);
});

test("[NO73] what a guest was given time to read is told the account when that is over", async () => {
  const { announce, run, after, screen, links, redis, keys, channel, reasons } = await aNotifierByHand({
    joins: [GUEST],
  });
  const lease = await startLease(redis, keys, 10_000);
  const presence = makePresence(redis, keys, lease.incarnation);
  await presence.put(GUEST, { session: "s1", channel, reading: false });
  await presence.remove(GUEST, "s1");
  await lease.release();
  await announce("one");
  await run();
  expect([screen(GUEST), await reasons(GUEST)]).toEqual([[], ["later:recent"]]);
  await links.link(GUEST, ACCOUNT);
  await after(120_000);
  expect(screen(GUEST)).toMatchObject([{ body: "leader57: one" }]);
});
