import { expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { ADMISSION } from "../server/rooms/admission.ts";
import { PROTOCOL } from "../shared/protocol.ts";
import { aHeldLine } from "./a-held-line.ts";
import { refusal } from "./a-room.ts";
import { aSeat, joinOver } from "./a-seat.ts";
import { aStudio } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

const CURSOR = { epoch: 0, seq: 0 };
const named = (what: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${what}-${index}`);

/** A guild whose chat process has Redis at the end of a line that can be held up; `turn` settles once the process has seen to whatever it was asked before. */
const aHeldGuild = async (players: readonly string[]) => {
  const studio = await aStudio();
  await studio.guild("g1", ["fence", ...players]);
  const line = await aHeldLine();
  const { port } = await studio.chat({ REDIS_URL: line.url });
  const seat = async (player: string, home = false) => aSeat(port, await studio.token(player), home ? { home } : {});
  const fence = await seat("fence");
  const turn = async (): Promise<void> => {
    for (let times = 0; times < 10; times++) {
      expect(await refusal(fence.room.request("history", { limit: 0 }))).toMatchObject({ code: "bad-request" });
      expect((await joinOver(port, await studio.token("fence"), { protocol: 0 })).status).toBe(426);
    }
  };
  return { studio, line, port, seat, fence, turn };
};

const count = (text: string, part: string): number => text.split(part).length - 1;

test("[ADM1] [ADM2] of many who resume, join and follow at once only so many ask Redis; then open channels come first, new seats next, followed channels last", async () => {
  const [early, late, atHome, joining, following] = [
    named("early", ADMISSION.atOnce),
    named("late", 4),
    named("home", 4),
    named("joining", 4),
    named("following", 4),
  ];
  const { studio, line, port, seat, fence, turn } = await aHeldGuild([...early, ...late, ...joining, ...following]);
  const groups = makeGroups(studio.redis, studio.keys, studio.players, { historyLength: 100 });
  await groups.found("circle:c1", { name: "Sur", capacity: 10 });
  const seats = new Map(
    await Promise.all(
      [...early, ...late, ...atHome, ...following].map(
        async (player) => [player, await seat(player, atHome.includes(player))] as const,
      ),
    ),
  );
  for (const player of [...following, ...atHome]) await groups.admit("circle:c1", player, "member");
  const follow = (players: readonly string[]) =>
    players.map((player) => seats.get(player)?.ask("follow", { channels: [{ channel: "circle:c1", cursor: CURSOR }] }));
  const resume = (players: readonly string[]) =>
    players.map((player) => seats.get(player)?.ask("resume", { cursor: CURSOR }));

  // Until Redis has been told of all of them.
  await waitFor(() => fence.room.state.onlineCount === seats.size + 1 - atHome.length, "all online");
  line.hold();
  const first = resume(early);
  await waitFor(() => count(line.asked, "channel_read") >= ADMISSION.atOnce, "as many as may");
  const follows = follow(following);
  await turn();
  const joins = joining.map(async (player) => joinOver(port, await studio.token(player)));
  await turn();
  const last = resume(late);
  await turn();
  follows.push(...follow(atHome));
  await turn();
  expect(count(line.asked, "channel_read")).toBe(ADMISSION.atOnce);
  const waiting = [...late, ...atHome, ...joining, ...following];
  expect(waiting.filter((player) => line.asked.includes(player))).toEqual([]);

  line.release();
  for (const page of await Promise.all([...first, ...last]))
    expect(page).toMatchObject({ complete: false, more: false });
  for (const { status } of await Promise.all(joins)) expect(status).toBe(200);
  for (const answer of await Promise.all(follows))
    expect(answer?.channels).toMatchObject([{ channel: "circle:c1", ref: 1 }]);
  const served = waiting.toSorted((a, b) => line.asked.indexOf(a) - line.asked.indexOf(b));
  // Of those who come by lines of their own at the same moment either may be the first.
  const kindOf = (player: string): string | undefined => player.split("-")[0];
  expect(served.map(kindOf)).toEqual(waiting.map(kindOf));
});

test("[ADM3] for one who hangs up while he waits, resuming, following or joining, Redis is asked nothing", async () => {
  const early = named("early", ADMISSION.atOnce);
  const { studio, line, port, seat, fence, turn } = await aHeldGuild([
    ...early,
    "resumer",
    "follower",
    "joiner",
    "last",
  ]);
  const groups = makeGroups(studio.redis, studio.keys, studio.players, { historyLength: 100 });
  await groups.found("circle:c1", { name: "Sur", capacity: 10 });
  await groups.admit("circle:c1", "follower", "member");
  const seats = await Promise.all(early.map((player) => seat(player)));
  const [resumer, follower, last] = [await seat("resumer"), await seat("follower"), await seat("last")];
  await waitFor(() => fence.room.state.onlineCount === early.length + 4, "all online");

  line.hold();
  const first = seats.map((held) => held.ask("resume", { cursor: CURSOR }));
  await waitFor(() => count(line.asked, "channel_read") >= ADMISSION.atOnce, "as many as may");
  const hangUp = new AbortController();
  const given = Promise.allSettled([
    resumer.ask("resume", { cursor: CURSOR }),
    follower.ask("follow", { channels: [{ channel: "circle:c1", cursor: CURSOR }] }),
    fetch(`http://127.0.0.1:${port}/v1/join`, {
      method: "POST",
      headers: { authorization: `Bearer ${await studio.token("joiner")}`, "content-type": "application/json" },
      body: JSON.stringify({ protocol: PROTOCOL }),
      signal: hangUp.signal,
    }),
  ]);
  await turn();
  for (const held of [resumer, follower]) held.cut();
  hangUp.abort();
  expect((await given).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  // Redis is told that their sessions have ended.
  await waitFor(() => line.asked.includes("resumer") && line.asked.includes("follower"), "their ends");
  await turn();
  const lastPage = last.ask("resume", { cursor: CURSOR });
  line.release();
  await Promise.all([...first, lastPage]);
  await turn();
  // The directory reads what has happened meanwhile; who hung up is nobody's who asks.
  expect(line.asked).not.toContain("player:joiner");
  expect(line.asked).not.toMatch(/channel_\w+\r\n\$1\r\n2\r\n\$\d+\r\n[^\r]*circle:c1/);
  expect(count(line.asked, "channel_read")).toBe(ADMISSION.atOnce + 1);
});
