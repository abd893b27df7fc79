import { expect, test } from "vitest";
import { aReturn } from "./a-return.ts";

test("[ADM5] 5,000 who lose their process at once all come back complete, each with what he missed once and in order", {
  timeout: 400_000,
}, async () => {
  const { waitsMs } = await aReturn({ guilds: 50, members: 100, messages: 20 });
  expect(waitsMs).toHaveLength(5_000);
});
