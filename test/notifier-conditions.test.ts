import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { WarCondition } from "../server/channel/notice-condition.ts";
import { makeHeld } from "../server/moderation/held.ts";
import { makeFighters } from "../server/pvp/fighters.ts";
import { makeCalling } from "../server/rooms/calling.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { aTeamProcess } from "./a-team-world.ts";
import { aWar } from "./a-war.ts";
import { waitFor } from "./wait-for.ts";

type World = Awaited<ReturnType<typeof aNotifierWorld>>;

/** A guild at war: leader (1), and these players with the numbers that follow, of whom the first so many fight. */
const atWar = async (players: readonly string[], fight: number, options: Parameters<typeof aNotifierWorld>[0] = {}) => {
  const world = await aNotifierWorld(options);
  for (const player of ["leader", ...players]) await world.member(player);
  const fighters = Object.fromEntries(players.slice(0, fight).map((player, index) => [player, index + 2]));
  const war = await aWar(world, { fighters });
  await war.reserve();
  const tell = (type: WarCondition["type"], only?: string[]) =>
    world.log.append({
      ...{ channel: world.channel, nonce: randomUUID(), kind: "news", body: "3 h left" },
      notice: {
        ...{ type: "notice", about: "war", condition: { type, war: war.war } },
        ...(only === undefined ? {} : { only }),
      },
    });
  return { ...world, war, tell };
};

const received = (world: Pick<World, "phone">, players: readonly string[]) =>
  players.map((player) => world.phone(player)?.receivedCount);
const reasons = async ({ decisions }: Pick<World, "decisions">, player: string) =>
  (await decisions.list(player)).map(({ reason }) => reason);

test("[NO38] who is called to a war is pushed at once, in his language, and nobody else", async () => {
  const players = ["ana", "beto", "caro"];
  const world = await atWar(players, 2);
  const call = makeCalling(makeFighters(world.redis, world.keys));
  const say = async (text: string, groups: ("roster" | "attacks-left")[]) =>
    world.log.append({
      ...{ channel: world.channel, author: "leader", nonce: randomUUID(), kind: "text", body: text },
      ...(await call(world.channel, { groups })),
    });
  await world.war.use("beto", 2);
  await world.notifier();
  await say("Who has not attacked?", ["attacks-left"]);
  await say("All of you!", ["roster", "attacks-left"]);
  await waitFor(() => world.phone("ana")?.screen.length === 2 && world.phone("beto")?.receivedCount, "the pushes");
  // Also when it had to wait for somebody to look at it.
  const notice = {
    type: "notice",
    importance: "high",
    only: ["ana"],
    condition: { type: "war-active", war: world.war.war },
  };
  const held = makeHeld(world.redis, world.keys, world.log);
  await held.release(world.channel, "leader", {
    nonce: randomUUID(),
    kind: "text",
    body: "Ana!",
    asked: "Ana!",
    notice,
  });
  await waitFor(() => world.phone("ana")?.screen.length === 3, "what was held");
  const title = "You are called in Lobos";
  expect(world.phone("beto")?.screen).toMatchObject([{ title, body: "leader: All of you!" }]);
  expect(received(world, ["leader", ...players])).toEqual([0, 3, 1, 0]);
  expect(await reasons(world, "caro")).toEqual([]);
});

test("[NO39] who uses his last attempt while a notice waits does not get it any more, nor does who has none or does not fight", async () => {
  const players = ["ana", "beto", "caro", "dino"];
  const world = await atWar(players, 3, { graceMs: 2_000 });
  await world.present("ana", true);
  await world.war.use("ana", 1);
  await world.war.use("caro", 2);
  await world.notifier();
  await world.tell("war-attempts-left");
  await waitFor(async () => (await reasons(world, "ana")).length, "ana to be given time");
  await world.war.use("ana", 2);
  await waitFor(async () => (await reasons(world, "ana")).length === 2, "the second look");
  await waitFor(() => world.phone("beto")?.receivedCount, "the push to who is away");
  expect(await reasons(world, "ana")).toEqual(["condition-gone", "reading"]);
  expect(await reasons(world, "caro")).toEqual(["condition-gone"]);
  expect(await reasons(world, "dino")).toEqual(["not-concerned"]);
  expect(received(world, players)).toEqual([0, 1, 0, 0]);
});

