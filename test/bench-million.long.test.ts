import { expect, test } from "vitest";
import { setUpMillion } from "../bench/million/million.ts";

test("[BE49] million: every digest arrives, and what players and digests take is told", {
  timeout: 180_000,
}, async () => {
  const size = { players: 1_000, digests: 98, spreadMs: 2_000 };
  const sides = await setUpMillion(size, new AbortController().signal);
  try {
    const round = await sides.ours();
    // A name, a profile, a token of 163 characters and who has it.
    expect(round.bytesPerPlayer).toBeGreaterThan(500);
    expect(round.bytesPerPlayer).toBeLessThan(2_500);
    expect(round.bytesPerDueDigest).toBeLessThan(500);
    expect(round.notifierPeakMiB).toBeGreaterThanOrEqual(round.notifierRestMiB ?? Number.NaN);
    expect(round.toldMin).toBeGreaterThan(0);
  } finally {
    await sides.close();
  }
});
