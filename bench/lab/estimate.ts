import type { Draws } from "./draws.ts";

/** A figure and the interval in which 95 of 100 resamples have it. */
export type Estimate = { readonly value: number; readonly low: number; readonly high: number };

/** How often each player is in a resample, by his place. */
export type Weights = Uint16Array;

/** Resamples seeds, and of each the players: who plays together is not independent, and neither is who lives in the same world. `sizes`: players of each seed. */
export const makeResamples = (sizes: readonly number[], count: number, draws: Draws): Weights[] => {
  const starts = sizes.map((_, seed) => sizes.slice(0, seed).reduce((sum, size) => sum + size, 0));
  const seeds = sizes.map((_, seed) => seed);
  return Array.from({ length: count }, () => {
    const weights = new Uint16Array(sizes.reduce((sum, size) => sum + size, 0));
    for (const _ of seeds) {
      const seed = draws.pick(seeds);
      const [start = 0, size = 0] = [starts[seed], sizes[seed]];
      for (let left = size; left > 0; left--) {
        const place = start + Math.floor(draws.between(0, size));
        weights[place] = (weights[place] ?? 0) + 1;
      }
    }
    return weights;
  });
};

/** The figure of all players, once each, and of every resample. */
export const estimate = (
  figure: (weights: Weights) => number,
  players: number,
  resamples: readonly Weights[],
): Estimate => {
  const value = figure(new Uint16Array(players).fill(1));
  const values = resamples
    .map(figure)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const at = (share: number): number => values[Math.round(share * (values.length - 1))] ?? value;
  return { value, low: at(0.025), high: at(0.975) };
};
