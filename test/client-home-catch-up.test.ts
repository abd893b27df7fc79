import { expect, test } from "vitest";
import { makeRandom } from "../bench/random.ts";
import { textsOf } from "./a-client.ts";
import { aCountingLine } from "./a-counting-line.ts";
import { aHomeClient, isLive, Judges, urlOf, watch } from "./a-home.ts";
import { aDevice, aHomeCrowd, allLive, channelsOf } from "./a-home-crowd.ts";
import { aTailToLose } from "./a-tail-to-lose.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

const turns = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await new Promise((next) => setImmediate(next));
};

test.each([1, 2])(
  "[CL44] cut again and again while five channels catch up and people talk in all of them, nothing is lost, doubled or disordered (seed %i)",
  async (seed) => {
    const random = makeRandom(seed);
    const { studio, chat } = await aHomeCrowd(["ana", "beto"]);
    const counting = await aCountingLine(chat.port);
    const proxy = await aCuttingProxy(counting.port);
    const judges = new Judges(studio);
    const devices = [
      aDevice(judges, proxy.url, "ana", "ana"),
      aDevice(judges, urlOf(chat.port), "beto", "beto"),
      // Another device of ana's, on a line that holds.
      aDevice(judges, urlOf(chat.port), "ana", "ana's tablet"),
    ];
    await allLive(devices);
    const [ana, beto] = devices.map(({ client }) => client);
    if (ana === undefined || beto === undefined) throw new Error("no devices");
    let said = 0;
    let isOver = false;
    const talking = (async () => {
      for (; !isOver && said < 200; said += 1) {
        for (const channel of channelsOf(beto)) judges.say(channel, "beto", `${channel.id} ${said}`);
        await waitFor(() => judges.unanswered < 5, "the acknowledgements");
      }
    })();
    let whileCatchingUp = 0;
    for (let round = 0; round < 3; round++) {
      proxy.target = 1;
      proxy.cut();
      const missed = said + 5;
      await waitFor(() => ana.phase.phase === "reconnecting" && said > missed, "something to be missed");
      proxy.target = counting.port;
      // On a fast machine some cuts come when all is there already: at least one a round must not.
      for (let again = 0; again < 3 || (whileCatchingUp <= round && again < 30); again++) {
        const lines = counting.lines.length;
        const asked = (): boolean => {
          ana.hurry();
          return counting.lines.slice(lines).some((line) => line.asked.includes("follow"));
        };
        await waitFor(asked, "her to ask for all of it");
        await turns(Math.floor(random() * 8));
        if (!channelsOf(ana).every(isLive)) whileCatchingUp += 1;
        proxy.cut();
      }
      const isThere = (): boolean => {
        ana.hurry();
        return channelsOf(ana).every(isLive);
      };
      await waitFor(isThere, "all of them");
    }
    isOver = true;
    await talking;
    await judges.judge(chat.port, "ana");
    expect(whileCatchingUp).toBeGreaterThanOrEqual(3);
  },
  60_000,
);

test("[CL45] when Redis lost the tail of one channel, what it took of that one is named and goes; the others go on, over the same line", async () => {
  const { studio, chat } = await aHomeCrowd(["ana", "beto"]);
  const [ana, beto] = [aHomeClient(urlOf(chat.port), "ana"), aHomeClient(urlOf(chat.port), "beto")];
  const seen = channelsOf(ana).map((channel) => ({ channel, ...watch(channel) }));
  await Promise.all([ana.live(), beto.live()]);
  const speak = async (about: string): Promise<void> => {
    for (const channel of channelsOf(beto)) expect((await channel.send(about).settled).ok).toBe(true);
    await waitFor(() => seen.every(({ shown }) => textsOf(shown).at(-1) === about), about);
  };
  await waitFor(() => [...channelsOf(ana), ...channelsOf(beto)].every(isLive), "all of them");
  await speak("uno");
  const tail = await aTailToLose(studio.redis, studio.keys, "circle:c1");
  await speak("dos");
  await speak("tres");
  await tail.lose();
  await speak("cuatro");
  for (const { channel, shown, lost, resets, phases } of seen) {
    const isHit = channel.id === "circle:c1";
    expect([channel.id, textsOf(lost)]).toEqual([channel.id, isHit ? ["dos", "tres"] : []]);
    expect(textsOf(channel.entries)).toEqual(isHit ? ["uno", "cuatro"] : ["uno", "dos", "tres", "cuatro"]);
    expect(textsOf(shown)).toEqual(["uno", "dos", "tres", "cuatro"]);
    expect([channel.id, channel.cursor.epoch > 1]).toEqual([channel.id, isHit]);
    expect([resets, phases.filter((phase) => phase !== "live")]).toEqual([["no-cursor"], []]);
  }
  await speak("cinco");
});
