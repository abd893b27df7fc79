/** Ids of a Redis stream: `<ms>-<number>`. */

const partsOf = (id: string): [number, number] => {
  const [ms, number] = id.split("-").map(Number);
  return [ms ?? Number.NaN, number ?? Number.NaN];
};

export const isBefore = (one: string, other: string): boolean => {
  const [[ms, number], [otherMs, otherNumber]] = [partsOf(one), partsOf(other)];
  return ms === otherMs ? number < otherNumber : ms < otherMs;
};

export const madeAt = (id: string): number => partsOf(id)[0];
