import { expect, test } from "vitest";
import { makeRandom } from "../bench/random.ts";
import { makeLog } from "../server/channel/log.ts";
import { aHomeClient, aHomeStudio, isLive, watch } from "./a-home.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

const CIRCLES = Array.from({ length: 6 }, (_, n) => `circle:c${n}`);
const LONG = 450;

test.each([1, 2, 3])(
  "[CL43] whenever the player is removed from a channel he is catching up with, its view ends once, as removed, and shows the log up to there and no further (seed %i)",
  async (seed) => {
    const studio = await aHomeStudio([], Object.fromEntries(CIRCLES.map((id) => [id, ["ana", "beto"]])));
    const log = makeLog(studio.redis, studio.keys, { historyLength: 10_000 });
    const tell = async (channel: string, count: number, what: string): Promise<void> => {
      for (let n = 0; n < count; n++)
        await log.append({ channel, nonce: `${what}-number-${n}`, kind: "news", body: `${what} ${n}` });
    };
    const chat = await studio.chat({});
    const proxy = await aCuttingProxy(chat.port);
    const ana = aHomeClient(proxy.url, "ana", { keep: 10_000 });
    const random = makeRandom(seed);
    const views = CIRCLES.map((id) => {
      const channel = ana.follow(id);
      return { id, channel, seen: watch(channel) };
    });
    await waitFor(() => views.every(({ channel }) => isLive(channel)), "all circles");
    proxy.target = 1;
    proxy.cut();
    await waitFor(() => ana.phase.phase === "reconnecting", "the line to be lost");
    await Promise.all(CIRCLES.map((id) => tell(id, LONG, `missed`)));
    proxy.target = chat.port;
    ana.hurry();
    // Some before it is back, some while it catches up, some when it has.
    await Promise.all(
      views.map(async ({ id, channel, seen }, index) => {
        const from = seen.shown.length + Math.floor(random() * LONG);
        if (index > 0)
          await waitFor(() => channel.status.phase === "live" || seen.shown.length >= from, `${id} to come`);
        await studio.groups.release(id, "ana", index % 2 === 0 ? "kicked" : "left");
        await tell(id, 3, `after`);
      }),
    );
    await waitFor(() => views.every(({ channel }) => channel.status.phase === "closed"), "the ends");
    for (const { id, channel, seen } of views) {
      expect(channel.status).toEqual({ phase: "closed", reason: "not-member", waiting: 0 });
      expect(seen.phases.filter((phase) => phase === "closed")).toHaveLength(1);
      const seqs = seen.shown.map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
      const { body } = seen.shown.findLast(({ kind }) => kind === "news") ?? {};
      expect([id, body]).not.toEqual([id, expect.stringContaining("after")]);
    }
    expect(ana.followed).toEqual([]);
    expect(ana.phase.phase).toBe("live");
  },
  60_000,
);
