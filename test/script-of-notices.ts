import fc from "fast-check";
import { FAULTS } from "./dying-before.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export const SAYINGS = ["announcement", "attack", "mention", "reply", "plain", "request"] as const;
export const FCM_ANSWERS = ["yes", "yes", "yes", "unknown-delivered", "unknown-lost", "refused"] as const;
const PLACES = ["reading", "present", "match", "match-over", "idle", "gone", "lost"] as const;
const CHANGES = [
  ...(["quiet", "quiet-later", "quiet-off", "disturb-not", "disturb", "digest", "off", "kinds", "mentions"] as const),
  ...(["channel-off", "channel", "snooze", "important", "all", "none", "through"] as const),
] as const;

const who = fc.nat({ max: 1 });
const where = fc.nat({ max: 1 });
const say = fc.record({ type: fc.constant("say" as const), what: fc.constantFrom(...SAYINGS), where, who });
/** `behind`: how many entries before the newest. `told`: the process that notes it lives to tell the player's phones. */
const read = fc.record({
  type: fc.constant("read" as const),
  ...{ who, where, behind: fc.constantFrom(0, 0, 0, 1, 2), told: fc.constantFrom(true, true, true, false) },
});
const place = fc.record({
  type: fc.constant("place" as const),
  ...{ who, where, is: fc.constantFrom(...PLACES), minutes: fc.constantFrom(1, 5, 30) },
});
const prefer = fc.record({
  type: fc.constant("prefer" as const),
  ...{ who, where, change: fc.constantFrom(...CHANGES), hours: fc.constantFrom(1, 3, 9) },
});
const member = fc.record({ type: fc.constant("member" as const), who });
const change = fc.record({
  type: fc.constant("change" as const),
  ...{ behind: fc.nat({ max: 2 }), how: fc.constantFrom("edit" as const, "delete" as const) },
});
const others = fc.oneof(
  { weight: 4, arbitrary: read },
  { weight: 2, arbitrary: say },
  { weight: 2, arbitrary: prefer },
  { weight: 1, arbitrary: place },
  { weight: 1, arbitrary: member },
  { weight: 1, arbitrary: change },
);
const run = fc.record({
  type: fc.constant("run" as const),
  fate: fc.record({
    at: fc.integer({ min: 1, max: 60 }),
    fault: fc.constantFrom(
      "none" as const,
      "none" as const,
      "sleeps" as const,
      "sleeps" as const,
      ...FAULTS.slice(0, 4),
    ),
  }),
  during: fc.array(fc.record({ at: fc.integer({ min: 1, max: 50 }), act: others }), { maxLength: 2 }),
  fcm: fc.array(fc.constantFrom(...FCM_ANSWERS), { maxLength: 3 }),
});
const time = fc.record({
  type: fc.constant("time" as const),
  ms: fc.constantFrom(
    ...[SECOND_MS, 5 * SECOND_MS, 15 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 90 * SECOND_MS],
    ...[5 * MINUTE_MS, 16 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS],
  ),
});
const wake = fc.record({ type: fc.constant("wake" as const) });

const act = fc.oneof(
  { weight: 6, arbitrary: say },
  { weight: 3, arbitrary: read },
  { weight: 2, arbitrary: place },
  { weight: 2, arbitrary: prefer },
  { weight: 1, arbitrary: member },
  { weight: 1, arbitrary: change },
  { weight: 6, arbitrary: time },
  { weight: 7, arbitrary: run },
  { weight: 2, arbitrary: wake },
);

/** What happens to two players, in its order. `hour`: of the day on which it begins. `turns`: in which order jobs are done. */
export const scriptArbitrary = fc.record({
  hour: fc.nat({ max: 23 }),
  turns: fc.nat({ max: 255 }),
  acts: fc.array(act, { minLength: 3, maxLength: 18, size: "max" }),
});
export type Script = typeof scriptArbitrary extends fc.Arbitrary<infer S> ? S : never;
export type Act = Script["acts"][number];
