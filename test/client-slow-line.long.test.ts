import { expect, test } from "vitest";
import { makeLog } from "../server/channel/log.ts";
import { aHomeClient, aHomeStudio, watch } from "./a-home.ts";
import { aSlowLine } from "./a-slow-line.ts";
import { waitFor } from "./wait-for.ts";

test("[CL41] catches up 50 channels over a line that cannot carry their 1.5 MB before a request is given up", {
  timeout: 240_000,
}, async () => {
  const circles = Array.from({ length: 50 }, (_, n) => `circle:c${n}`);
  const studio = await aHomeStudio([], Object.fromEntries(circles.map((id) => [id, ["ana"]])));
  const log = makeLog(studio.redis, studio.keys, { historyLength: 1_000 });
  for (const channel of circles)
    await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        log.append({ channel, nonce: `nonce-number-${n}`, kind: "news", body: "世".repeat(500) }),
      ),
    );
  const chat = await studio.chat();
  const line = await aSlowLine(chat.port, 100_000);
  const ana = aHomeClient(line.url, "ana");
  const seen = circles.map((id) => watch(ana.follow(id)));
  await waitFor(() => ana.phase.phase === "live", "everything", 180_000);
  for (const { shown, resets } of seen) {
    expect(shown.length).toBeGreaterThanOrEqual(20);
    expect(resets).toEqual(["no-cursor"]);
  }
  await ana.channels();
});
