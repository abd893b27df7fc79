import { expect, test } from "vitest";
import { z } from "zod";
import { aNotifierWorld } from "./a-notifier.ts";
import { control } from "./fcm-sandbox-harness.ts";
import { waitFor } from "./wait-for.ts";

const healthSchema = z.object({
  sending: z.object({
    outcomes: z.record(z.string(), z.number()),
    requests: z.number(),
    pauses: z.number(),
    stops: z.array(z.object({ scope: z.string(), why: z.string() })),
  }),
});
const sendingOf = async (port: number) =>
  healthSchema.parse(await (await fetch(`http://127.0.0.1:${port}/health`)).json()).sending;

const aTeam = async (platforms: Record<string, "android" | "ios" | "web">) => {
  const world = await aNotifierWorld();
  await world.member("leader");
  for (const [player, platform] of Object.entries(platforms)) await world.member(player, { platform });
  const service = await world.notifier();
  return { ...world, port: service.port, screens: (player: string) => world.phone(player)?.screen.length ?? 0 };
};

test.each([
  ["an IAM 403", { send: "forbidden" }],
  ["no token any more", { send: "expired", token: "refused" }],
])(
  "[NO43] %s stops all sending and is told; nothing is lost, and what still makes sense goes out when it is mended",
  async (_title, fault) => {
    const world = await aTeam({ ana: "android", beto: "ios", caro: "web" });
    await control(world.sandbox, "PUT", "/access", fault);
    await world.announce("during");
    const stopped = await waitFor(async () => {
      const sending = await sendingOf(world.port);
      return sending.stops.length > 0 ? sending : undefined;
    }, "the stop");
    expect(stopped.stops).toMatchObject([{ scope: "credentials" }]);
    expect(await (await fetch(`http://127.0.0.1:${world.port}/ready`)).json()).toMatchObject({
      sending: "stopped",
      stops: ["credentials"],
    });
    await world.announce("read by one before it is mended");
    const { seq } = (await world.log.before(world.channel, undefined, undefined, 1)).entries.at(-1) ?? { seq: 0 };
    await world.reads.seen(world.channel, "caro", seq);
    await waitFor(
      async () => (await sendingOf(world.port)).outcomes.credentials !== stopped.outcomes.credentials,
      "a second try",
    );
    // While it is stopped FCM is asked now and then, not for every push.
    expect((await sendingOf(world.port)).requests).toBeLessThan(20);
    expect(await world.players.devices("ana")).toHaveLength(1);
    await control(world.sandbox, "PUT", "/access", {});
    await waitFor(() => world.screens("ana") === 2 && world.screens("beto") === 2, "what was held");
    expect(world.screens("caro")).toBe(0);
    expect((await sendingOf(world.port)).stops).toEqual([]);
  },
);

test("[NO44] credentials of Apple's service stop that platform alone, until they are mended", async () => {
  const world = await aTeam({ ana: "android", beto: "ios", caro: "web", dani: "ios" });
  const refused = { kind: "error", code: "THIRD_PARTY_AUTH_ERROR" };
  await world.plan("beto", refused);
  await world.plan("dani", refused);
  await world.announce("Hello");
  await waitFor(() => world.screens("ana") === 1 && world.screens("caro") === 1, "the others");
  await waitFor(async () => (await sendingOf(world.port)).stops.some(({ scope }) => scope === "ios"), "the stop");
  await world.announce("Still there");
  await waitFor(() => world.screens("ana") === 2 && world.screens("caro") === 2, "the others again");
  expect(await world.players.devices("beto")).toHaveLength(1);
  await world.plan("beto", []);
  await world.plan("dani", []);
  await waitFor(() => world.screens("beto") === 2 && world.screens("dani") === 2, "what was held");
  expect((await sendingOf(world.port)).stops).toEqual([]);
});

test("[NO45] when FCM fails for one after another all sending pauses, with ever longer pauses; then all of it arrives", async () => {
  const world = await aTeam({});
  const others = Array.from({ length: 20 }, (_, index) => `p${index}`);
  for (const player of others) await world.member(player);
  for (const player of others) await world.plan(player, { kind: "error", code: "UNAVAILABLE" });
  await world.announce("Hello");
  const before = await waitFor(async () => {
    const sending = await sendingOf(world.port);
    return sending.pauses >= 3 ? sending : undefined;
  }, "three pauses");
  // About a batch each time, not every push again and again.
  expect(before.requests).toBeLessThan(120);
  for (const player of others) await world.plan(player, []);
  await waitFor(() => others.every((player) => world.screens(player) === 1), "every push");
  expect(others.map((player) => world.phone(player)?.receivedCount)).toEqual(others.map(() => 1));
});