test("[NO39] what FCM could not take is not sent again once it is for nothing", async () => {
  const world = await atWar(["ana"], 1);
  await world.plan("ana", { kind: "error", code: "INTERNAL" });
  await world.notifier();
  await world.tell("war-attempts-left", ["ana"]);
  await waitFor(async () => {
    const requests = await (await fetch(`${world.sandbox.controlUrl}/requests`)).text();
    return requests.includes("messages:send");
  }, "the first attempt");
  await world.war.use("ana", 2);
  await waitFor(async () => (await reasons(world, "ana"))[0] === "condition-gone", "the drop");
  expect(received(world, ["ana"])).toEqual([0]);
});

test("[NO39] in a batch each is looked at once more before his push", async () => {
  // One more than are served at once: ana's turn comes when the first of the slow ones is done.
  const others = ["quick", ...Array.from({ length: 16 }, (_, index) => `p${index}`)];
  const world = await atWar([...others, "ana"], 18);
  for (const player of others.slice(1)) await world.plan(player, { kind: "ok", delayMs: 2_500 });
  await world.notifier();
  await world.tell("war-attempts-left", [...others, "ana"]);
  await waitFor(() => world.phone("quick")?.receivedCount, "the first of the batch");
  await world.war.use("ana", 2);
  await waitFor(async () => (await reasons(world, "ana"))[0] === "condition-gone", "the drop");
  expect(received(world, ["ana"])).toEqual([0]);
  await waitFor(() => received(world, others).every((count) => count === 1), "the others' pushes");
});

test("[NO39] a war that is over, or is none, calls nobody's phone; a fighter is one to its end", async () => {
  const world = await atWar(["ana", "beto"], 1);
  await world.notifier();
  await world.tell("war-active");
  await waitFor(() => received(world, ["ana", "beto"]).every((count) => count === 1), "what is for all");
  await world.war.phase("settled");
  await world.tell("war-active");
  await world.tell("war-attempts-left");
  await world.tell("war-fighter");
  await waitFor(async () => (await reasons(world, "beto")).length === 4, "all decisions");
  await waitFor(() => world.phone("ana")?.receivedCount === 2, "what is for fighters");
  expect((await reasons(world, "beto")).toReversed()).toEqual([
    ...["away", "condition-gone", "not-concerned", "not-concerned"],
  ]);
  const none = { type: "war-fighter", war: `w${"0".repeat(23)}` } as const;
  await world.log.append({
    ...{ channel: world.channel, nonce: randomUUID(), kind: "news", body: "?" },
    notice: { type: "notice", about: "war", condition: none },
  });
  await waitFor(async () => (await reasons(world, "ana")).length === 5, "the last decision");
  expect((await reasons(world, "ana"))[0]).toBe("condition-gone");
});

// Results of battles are taken for a while after the end of a war, and it is active until then.
test("[NO39] once its time is up a war calls nobody to fight", async () => {
  const world = await atWar(["ana"], 1);
  await world.war.ends(Date.now() - 1);
  await world.notifier();
  await world.tell("war-attempts-left");
  await waitFor(async () => (await reasons(world, "ana")).length === 1, "the decision");
  expect(await reasons(world, "ana")).toEqual(["condition-gone"]);
});

test("[TE4] who is invited into a team while he is away is pushed it, in his language; who is there already, or has turned it down, is not", async () => {
  const world = await aNotifierWorld();
  await world.member("leader");
  await world.member("ana", { locale: "pt-BR" });
  for (const player of ["beto", "caro"]) await world.member(player);
  const { teams, invitations } = aTeamProcess(world.redis, world.keys);
  const asked = { nonce: "nonce-team", name: "Rojo", founder: "leader" };
  const { team } = await teams.create(asked, "leader");
  for (const player of ["beto", "caro"]) await invitations.invite(team, player, "leader");
  await invitations.join(team, "beto");
  await invitations.decline(team, "caro");
  await invitations.invite(team, "ana", "leader");
  await invitations.invite(team, "ana", "leader");
  await world.notifier();
  await waitFor(() => world.phone("ana")?.receivedCount, "the push");
  expect(world.phone("ana")?.screen).toMatchObject([{ title: "Rojo", body: "leader convida você para a equipe." }]);
  await waitFor(async () => (await reasons(world, "caro")).length > 0, "what became of the others");
  expect(received(world, ["leader", "ana", "beto", "caro"])).toEqual([0, 1, 0, 0]);
  expect([await reasons(world, "beto"), await reasons(world, "caro")]).toEqual([
    ["condition-gone"],
    ["condition-gone"],
  ]);
});
