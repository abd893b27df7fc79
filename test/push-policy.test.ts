import { afterAll, beforeAll, expect, test } from "vitest";
import { makePushPolicies } from "../server/push-policy/push-policies.ts";
import { importanceOf, isThroughQuiet, previewsOf, quietHoursOf } from "../server/push-policy/what-holds.ts";
import type { Redis } from "../server/redis/redis.ts";
import { NOTICE_KINDS, NOTICE_TRAITS } from "../shared/notice-kind.ts";
import { preferencesSchema } from "../shared/preferences.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const policyOf = (policy: Parameters<typeof pushPolicySchema.parse>[0] = {}) => pushPolicySchema.parse(policy);
const night = { from: "22:00", to: "07:00" };

/** Two processes' views of one studio, and a third of whom nobody tells anything, whose clock stands still. */
const aWorld = async () => {
  const { redis: own, keys } = await aRedis();
  await own.close();
  const errors: unknown[] = [];
  const deaf: Redis = { ...redis, subscribe: async () => async () => undefined, onRestored: () => () => undefined };
  let clock = 1_000_000;
  const onError = (error: unknown) => void errors.push(error);
  const key = keys.of("studio", "pushpolicy");
  return {
    ...{ errors, keys },
    here: makePushPolicies(redis, keys),
    there: makePushPolicies(redis, keys, { onError }),
    untold: makePushPolicies(deaf, keys, { onError, now: () => clock }),
    pass: (ms: number) => {
      clock += ms;
    },
    store: (json: string) => redis.run(key, ["SET", key, json]),
  };
};

test("[PP4] the studio's policy says how important each kind is, what disturbs in quiet hours and when those are; a player's own hours and kinds go before", () => {
  const policy = policyOf({ importance: { chatter: "silent" }, through: ["attack"], quietHours: night });
  for (const kind of NOTICE_KINDS)
    expect(importanceOf(policy, kind)).toBe(kind === "chatter" ? "silent" : NOTICE_TRAITS[kind].importance);
  const preferences = (given: object) => preferencesSchema.parse(given);
  expect(NOTICE_KINDS.filter((kind) => isThroughQuiet(policy, preferences({ through: ["reply"] }), kind))).toEqual([
    "attack",
    "reply",
  ]);
  const hours = (given: object, of = policy) => quietHoursOf(of, preferences(given), "America/Lima");
  expect(hours({})).toEqual({ ...night, zone: "America/Lima" });
  expect(hours({ quietHours: null })).toBeUndefined();
  expect(hours({ quietHours: { from: "01:00", to: "05:00" } })).toMatchObject({ from: "01:00", to: "05:00" });
  expect(hours({}, policyOf())).toBeUndefined();
});

test("[PP6] a minor's pushes show no message's text, whatever he prefers", () => {
  const told = (previews: boolean, isMinor: boolean) => previewsOf({ previews }, isMinor);
  expect([told(true, false), told(true, true), told(false, false), told(false, true)]).toEqual([
    ...[true, false, false, false],
  ]);
});

test("[PP5] a policy that was put is known everywhere at once, after 5 s also where the word of it was lost", async () => {
  const { here, there, untold, pass, errors } = await aWorld();
  expect(await Promise.all([here.read(), there.now(), untold.now()])).toEqual([policyOf(), policyOf(), policyOf()]);
  await here.put(policyOf({ perHour: 2 }));
  await waitFor(async () => (await there.now()).perHour === 2, "the word of it");
  pass(4_999);
  expect(await untold.now()).toEqual(policyOf());
  pass(1);
  expect(await Promise.all([untold.now(), untold.now()])).toEqual([policyOf({ perHour: 2 }), policyOf({ perHour: 2 })]);
  // A clock that was set back.
  await here.put(policyOf({ perHour: 3 }));
  pass(-3_600_000);
  expect(await untold.now()).toEqual(policyOf({ perHour: 3 }));
  expect(errors).toEqual([]);
  await Promise.all([there.close(), untold.close()]);
});

test("[PP5] what of a policy cannot be read has its default, and is told once; while Redis does not answer the last one known holds", async () => {
  const { keys, there, untold, pass, errors, store } = await aWorld();
  await store(JSON.stringify({ perHour: 0, perDay: 9, through: ["thunder"], quietHours: night, importance: "all" }));
  expect(await there.now()).toEqual(policyOf({ perDay: 9, quietHours: night }));
  expect(await there.read()).toEqual(policyOf({ perDay: 9, quietHours: night }));
  expect(errors).toHaveLength(1);
  await there.close();
  await store("no JSON");
  expect(await untold.now()).toEqual(policyOf());
  await store(JSON.stringify({ perHour: 7 }));
  pass(5_000);
  expect(await untold.now()).toEqual(policyOf({ perHour: 7 }));
  expect(errors).toHaveLength(2);
  const key = keys.of("studio", "pushpolicy");
  await redis.run(key, ["DEL", key]);
  await redis.run(key, ["RPUSH", key, "no string"]);
  pass(5_000);
  expect(await untold.now()).toEqual(policyOf({ perHour: 7 }));
  expect(await untold.now()).toEqual(policyOf({ perHour: 7 }));
  expect(errors).toHaveLength(3);
});
