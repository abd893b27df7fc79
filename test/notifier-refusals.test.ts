import { expect, test } from "vitest";
import { sortError } from "../server/notifier/sending/fcm-error.ts";
import { retryWaitMs } from "../server/notifier/sending/retry-wait.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

const aPair = async (pace: { sendDeadlineMs?: number } = {}) => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  await world.notifier(pace);
  const decided = () => waitFor(async () => (await world.decisions.list("ana"))[0]?.sent?.d1, "what became of it");
  return { ...world, decided };
};

test.each([
  ["UNREGISTERED", { kind: "error", code: "UNREGISTERED" }],
  ["a malformed token", { kind: "error", code: "INVALID_ARGUMENT" }],
  ["a violation of message.token", { kind: "error", code: "INVALID_ARGUMENT", details: "bad-request" }],
  ["another project's token", { kind: "error", code: "SENDER_ID_MISMATCH" }],
])("[NO21] a target that is refused for ever is forgotten: %s", async (_title, outcome) => {
  const world = await aPair();
  await world.plan("ana", outcome);
  await world.announce("Hello");
  expect(await world.decided()).toBe("gone");
  expect(await world.players.devices("ana")).toEqual([]);
});

test("[NO22] a target that was renewed meanwhile is kept, and gets the push", async () => {
  const world = await aPair();
  await world.plan("ana", { kind: "error", code: "UNREGISTERED", delayMs: 1_500 });
  await world.announce("Hello");
  await world.players.putDevice("ana", "d1", { kind: "fid", target: "phone-ana-new", platform: "android" });
  const renewed = await waitFor(
    () => world.sandbox.devices().find(({ target }) => target === "phone-ana-new"),
    "the push to the new target",
  );
  expect(renewed.screen).toHaveLength(1);
  expect(await world.decided()).toBe("sent");
  expect(await world.players.devices("ana")).toMatchObject([{ target: "phone-ana-new" }]);
});

test("[NO23] a message FCM does not accept costs no device and is not sent again", async () => {
  const world = await aPair();
  await world.plan("ana", { kind: "html", status: 400 });
  await world.announce("Hello");
  expect(await world.decided()).toBe("rejected");
  expect(await world.players.devices("ana")).toHaveLength(1);
  expect((await requests(world.sandbox.controlUrl)).length).toBe(1);
});

test("[NO24] after a 500 it is tried again until FCM takes it", async () => {
  const world = await aPair();
  await world.plan("ana", { kind: "error", code: "INTERNAL", times: 3 });
  await world.announce("Hello");
  expect(await world.decided()).toBe("sent");
  expect(world.phone("ana")?.screen).toMatchObject([{ replaced: 0 }]);
  expect((await requests(world.sandbox.controlUrl)).length).toBe(4);
});

test("[NO24] after a 429 it waits as long as FCM says", async () => {
  const world = await aPair();
  await world.plan("ana", { kind: "error", code: "QUOTA_EXCEEDED", retryAfterS: 1, times: 1 });
  await world.announce("Hello");
  const start = performance.now();
  expect(await world.decided()).toBe("sent");
  expect(performance.now() - start).toBeGreaterThan(900);
});

test("[NO24] when several devices are refused for rate, nobody is sent to until the time FCM says", async () => {
  const world = await aPair();
  const others = Array.from({ length: 30 }, (_, index) => `p${index}`);
  for (const player of others) await world.member(player);
  for (const player of others)
    await world.plan(player, { kind: "error", code: "QUOTA_EXCEEDED", retryAfterS: 1, times: 1 });
  await world.announce("Hello");
  await waitFor(async () => (await requests(world.sandbox.controlUrl)).length >= 2, "the first refusals");
  await waitFor(() => others.every((player) => world.phone(player)?.screen.length === 1), "every push");
  expect(others.map((player) => world.phone(player)?.receivedCount)).toEqual(others.map(() => 1));
});

test("[NO25] a call FCM never answers ends by our deadline; what it delivered all the same is replaced", async () => {
  const world = await aPair({ sendDeadlineMs: 300 });
  await world.plan("ana", { kind: "hang", delivered: true, times: 1 });
  await world.announce("Hello");
  expect(await world.decided()).toBe("sent");
  expect(world.phone("ana")?.receivedCount).toBe(2);
  expect(world.phone("ana")?.screen).toMatchObject([{ replaced: 1 }]);
});

test.each(["android", "ios", "web"] as const)("[NO17] a push sent twice is seen once: %s", async (platform) => {
  const world = await aNotifierWorld({ digestWindowMs: 300 });
  await world.member("leader");
  await world.member("ana", { platform });
  await world.notifier();
  await world.plan("ana", { kind: "error", code: "INTERNAL", delivered: true, times: 1 });
  await world.announce("Hello");
  await waitFor(() => world.phone("ana")?.receivedCount === 2, "both");
  expect(world.phone("ana")?.screen).toMatchObject([{ replaced: 1 }]);
  await world.plan("ana", { kind: "error", code: "INTERNAL", delivered: true, times: 1 });
  await world.say("chat");
  await waitFor(() => world.phone("ana")?.receivedCount === 4, "both digests");
  expect(world.phone("ana")?.screen).toMatchObject([{ replaced: 1 }, { replaced: 1 }]);
});

const requests = async (controlUrl: string): Promise<unknown[]> => {
  const found: unknown = await (await fetch(`${controlUrl}/requests`)).json();
  if (typeof found !== "object" || found === null || !("requests" in found) || !Array.isArray(found.requests))
    throw new Error("the sandbox gave no list of requests");
  return found.requests.filter((request: unknown) => JSON.stringify(request).includes("phone-"));
};

test("[NO36] a pause that FCM asks for is kept for ten minutes at most", () => {
  const refused = (after: string) =>
    sortError({
      code: "messaging/message-rate-exceeded",
      message: "",
      httpResponse: { status: 429, headers: { "retry-after": after }, data: "" },
    });
  expect(refused("45")).toMatchObject({ type: "busy", retryAfterMs: 45_000 });
  expect(refused("99999999")).toMatchObject({ type: "busy", retryAfterMs: 600_000 });
  expect(refused("Sat, 21 Nov 2099 00:00:00 GMT")).toMatchObject({ type: "busy", retryAfterMs: 600_000 });
  expect(refused("in a while")).toMatchObject({ type: "busy", retryAfterMs: 60_000 });
  expect(refused("-5")).toMatchObject({ type: "busy", retryAfterMs: 60_000 });
});

test("[NO24] what FCM names is waited for, and a little longer, each by another time; where it names none the pauses grow", () => {
  const [baseMs, longestMs] = [10_000, 60_000];
  const waits = (tries: number, afterMs: number) =>
    Array.from({ length: 200 }, () => retryWaitMs(tries, afterMs, { baseMs, longestMs }));
  for (const [tries, afterMs, least, most] of [
    ...([
      [1, 0, 10_000, 15_000],
      [2, 0, 20_000, 30_000],
      [9, 0, 60_000, 90_000],
    ] as const),
    [1, 300_000, 300_000, 375_000],
    [9, 7_000, 60_000, 90_000],
  ] as const) {
    const found = waits(tries, afterMs);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...found)).toBeLessThanOrEqual(most + 1);
    expect(new Set(found).size).toBeGreaterThan(150);
  }
});
