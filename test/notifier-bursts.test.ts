import { expect, test } from "vitest";
import type { Pace } from "../server/notifier/pace.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

/** `ana` is pushed to; nobody else is away. */
const aWorld = async (pace: Partial<Pace>, policy: Parameters<typeof pushPolicySchema.parse>[0] = {}) => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  await world.policies.put(pushPolicySchema.parse(policy));
  await world.notifier(pace);
  const pushed = (count: number) => waitFor(() => world.phone("ana")?.receivedCount === count, `push ${count}`);
  const reasons = async () =>
    (await world.decisions.list("ana")).map(({ outcome, reason }) => `${outcome}:${reason}`).toReversed();
  const cleared = () =>
    (world.phone("ana")?.received ?? []).filter(({ silent, priority }) => silent && priority === "normal");
  return { ...world, pushed, reasons, cleared };
};

test("[NO61] of a burst the first comes at once, and what follows takes its place in one push that tells how many more there are", async () => {
  const { announce, pushed, phone, reasons } = await aWorld({ gapsMs: { important: [700, 60_000], urgent: [] } });
  await announce("one");
  await pushed(1);
  for (const text of ["two", "three", "four"]) await announce(text);
  await pushed(2);
  expect(phone("ana")?.screen).toMatchObject([{ body: "leader: four\nand 3 more" }]);
  expect(phone("ana")?.received.map(({ channelId }) => channelId)).toEqual(["important", "updates"]);
  const told = await waitFor(async () => (await reasons()).length === 7 && reasons(), "all decisions");
  expect(told).toEqual([
    "now:away",
    ...["later:burst", "later:burst", "later:burst"],
    ...["now:unread-after-burst", "now:unread-after-burst", "now:unread-after-burst"],
  ]);
});

test("[NO61, NO64] what is urgent does not wait for what is not; what is read leaves the screens by a silent push and ends the burst", async () => {
  const minute = { important: [60_000], urgent: [60_000] };
  const world = await aWorld({ gapsMs: minute });
  const { announce, pushed, phone, read, log, channel, cleared } = world;
  const { seq } = await announce("one");
  await pushed(1);
  const notice = { type: "notice", about: "attack" } as const;
  await log.append({ channel, nonce: "attack-01", kind: "news", body: "The wall is down", notice });
  await pushed(2);
  expect(phone("ana")?.received.map(({ channelId }) => channelId)).toEqual(["important", "urgent"]);
  const tags = phone("ana")?.screen.map(({ tag }) => tag);
  await read("ana", seq + 1);
  await waitFor(() => cleared().length, "the clear push");
  expect(cleared().flatMap(({ data }) => JSON.parse(data.tags ?? "[]"))).toEqual(expect.arrayContaining(tags ?? []));
  await announce("two");
  await pushed(4);
  expect(phone("ana")?.screen.at(-1)).toMatchObject({ body: "leader: two" });
});

test("[NO62] what is over a player's budget is left to the digest, which tells it; what is urgent is beyond it, and not counted", async () => {
  const { announce, pushed, phone, reasons, log, channel } = await aWorld({}, { perHour: 2 });
  const notice = { type: "notice", about: "attack" } as const;
  await log.append({ channel, nonce: "attack-01", kind: "news", body: "The wall is down", notice });
  await pushed(1);
  for (const text of ["one", "two"]) await announce(text);
  await pushed(3);
  await announce("three");
  await waitFor(async () => (await reasons()).includes("digest:over-budget"), "the decision");
  expect(phone("ana")?.receivedCount).toBe(3);
});

test("[NO63] in quiet hours a notice waits for their end; who has done with them is told at once", async () => {
  const { announce, pushed, players, reasons, phone } = await aWorld({});
  const hour = new Date(Date.now() + 3_600_000).getUTCHours();
  await players.putProfile("ana", { zone: "UTC" });
  const from = `${String((hour + 23) % 24).padStart(2, "0")}:00`;
  const to = `${String((hour + 4) % 24).padStart(2, "0")}:00`;
  await players.putPreferences("ana", { quietHours: { from, to } });
  await announce("at night");
  await waitFor(async () => (await reasons()).includes("later:quiet-hours"), "the decision");
  expect(phone("ana")?.receivedCount).toBe(0);
  await players.putPreferences("ana", { quietHours: null });
  await pushed(1);
  await waitFor(async () => (await reasons()).at(-1) === "now:away", "the decision");
});

test("[NO65] killed between its intent and its record, a notifier sends again under the same tag, whatever was told since", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  await world.plan("ana", { kind: "hang", delivered: true, times: 1 });
  const first = await world.fastProcess();
  const { seq, epoch } = await world.announce("one");
  await waitFor(() => world.phone("ana")?.receivedCount, "the push that FCM does not answer");
  await first.kill();
  await world.notifier({ gapsMs: { important: [60_000], urgent: [60_000] } });
  await world.announce("two");
  await waitFor(() => world.phone("ana")?.receivedCount === 2, "the same again");
  expect(world.phone("ana")?.screen).toMatchObject([
    { tag: `${world.channel}#${epoch}.${seq}`, body: expect.stringMatching(/leader: (one|two)/) },
  ]);
});
