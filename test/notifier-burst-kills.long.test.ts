import { expect, test } from "vitest";
import { preferencesSchema } from "../shared/preferences.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

/** A process is killed as soon as so many more pushes have arrived; between them, at whatever step it then is. */
const KILLED_AFTER = [1, 4, 2, 9, 3, 6, 12, 5];
const ROUNDS = 3;

test("[NO7, NO61, NO64, NO66] killed again and again amid bursts, bundles and clears: nobody misses anything, sees it twice, or keeps what he has read", async () => {
  const world = await aNotifierWorld();
  const keepers = ["k0", "k1", "k2"];
  const readers = ["r0", "r1", "r2"];
  /** They are not to be disturbed now and then, so that much waits for them. */
  const sleepers = ["s0", "s1", "s2"];
  const others = [...keepers, ...readers, ...sleepers];
  for (const player of ["leader", ...others]) await world.member(player);
  await world.policies.put(pushPolicySchema.parse({ perHour: 60, perDay: 500 }));
  const gapsMs = { important: [300, 600], urgent: [] };
  const received = () => others.reduce((sum, player) => sum + (world.phone(player)?.receivedCount ?? 0), 0);
  const sleep = async (isAsleep: boolean) => {
    const preferences = preferencesSchema.parse({ doNotDisturbUntil: isAsleep ? Date.now() + 3_600_000 : 0 });
    for (const player of sleepers) await world.players.putPreferences(player, preferences);
  };
  let written = 0;
  let last = 0;
  for (const [run, more] of KILLED_AFTER.entries()) {
    const before = received();
    const process = await world.fastProcess({ gapsMs });
    await sleep(run % 2 === 0);
    for (let count = 0; count < ROUNDS; count += 1) {
      last = (await world.announce(`announcement ${written}`)).seq;
      written += 1;
    }
    for (const player of readers) await world.read(player, last - (run % 2));
    await waitFor(() => received() - before >= more, `${more} pushes`);
    await process.kill();
  }
  await world.fastProcess({ gapsMs });
  await sleep(false);
  for (const player of readers) await world.read(player, last);
  // What was cut short may come after what is newer.
  const text = new RegExp(`^leader: announcement \\d+\nand ${written - 1} more$`);
  for (const player of [...keepers, ...sleepers])
    await waitFor(
      () => world.phone(player)?.screen.some(({ body }) => text.test(body ?? "")),
      `${player} to be shown ${text}`,
    );
  for (const player of [...keepers, ...sleepers]) expect(world.phone(player)?.screen).toHaveLength(1);

  /** What a phone shows whose app takes off what it is told to. */
  const left = (player: string): string[] => {
    const shown = new Set<string>();
    for (const { silent, tag, data } of world.phone(player)?.received ?? []) {
      if (!silent && tag !== null) shown.add(tag);
      if (silent) for (const cleared of JSON.parse(data.tags ?? "[]")) shown.delete(cleared);
    }
    return [...shown];
  };
  for (const player of readers) {
    await waitFor(() => left(player).length === 0, `${player}'s screen to be empty`);
    const tagsOf = Map.groupBy(
      (world.phone(player)?.received ?? []).filter(({ silent }) => !silent),
      ({ data }) => data.seq,
    );
    for (const pushes of tagsOf.values()) expect(new Set(pushes.map(({ tag }) => tag)).size).toBe(1);
  }
}, 240_000);
