import { expect, onTestFinished, test } from "vitest";
import { makeRandom } from "../bench/random.ts";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { aCountingLine } from "./a-counting-line.ts";
import { aFolder } from "./a-folder.ts";
import { Judges, urlOf } from "./a-home.ts";
import { aDevice, aHomeCrowd, allLive, channelsOf, NO_PACE } from "./a-home-crowd.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

test.each(process.env.GREMIO_TEST_LONG === "1" ? [1, 2] : [2])(
  "[CL31] loses, doubles and disorders nothing in any channel, on two devices, through cuts and a chat process killed with -9 (seed %i)",
  async (seed) => {
    const random = makeRandom(seed);
    const players = ["ana", "beto", "caro"];
    const { studio, chat: first } = await aHomeCrowd(players);
    let chat = first;
    const { port } = chat;
    const judges = new Judges(studio);
    const counting = await aCountingLine(port);
    const proxies = await Promise.all([...players, "ana"].map(() => aCuttingProxy(counting.port)));
    const devices = [...players, "ana"].map((player, index) =>
      aDevice(judges, proxies[index]?.url ?? "", player, `${player} ${index}`),
    );
    await allLive(devices);
    const rounds = 20;
    for (let round = 0; round < rounds; round++) {
      // The other device of ana only reads.
      for (const { client, player, name } of devices.slice(0, players.length))
        for (const channel of channelsOf(client))
          if (random() < 0.5) judges.say(channel, player, `${name} ${channel.id} ${round}`);
      for (let turns = Math.floor(random() * 20); turns > 0; turns--) await new Promise((next) => setImmediate(next));
      proxies[Math.floor(random() * proxies.length)]?.cut();
      if (round === 6 || round === 13) {
        await (round === 6 ? chat.kill() : chat.stop());
        chat = await studio.chat({ ...NO_PACE, PORT: String(port) });
      }
      await waitFor(() => judges.unanswered < 40, `the messages of round ${round}`);
    }
    await judges.judge(port, "ana");
    expect(judges.sent).toBeGreaterThan(100);
    expect(counting.lines.length).toBeGreaterThan(rounds / 2);
    // One on each line; should a hole show on a line that holds, it is asked for as well.
    const follows = counting.lines.flatMap(({ asked }) => asked.filter((name) => name === "follow"));
    expect(follows.length).toBeLessThanOrEqual(counting.lines.length + 2);
  },
  120_000,
);

test("[CL32] loses, doubles and disorders nothing in any channel when Redis was killed (-9) and came back", async () => {
  const dir = await aFolder();
  const redis = await startEmbeddedRedis({ appendfsync: "always", dir });
  const { studio, chat } = await aHomeCrowd(["ana", "beto"], redis.url);
  const judges = new Judges(studio);
  const counting = await aCountingLine(chat.port);
  const devices = [
    aDevice(judges, urlOf(counting.port), "ana", "ana"),
    aDevice(judges, urlOf(chat.port), "beto", "beto"),
  ];
  await allLive(devices);
  const speak = (about: string): void => {
    for (const { client, player } of devices)
      for (const channel of channelsOf(client)) judges.say(channel, player, `${player} ${channel.id} ${about}`);
  };
  speak("before");
  await waitFor(() => judges.unanswered === 0, "what was said before");
  speak("meanwhile");
  await redis.kill();
  const again = await startEmbeddedRedis({ appendfsync: "always", dir, port: redis.port });
  onTestFinished(() => again.stop());
  speak("after");
  await judges.judge(chat.port, "ana");
  // On a line that held, what all channels lack is asked for together.
  for (const { asked } of counting.lines) expect(asked.filter((name) => name === "follow").length).toBeLessThan(12);
});
