import { expect, test } from "vitest";
import { startRedisCluster } from "../deploy/redis-cluster.ts";
import { aSeat } from "./a-seat.ts";
import { aStudio, aToken } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

test("[RM17] guilds on every master of a Redis Cluster talk, resume and show their state", async () => {
  const cluster = await startRedisCluster();
  try {
    const studio = await aStudio(cluster.url, true);
    const guilds = Array.from({ length: 6 }, (_, n) => `g${n}`);
    for (const guild of guilds) await studio.guild(guild, [`${guild}-ana`, `${guild}-beto`]);
    const slots = await Promise.all(
      guilds.map((guild) =>
        studio.redis.run(studio.keys.of(`guild:${guild}`, "log"), [
          "CLUSTER",
          "KEYSLOT",
          studio.keys.of(`guild:${guild}`, "log"),
        ]),
      ),
    );
    const third = 16_384 / 3;
    expect(new Set(slots.map((slot) => Math.floor(Number(slot) / third))).size).toBe(3);

    const chat = await studio.chat();
    await Promise.all(
      guilds.map(async (guild) => {
        const [ana, beto] = await Promise.all([
          aSeat(chat.port, await aToken(`${guild}-ana`)),
          aSeat(chat.port, await aToken(`${guild}-beto`)),
        ]);
        await Promise.all([ana.resume(), beto.resume()]);
        for (let n = 0; n < 5; n++) await ana.ask("send", { nonce: `nonce-${guild}-${n}`, text: `m${n}` });
        await waitFor(() => beto.entries.filter(({ kind }) => kind === "text").length === 5, "all messages");
        await waitFor(() => ana.room.state.onlineCount === 2, "both online");
        beto.cut();
        const back = await aSeat(chat.port, await aToken(`${guild}-beto`));
        await back.resume({ epoch: 1, seq: 4 });
        expect(back.entries.map(({ body }) => body)).toEqual(["m2", "m3", "m4"]);
      }),
    );
    expect(await (await fetch(`http://127.0.0.1:${chat.port}/ready`)).json()).toMatchObject({ ready: true });
  } finally {
    await cluster.stop();
  }
});
