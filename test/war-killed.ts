import { expect } from "vitest";
import type { aMovedClock } from "./a-moved-clock.ts";
import { aWarWorld, MINUTE_MS, type WarWorld } from "./a-war-world.ts";
import type { Fault } from "./dying-before.ts";

type Process = Pick<WarWorld, "wars">;
type Stage = {
  /** Minutes that pass before it. */
  after: number;
  does(process: Process, war: string): Promise<unknown>;
};

const advance: Stage["does"] = ({ wars }, war) => wars.advance(war, true);
const TOKENS = new Map<string, string>();
const start =
  (player: string): Stage["does"] =>
  async ({ wars }, war) => {
    TOKENS.set(`${war} ${player}`, (await wars.start(war, player, `nonce-${player}`)).token);
  };
const report =
  (player: string, score: number): Stage["does"] =>
  async ({ wars }, war) => {
    const token = TOKENS.get(`${war} ${player}`) ?? "";
    await wars.report(war, [{ battle: `b-${player}`, token, player, score }]);
  };

/** A war in the order in which it is led, by processes that may die. */
export const STAGES: Record<string, Stage> = {
  challenge: {
    after: 0,
    does: ({ wars }) => wars.challenge({ guild: "g0", opponent: "g1", mode: "duel", nonce: "nonce-001" }, "g0-p0"),
  },
  accept: { after: 0, does: ({ wars }, war) => wars.answer(war, { accept: true }, "g1-p0") },
  lock: { after: 6, does: advance },
  start: { after: 5, does: advance },
  "one begins": { after: 0, does: start("g0-p1") },
  "one tells": { after: 0, does: report("g0-p1", 5) },
  "other begins": { after: 0, does: start("g1-p2") },
  "other tells": { after: 1, does: report("g1-p2", 7) },
  settle: { after: 61, does: advance },
};

/**
 * Leads a war to its end. The process of one stage goes wrong at its `n`th step; whoever asked asks again, and what it left is found by upkeep. Gives whether the stage
 * had so many steps.
 */
export const ledThrough = async (
  clock: Awaited<ReturnType<typeof aMovedClock>>,
  stage: string,
  n: number,
  fault: Fault,
): Promise<boolean> => {
  // Moving the clock looks at every key there is.
  await clock.redis.run("", ["FLUSHALL"]);
  const world = await aWarWorld(clock.redis);
  let died = false;
  let war = "";
  for (const [name, { after, does }] of Object.entries(STAGES)) {
    if (after > 0) await clock.jump(after * MINUTE_MS);
    if (war === "" && name !== "challenge")
      war = (await world.wars.challenge({ guild: "g0", opponent: "g1", mode: "duel", nonce: "nonce-001" }, "g0-p0"))
        .war;
    if (name === stage) {
      await does(world.dying(n, fault), war).catch(() => {
        died = true;
      });
      // Others come by when what was begun was left.
      await clock.jump(11_000);
      await world.upkeep();
    }
    await does(world, war);
    await world.upkeep();
  }
  await expectOver(world, war, `${stage} ${n} ${fault}`);
  return died;
};

/** The same end, whatever died. */
const expectOver = async (world: WarWorld, war: string, what: string): Promise<void> => {
  const { wars, balance, told, newsOf } = world;
  const books = [{ guild: "g0" }, { guild: "g1" }, { player: "g0-p1" }, { player: "g1-p2" }, { player: "g0-p0" }];
  expect(
    {
      phase: (await wars.get(war)).phase,
      result: (await wars.get(war)).result?.scores,
      books: await Promise.all(books.map(balance)),
      news: [await newsOf("g0"), await newsOf("g1")],
      rewards: (await told("war-reward")).length,
      settled: (await told("war-settled")).length,
      free: [(await wars.ofGuild("g0")).war, (await wars.ofGuild("g1")).war],
      challenges: (await wars.ofGuild("g1")).challenges,
    },
    what,
  ).toEqual({
    phase: "settled",
    result: [5, 7],
    books: [30, 100, 3, 10, 0],
    news: [
      ["war-accepted", "war-started", "war-lead-ours", "war-result"],
      ["war-challenged", "war-accepted", "war-started", "war-lead-theirs", "war-result"],
    ],
    rewards: 4,
    settled: 1,
    free: [undefined, undefined],
    challenges: [],
  });
};
