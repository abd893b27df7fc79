import { expect, test } from "vitest";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

/** A process is killed as soon as so many more pushes have arrived; between them, at whatever step it then is. */
const KILLED_AFTER = [1, 3, 9, 17, 31, 2, 41, 23, 5, 13];
const ROUNDS = 3;
const PER_ROUND = 10;

test("[NO7] killed again and again while announcements and chat go on: every phone shows each once", async () => {
  const world = await aNotifierWorld({ digestWindowMs: 700 });
  const others = Array.from({ length: 10 }, (_, index) => `p${index}`);
  for (const player of ["leader", ...others]) await world.member(player);
  const received = () => others.reduce((sum, player) => sum + (world.phone(player)?.receivedCount ?? 0), 0);
  let written = 0;
  for (const more of KILLED_AFTER) {
    const before = received();
    const process = await world.fastProcess();
    for (let count = 0; count < ROUNDS; count += 1) {
      written += 1;
      await world.announce(`announcement ${written}`);
      await world.say(`chat ${written}`);
    }
    await waitFor(() => received() - before >= Math.min(more, PER_ROUND * ROUNDS - 1), `${more} pushes`);
    await process.kill();
  }
  await world.fastProcess();
  const announcements = (player: string) =>
    (world.phone(player)?.screen ?? [])
      .map(({ body }) => body ?? "")
      .filter((body) => body.startsWith("leader: announcement"));
  await waitFor(() => others.every((player) => announcements(player).length >= written), "every announcement", 60_000);
  await waitFor(
    () => others.every((player) => world.phone(player)?.screen.some(({ tag }) => tag?.endsWith("#digest"))),
    "every digest",
    60_000,
  );
  for (const player of others) {
    expect(new Set(announcements(player)).size).toBe(written);
    expect(world.phone(player)?.screen).toHaveLength(written + 1);
  }
}, 240_000);
