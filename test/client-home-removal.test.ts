import { expect, test } from "vitest";
import { makeRandom } from "../bench/random.ts";
import { makeLog } from "../server/channel/log.ts";
import { textsOf } from "./a-client.ts";
import { aHomeClient, aHomeStudio, isLive, urlOf, watch } from "./a-home.ts";
import { aHomeCrowd, channelsOf } from "./a-home-crowd.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

const CIRCLES = Array.from({ length: 6 }, (_, n) => `circle:c${n}`);
const LONG = 450;

test.each([1, 2, 3])(
  "[CL43] whenever the player is removed from a channel he is catching up with, its view ends once, as removed, and shows the log up to there and no further (seed %i)",
  async (seed) => {
    const studio = await aHomeStudio([], Object.fromEntries(CIRCLES.map((id) => [id, ["ana", "beto"]])));
    const log = makeLog(studio.redis, studio.keys, { historyLength: 10_000 });
    const tell = async (channel: string, count: number, what: string): Promise<void> => {
      for (let n = 0; n < count; n++)
        await log.append({ channel, nonce: `${what}-number-${n}`, kind: "news", body: `${what} ${n}` });
    };
    const chat = await studio.chat({});
    const proxy = await aCuttingProxy(chat.port);
    const ana = aHomeClient(proxy.url, "ana", { keep: 10_000 });
    const random = makeRandom(seed);
    const views = CIRCLES.map((id) => {
      const channel = ana.follow(id);
      return { id, channel, seen: watch(channel) };
    });
    await waitFor(() => views.every(({ channel }) => isLive(channel)), "all circles");
    proxy.target = 1;
    proxy.cut();
    await waitFor(() => ana.phase.phase === "reconnecting", "the line to be lost");
    await Promise.all(CIRCLES.map((id) => tell(id, LONG, `missed`)));
    proxy.target = chat.port;
    ana.hurry();
    // Some before it is back, some while it catches up, some when it has.
    await Promise.all(
      views.map(async ({ id, channel, seen }, index) => {
        const from = seen.shown.length + Math.floor(random() * LONG);
        if (index > 0)
          await waitFor(() => channel.status.phase === "live" || seen.shown.length >= from, `${id} to come`);
        await studio.groups.release(id, "ana", index % 2 === 0 ? "kicked" : "left");
        await tell(id, 3, `after`);
      }),
    );
    await waitFor(() => views.every(({ channel }) => channel.status.phase === "closed"), "the ends");
    for (const { id, channel, seen } of views) {
      expect(channel.status).toEqual({ phase: "closed", reason: "not-member", waiting: 0 });
      expect(seen.phases.filter((phase) => phase === "closed")).toHaveLength(1);
      const seqs = seen.shown.map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
      const { body } = seen.shown.findLast(({ kind }) => kind === "news") ?? {};
      expect([id, body]).not.toEqual([id, expect.stringContaining("after")]);
    }
    expect(ana.followed).toEqual([]);
    expect(ana.phase.phase).toBe("live");
  },
  60_000,
);

test("[CL33] closes the channel it was removed from while the line was cut, with the reason, and keeps the others", async () => {
  const { studio, chat } = await aHomeCrowd(["ana", "beto"]);
  const proxy = await aCuttingProxy(chat.port);
  const [ana, beto] = [aHomeClient(proxy.url, "ana"), aHomeClient(urlOf(chat.port), "beto")];
  const seen = new Map(channelsOf(ana).map((channel) => [channel.id, { channel, ...watch(channel) }]));
  beto.follow("circle:c1");
  await Promise.all([ana.live(), beto.live()]);
  // Over a line that holds: the entry that says so is the last that is shown.
  await studio.groups.release("circle:c1", "ana", "kicked");
  const c1 = seen.get("circle:c1");
  await waitFor(() => c1?.channel.status.phase === "closed", "the end");
  expect(c1?.channel.status).toEqual({ phase: "closed", waiting: 0, reason: "not-member" });
  expect(c1?.shown.at(-1)).toMatchObject({ kind: "kicked" });
  // Back in, over the same line.
  await studio.groups.admit("circle:c1", "ana", "member");
  const again = ana.follow("circle:c1");
  expect(again).not.toBe(c1?.channel);
  const back = watch(again);
  await waitFor(() => isLive(again), "the circle again");
  await beto.follow("circle:c1").send("¡volviste!").settled;
  await waitFor(() => textsOf(back.shown).includes("¡volviste!"), "what is said live");
  // While it is cut.
  proxy.target = 1;
  proxy.cut();
  await waitFor(() => ana.phase.phase === "reconnecting", "the line to be lost");
  const queued = ana.follow("circle:c2").send("no llega");
  const kept = ana.follow("circle:c3").send("sí llega");
  await studio.groups.release("circle:c2", "ana", "kicked");
  for (const id of ["team:t1", "circle:c2"]) await beto.follow(id).send("mientras").settled;
  proxy.target = chat.port;
  ana.hurry();
  const c2 = seen.get("circle:c2");
  await waitFor(() => c2?.channel.status.phase === "closed", "the refusal");
  expect(c2?.channel.status).toMatchObject({ reason: "not-member" });
  expect(await queued.settled).toMatchObject({ ok: false, refusal: { code: "not-member" } });
  expect(await kept.settled).toMatchObject({ ok: true });
  await waitFor(() => textsOf(seen.get("team:t1")?.shown ?? []).includes("mientras"), "what was said in the team");
  expect(textsOf(c2?.shown ?? [])).toEqual([]);
  expect(ana.followed.map(({ id }) => id)).toEqual(["team:t1", "circle:c3", "circle:c1"]);
});
