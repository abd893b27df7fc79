import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { makeIntents } from "../server/notifier/deciding/intents.ts";
import type { Digests } from "../server/notifier/digests/digest.ts";
import { PACE } from "../server/notifier/pace.ts";
import { makePush } from "../server/notifier/push.ts";
import { makeOutage } from "../server/notifier/sending/outage.ts";
import type { SendRate } from "../server/notifier/sending/send-rate.ts";
import { makeSendingState } from "../server/notifier/sending/sending-state.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import { aDigestWorld } from "./a-digest-world.ts";
import { aMovedClock } from "./a-moved-clock.ts";

test("[NO10] a digest that is read after it was composed, and before FCM is asked, is not sent", async () => {
  const clock = await aMovedClock();
  onTestFinished(() => clock.stop());
  const world = await aDigestWorld(clock.redis, makeKeys("late"), clock.jump);
  const { redis, keys, players, decisions, marks, now, guild } = world;
  await world.member("ana");
  const { seq } = await world.say(guild, "hello");
  let sent = 0;
  const silent = pino({ level: "silent" });
  const rate: SendRate = {
    take: async () => ({ granted: true }),
    charge: () => {},
    pause: async () => {},
    pausedMs: () => 0,
  };
  const state = makeSendingState(silent, now);
  const jobWith = (compose: Digests["compose"]) =>
    makePush({
      tellNotices: async () => [],
      weekly: { compose: async () => [] },
      digests: { ...world.digests, compose },
      ...{ intents: makeIntents(redis, keys), marks, players, decisions, rate, state, now, log: silent },
      sender: {
        send: async () => {
          sent += 1;
          return { type: "sent" };
        },
        renew: () => {},
        close: async () => {},
      },
      deviceRate: async (_, devices) => devices.map(() => 0),
      outage: makeOutage(rate, state, PACE, () => {}),
    })({ type: "digest", players: ["ana"] }, false);
  const late = await jobWith(async (ids) => {
    const due = await world.digests.compose(ids);
    await world.reads.seen(guild, "ana", seq);
    return due;
  });
  expect([sent, late.again]).toEqual([0, ["ana"]]);
  expect((await jobWith(world.digests.compose)).again).toEqual([]);
  expect(sent).toBe(0);
});
