import fc from "fast-check";
import { expect, test } from "vitest";
import { chance, newRating, type RatedOutcome, type Rating, rated } from "../server/pvp/rating.ts";

const ratings = fc.record({
  mu: fc.double({ min: 0, max: 50, noNaN: true }),
  sigma: fc.double({ min: 1, max: 9, noNaN: true }),
});
const outcomes = fc.constantFrom<RatedOutcome>(0, 1, "draw");

test("[WQ1] who wins a war is held stronger than before, who loses weaker, a draw brings both together, and both are known better", () => {
  const fresh = newRating();
  expect(chance(fresh, fresh)).toBeCloseTo(0.5, 6);
  const [winner, loser] = rated(fresh, fresh, 0);
  expect(winner.mu).toBeGreaterThan(fresh.mu);
  expect(loser.mu).toBeLessThan(fresh.mu);
  expect(winner.sigma).toBeLessThan(fresh.sigma);
  expect(rated(fresh, fresh, 1)).toEqual([loser, winner]);
  const [strong, weak]: [Rating, Rating] = [
    { mu: 30, sigma: 2 },
    { mu: 20, sigma: 2 },
  ];
  const [fallen, risen] = rated(strong, weak, "draw");
  expect(fallen.mu).toBeLessThan(strong.mu);
  expect(risen.mu).toBeGreaterThan(weak.mu);
  // A surprise moves more than what was expected.
  expect(rated(strong, weak, 1)[1].mu - weak.mu).toBeGreaterThan(rated(strong, weak, 0)[0].mu - strong.mu);

  fc.assert(
    fc.property(ratings, ratings, outcomes, (first, second, outcome) => {
      expect(chance(first, second) + chance(second, first)).toBeCloseTo(1, 6);
      const [one, other] = rated(first, second, outcome);
      const swapped = rated(second, first, outcome === "draw" ? "draw" : outcome === 0 ? 1 : 0);
      expect([swapped[1].mu, swapped[0].mu]).toEqual([expect.closeTo(one.mu, 6), expect.closeTo(other.mu, 6)]);
      if (outcome === 0) expect(one.mu).toBeGreaterThanOrEqual(first.mu);
      if (outcome === 1) expect(other.mu).toBeGreaterThanOrEqual(second.mu);
      for (const { mu, sigma } of [one, other]) expect(Number.isFinite(mu) && sigma > 0).toBe(true);
    }),
  );
});

test("[WQ2] after thousands of wars the doubt about a guild stays above nothing, so that one that changes is followed", () => {
  let [one, other] = [newRating(), newRating()];
  for (let war = 0; war < 2_000; war++) [one, other] = rated(one, other, war % 2 === 0 ? 0 : 1);
  expect(one.sigma).toBeGreaterThan(1);
  for (let war = 0; war < 30; war++) [one, other] = rated(one, other, 0);
  expect(chance(one, other)).toBeGreaterThan(0.75);
});
