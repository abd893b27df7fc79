import { expect, onTestFinished, test } from "vitest";
import { onCluster } from "../deploy/on-cluster.ts";
import { makeRosters } from "../server/channel/rosters.ts";
import { textsOf } from "./a-client.ts";
import { aRedis } from "./a-redis.ts";
import { aStudioProcess, listening } from "./a-studio-room.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

test.skipIf(onCluster)(
  "[CP11] while Redis is away players come and go and play as ever; the chat comes when it is back, with everything that was said, once",
  async () => {
    const { redis, keys } = await aRedis();
    const url = new URL(process.env.GREMIO_TEST_REDIS_URL ?? "");
    const port = Number(url.port);
    const line = await aCuttingProxy(port);
    url.port = new URL(line.url).port;
    const studio = await aStudioProcess(keys, url.href);
    onTestFinished(async () => {
      await studio.close();
      await redis.close();
    });
    const kind = studio.define();
    const ana = await studio.join(kind, "ana");
    const { roomId } = ana;
    const a = await listening(ana);
    await a.channel.send("before").settled;
    // Nobody answers there.
    line.target = 1;
    line.cut();
    const began = performance.now();
    const beto = await studio.join(kind, "beto", { roomId });
    const caro = await studio.join(kind, "caro", { roomId });
    expect(await beto.request("sum", [1, 2])).toBe(3);
    await caro.leave();
    expect(performance.now() - began).toBeLessThan(within(2_000));
    const said = a.channel.send("meanwhile");
    const coming = listening(beto);
    line.target = port;
    expect((await said.settled).ok).toBe(true);
    const b = await coming;
    await waitFor(() => textsOf(b.shown).length === 2, "both messages");
    for (const { shown } of [a, b]) expect(textsOf(shown)).toEqual(["before", "meanwhile"]);
    await waitFor(
      async () =>
        (await makeRosters(redis, keys).snapshot(`team:${roomId}`)).members.map(({ player }) => player).join() ===
        "ana,beto",
      "the members to be those who are there",
    );
  },
);
