import { expect, test } from "vitest";
import { runCampaign } from "./fuzz/campaign.ts";

/** The same each time, so that a red run means a change; the long test looks for new ones. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_121);

test("[HY1] [HY2] three thousand malformed frames and requests harm nobody but who sent them", async () => {
  const summary = await runCampaign({ seed, frames: 3_000, requests: 400 });
  console.log(summary);
  expect(summary).toContain(`FUZZ_SEED=${seed}`);
});
