import { expect, test } from "vitest";
import { runCampaign } from "./fuzz/campaign.ts";

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

test("[HY1] [HY2] a hundred thousand malformed frames and ten thousand requests harm nobody but who sent them", async () => {
  console.log(`FUZZ_SEED=${seed}`);
  const summary = await runCampaign({ seed, frames: 100_000, requests: 10_000 });
  console.log(summary);
  expect(summary).toContain(`FUZZ_SEED=${seed}`);
}, 300_000);
