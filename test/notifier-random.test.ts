import { expect, test } from "vitest";
import { noticesAtRandom } from "./notices-at-random.ts";

test("[NO64, NO65] whatever is written, read, preferred and killed in whatever order, nothing important is lost, nothing is sent once its reading is known, and nothing is twice on a screen", async () => {
  expect(await noticesAtRandom({ runs: 160 })).toBe(160);
});
