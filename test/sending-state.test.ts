import { pino } from "pino";
import { expect, test } from "vitest";
import type { Notice } from "../server/notifier/notice.ts";
import { type PushJob, priorityOf } from "../server/notifier/push.ts";
import { makeSendingState } from "../server/notifier/sending/sending-state.ts";

const MINUTE_MS = 60_000;

const aState = () => {
  const told: string[] = [];
  let time = 0;
  const log = pino({ level: "info" }, { write: (line: string) => void told.push(JSON.parse(line).event) });
  const state = makeSendingState(log, () => time);
  return { state, told, pass: (ms: number) => (time += ms) };
};

test("[NO52] our own mistakes and another project's targets, when they are more than one in a thousand, are told in the log, once a minute at most", () => {
  const { state, told, pass } = aState();
  const count = (outcome: Parameters<typeof state.count>[0], times = 1) => {
    for (let n = 0; n < times; n++) state.count(outcome, "android");
  };
  count({ type: "rejected", why: "too long" }, 5);
  expect(told).toEqual(["push-rejected"]);
  pass(MINUTE_MS);
  count({ type: "rejected", why: "too long" });
  expect(told.splice(0)).toEqual(["push-rejected", "push-rejected"]);

  count({ type: "sent", answer: "an-id" }, 4_000);
  // Devices that are gone are nobody's mistake.
  count({ type: "gone" }, 50);
  count({ type: "gone", foreign: true }, 4);
  expect(told).toEqual([]);
  count({ type: "gone", foreign: true }, 3);
  expect(told).toEqual(["push-foreign-targets"]);
  // Nor is one old device among few.
  const few = aState();
  few.state.count({ type: "gone", foreign: true }, "ios");
  few.state.count({ type: "gone", foreign: true }, "ios");
  expect(few.told).toEqual([]);
});

test("[NO43, NO44] refused credentials are told when it begins, once a minute while it lasts, and when it is over", () => {
  const { state, told, pass } = aState();
  const refused = { type: "platform", why: "no key" } as const;
  for (let n = 0; n < 3; n++) state.count(refused, "ios");
  state.count({ type: "sent", answer: "an-id" }, "android");
  expect(state.read().stops).toMatchObject([{ scope: "ios", why: "no key", sinceMs: 0 }]);
  pass(MINUTE_MS);
  state.count(refused, "ios");
  state.count({ type: "sent", answer: "an-id" }, "ios");
  expect(told).toEqual(["sending-stopped-ios", "sending-stopped-ios", "sending-resumed"]);
  expect(state.read().stops).toEqual([]);
});

test("[NO50] notices go before digests, these before what only takes something off a screen, and broadcasts before nothing", () => {
  const notice = (channel: string): Notice => ({
    ...{ type: "notice", about: "event", channel, epoch: 1, seq: channel === "" ? 0 : 7, at: 1, from: 0, author: "" },
    ...{
      kind: 3,
      body: "hello",
      ...(channel === "" && { key: "b1", condition: { type: "broadcast", broadcast: "b1" } }),
    },
  });
  const given = { waited: false };
  const to = (channel: string): PushJob => ({ type: "notice", notice: notice(channel), players: ["ana"], ...given });
  const bundle = (...channels: string[]): PushJob => ({
    ...{ type: "bundle", player: "ana", waiting: channels.map((channel) => ({ notice: notice(channel), given })) },
  });
  expect([to("guild:g1"), bundle("guild:g1")].map(priorityOf)).toEqual(["urgent", "urgent"]);
  expect(priorityOf({ type: "digest", players: ["ana"] })).toBe("normal");
  expect(priorityOf({ type: "clear", player: "ana" })).toBe("low");
  expect([to(""), bundle("")].map(priorityOf)).toEqual(["low", "low"]);
});
