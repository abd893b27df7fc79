import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { makeRosters } from "../server/channel/rosters.ts";
import { makeLinks } from "../server/link/link.ts";
import { makeActing } from "../server/pvp/acting.ts";
import { makeFighters } from "../server/pvp/fighters.ts";
import { makeWarFeeds } from "../server/pvp/war-feeds.ts";
import { makeWarWindow } from "../server/rooms/war-window.ts";
import { guildChannel } from "../shared/id.ts";
import { GuildState } from "../shared/state.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { aWarWorld, MINUTE_MS } from "./a-war-world.ts";
import { waitFor } from "./wait-for.ts";

const HISTORY = { historyLength: 1_000 };
let clock: Awaited<ReturnType<typeof aMovedClock>>;
beforeAll(async () => {
  clock = await aMovedClock();
});
afterAll(() => clock.stop());

const codeOf = async (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => "ok",
    (error: unknown) => (typeof error === "object" && error !== null && "code" in error ? error.code : error),
  );

test("[LI15] a guest who fights goes on as his account, through a chain of links; one that fights itself goes on as itself", async () => {
  const world = await aWarWorld(clock.redis, { members: 4 });
  const { redis, keys, players, ledger, wars, balance } = world;
  const groups = makeGroups(redis, keys, players, HISTORY);
  const links = makeLinks(redis, keys, { players, groups, ledger }, HISTORY);
  const fighters = makeFighters(redis, keys);
  const pass = async (minutes: number) => {
    await clock.jump(minutes * MINUTE_MS);
    await world.upkeep();
  };
  const war = await world.accepted();
  // Before the lock it is the account that is taken.
  await links.link("g0-p3", "early");
  await pass(6);
  await pass(5);
  expect((await wars.fighters(war)).fighters.map(({ player }) => player)).toContain("early");

  await world.fight(war, "g0-p1", 5);
  const open = await wars.start(war, "g0-p1", "nonce-open");
  await links.link("g0-p1", "ana");
  // The same battle, told by whoever he is now; asked again with its nonce it is begun no second time.
  expect(await wars.start(war, "ana", "nonce-open")).toEqual(open);
  const report = { battle: "b-open", token: open.token, player: "ana", score: 2 };
  expect(await wars.report(war, [report])).toMatchObject({ battles: [{ code: "ok", scores: [7, 0] }] });
  expect(await wars.report(war, [{ ...report, player: "g0-p1" }])).toMatchObject({ battles: [{ repeated: true }] });
  expect(await codeOf(wars.start(war, "ana", "nonce-more"))).toBe("no-attempts");
  expect(await codeOf(wars.start(war, "g1-stranger", "nonce-none"))).toBe("not-fighter");

  // A chain, and somebody who has not fought yet.
  await links.link("g0-p2", "beto");
  await links.link("beto", "caro");
  expect((await wars.start(war, "caro", "nonce-caro")).attemptsLeft).toBe(1);
  // The leader fights himself, and takes a fighter in.
  await links.link("early", "g0-p0");
  expect((await wars.start(war, "g0-p0", "nonce-self")).attemptsLeft).toBe(1);

  const called = await fighters.ofGuild("g0");
  const attempts = Object.fromEntries(
    (called?.fighters ?? []).map(({ player, attemptsLeft }) => [player, attemptsLeft]),
  );
  expect(attempts).toMatchObject({ ana: 0, caro: 1, "g0-p0": 1 });
  const numbers = await makeRosters(redis, keys).snapshot(guildChannel("g0"));
  for (const { player, number } of called?.fighters ?? [])
    if (player !== "early") expect([player, number]).toEqual([player, numberOf(numbers.members, player)]);
  expect((await fighters.standing(war, ["ana", "beto", "caro", "g0-p0", "nobody"])).attemptsLeft).toEqual([
    ...[0, undefined, 1, 1, undefined],
  ]);

  const state = new GuildState();
  const feeds = makeWarFeeds(redis, keys, pino({ level: "silent" }));
  const window = makeWarWindow(state, feeds, () => undefined);
  window.show(numbers);
  await waitFor(() => window.mine("caro"), "the war");
  expect(window.mine("caro")).toMatchObject({ fighter: true, attemptsLeft: 1 });
  expect(window.mine("ana")).toMatchObject({ fighter: true, attemptsLeft: 0, score: 7 });
  expect(window.mine("nobody")).toMatchObject({ fighter: false });
  window.close();
  feeds.close();

  await pass(61);
  expect(await wars.get(war)).toMatchObject({ phase: "settled", result: { winner: 0 } });
  await waitFor(async () => (await balance({ player: "ana" })) === 10, "his reward");
  // What was for another war, or before, leads nowhere.
  expect(await makeActing(redis, keys).fightersFor("w0", ["ana"])).toEqual([undefined]);
});

const numberOf = (members: readonly { player: string; number: number }[], player: string) =>
  members.find((member) => member.player === player)?.number;
