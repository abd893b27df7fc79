import { expect, test } from "vitest";
import { aStorm } from "./a-storm.ts";

test.each([1, 2, 3, 4])(
  "[CL14] nothing is lost, doubled or disordered in a long storm (seed %i)",
  { timeout: 240_000 },
  async (seed) => {
    const storm = { players: 10, rounds: 60, cutEvery: 1, stopAt: [15, 45], killAt: [8, 25, 38], seed };
    expect((await aStorm(storm)).cuts).toBeGreaterThan(30);
  },
);
