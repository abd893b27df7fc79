import { makeRandom } from "../random.ts";

/** Random numbers of the kinds that people's habits have. */
export type Draws = {
  chance(probability: number): boolean;
  between(least: number, most: number): number;
  exponential(mean: number): number;
  lognormal(median: number, sigma: number): number;
  pareto(alpha: number): number;
  poisson(mean: number): number;
  /** Throws when there is nothing to pick from. */
  pick<T>(from: readonly T[]): T;
  /** An index, the likelier the greater its weight. */
  weighted(weights: readonly number[]): number;
};

/** What is drawn follows from these parts alone: each purpose has draws of its own, so that one does not move the others. */
export const makeDraws = (...parts: readonly (string | number)[]): Draws => {
  const random = makeRandom(hashed(parts.join("|")));
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return {
    chance: (probability) => random() < probability,
    between: (least, most) => least + random() * (most - least),
    exponential: (mean) => -mean * Math.log(1 - random()),
    lognormal: (median, sigma) => median * Math.exp(sigma * normal()),
    pareto: (alpha) => (1 - random()) ** (-1 / alpha),
    poisson: (mean) => {
      let count = 0;
      for (let left = mean; ; count++) {
        left += Math.log(1 - random());
        if (left < 0) return count;
      }
    },
    pick: (from) => {
      const [found] = from.slice(Math.floor(random() * from.length));
      if (found === undefined) throw new Error("there is nothing to pick from");
      return found;
    },
    weighted: (weights) => {
      let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
      const found = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      return found < 0 ? weights.length - 1 : found;
    },
  };
};

/** FNV-1a, in 32 bits. */
const hashed = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
};
