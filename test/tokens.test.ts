import "./property-seed.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Tokens } from "../server/player/tokens.ts";
import { JOIN_BURST, JOINS_PER_SECOND, makeJoinBudget } from "../server/rooms/join-budget.ts";
import { BURST, makeTurns, PER_SECOND } from "../server/rooms/turns.ts";

const START = 1_700_000_000_000;

const aBucket = (burst: number, perSecond: number) => {
  const clock = { ms: START };
  return { clock, tokens: new Tokens({ burst, perSecond }, () => clock.ms) };
};
const ask = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test("[FL15] whatever was taken, what is refused is granted at the time it was told, and no millisecond sooner", () => {
  const step = fc.record({ passMs: fc.nat(3_000), cost: fc.integer({ min: 1, max: 60 }) });
  const rates = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.constantFrom(0.1, 0.5, 1, 2, 3, 7, 25));
  fc.assert(
    fc.property(rates, fc.array(step, { maxLength: 40 }), ([burst, perSecond], steps) => {
      const { clock, tokens } = aBucket(burst, perSecond);
      for (const { passMs, cost } of steps) {
        clock.ms += passMs;
        const retryAtMs = tokens.take(cost);
        if (retryAtMs === undefined) continue;
        clock.ms = retryAtMs - 1;
        expect(tokens.take(cost)).toBe(retryAtMs);
        clock.ms = retryAtMs;
        expect(tokens.take(cost)).toBeUndefined();
      }
    }),
  );
});

test("[FL15] a bucket holds its burst and no more; a clock set back refills nothing and keeps nobody out for longer", () => {
  const { clock, tokens } = aBucket(3, 2);
  const takes = () => [1, 2, 3, 4].map(() => tokens.take() === undefined);
  expect(takes()).toEqual([true, true, true, false]);
  clock.ms += 3_600_000;
  expect(takes()).toEqual([true, true, true, false]);
  clock.ms -= 7_200_000;
  expect(tokens.take()).toBe(clock.ms + 500);
  clock.ms += 500;
  expect(takes()).toEqual([true, false, false, false]);
});

test("[FL15] [FL12] joins and commands beyond the budget are told when they will be served, each player and connection for itself", async () => {
  let ms = START;
  const join = makeJoinBudget(() => ms);
  for (let n = 0; n < JOIN_BURST; n++) join("ana");
  const refused = { code: "rate-limited", retryAtMs: START + 1_000 / JOINS_PER_SECOND };
  expect(ask(() => join("ana"))).toMatchObject(refused);
  join("beto");
  ms = refused.retryAtMs;
  join("ana");
  expect(ask(() => join("ana"))).toMatchObject({ retryAtMs: ms + 1_000 / JOINS_PER_SECOND });

  const turns = makeTurns(() => ms);
  const done = async () => "done";
  // In debt by 50 commands: what is worth many is paid for afterwards.
  expect(await turns(done, BURST + 50)).toBe("done");
  const owed = { code: "rate-limited", retryAtMs: ms + (51 / PER_SECOND) * 1_000 };
  await expect(turns(done)).rejects.toMatchObject(owed);
  expect(await makeTurns(() => ms)(done)).toBe("done");
  ms = owed.retryAtMs;
  expect(await turns(done)).toBe("done");
});
