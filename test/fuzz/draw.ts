import { makeRandom } from "../../bench/random.ts";

/** Choices that follow from a seed alone. */
export type Draw = {
  /** 0 to `end` - 1. */
  below(end: number): number;
  chance(part: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  bytes(length: number): Buffer;
  shuffled<T>(list: readonly T[]): T[];
};

export const makeDraw = (seed: number): Draw => {
  const random = makeRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  return {
    below,
    chance: (part) => random() < part,
    pick: (list) => list[below(list.length)] ?? list[0],
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
    shuffled: (list) =>
      list
        .map((value) => ({ value, place: random() }))
        .sort((a, b) => a.place - b.place)
        .map(({ value }) => value),
  };
};

/** The seed of one part of a campaign, so that it can be run again without the others. */
export const seedOf = (seed: number, part: number): number => (Math.imul(seed, 0x9e3779b1) ^ (part * 0x85ebca6b)) >>> 0;
