/** Numbers by ids, for millions of them: 12 bytes a place instead of the id's text. */
export type IdTable = {
  /** Keeps the number, unless the id has one: then that one is given. */
  put(id: string, value: number): number | undefined;
  get(id: string): number | undefined;
};

const FIRST_PLACES = 1 << 12;
const FULLEST = 0.6;

/** Ids are known by a hash of 64 bits: of 10 million two are taken for the same with a chance of 1 in 300,000. Values are from 1 to 2^32 - 1. */
export const makeIdTable = (): IdTable => {
  let places = FIRST_PLACES;
  let rows = new Uint32Array(3 * places);
  let count = 0;

  /** Where the row of this hash is, or would be. */
  const placeOf = (high: number, low: number): number => {
    for (let place = low & (places - 1); ; place = (place + 1) & (places - 1)) {
      const at = 3 * place;
      if (rows[at + 2] === 0 || (rows[at] === high && rows[at + 1] === low)) return at;
    }
  };
  const grow = (): void => {
    const before = rows;
    places *= 2;
    rows = new Uint32Array(3 * places);
    for (let at = 0; at < before.length; at += 3)
      if (before[at + 2] !== 0) rows.set(before.subarray(at, at + 3), placeOf(before[at] ?? 0, before[at + 1] ?? 0));
  };

  return {
    put: (id, value) => {
      if (count >= places * FULLEST) grow();
      const [high, low] = hash64(id);
      const at = placeOf(high, low);
      const known = rows[at + 2];
      if (known !== undefined && known !== 0) return known;
      rows.set([high, low, value], at);
      count += 1;
      return undefined;
    },
    get: (id) => rows[placeOf(...hash64(id)) + 2] || undefined,
  };
};

/** Two multiplicative hashes side by side, stirred into one another at the end (the constants are those of xxHash and MurmurHash3). */
const hash64 = (text: string): [high: number, low: number] => {
  let [high, low] = [0x9e3779b1, 0x85ebca77];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x9e3779b1);
    low = Math.imul(low ^ code, 0x5f356495);
  }
  const stirred = (one: number, other: number): number =>
    Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ Math.imul(other ^ (other >>> 13), 0xc2b2ae35);
  [high, low] = [stirred(high, low), stirred(low, high)];
  return [high >>> 0, low >>> 0];
};
