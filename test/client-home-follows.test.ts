import { expect, test } from "vitest";
import { aClient, textsOf } from "./a-client.ts";
import { aHomeClient, urlOf, watch } from "./a-home.ts";
import { aHomeCrowd } from "./a-home-crowd.ts";
import { waitFor } from "./wait-for.ts";

test("[CL35] gives one object for a channel, whose messages wait in order, until it is no longer followed", async () => {
  const { chat } = await aHomeCrowd(["ana", "beto"]);
  const [ana, beto] = [aHomeClient(urlOf(chat.port), "ana"), aHomeClient(urlOf(chat.port), "beto")];
  const early = ana.follow("circle:c1");
  expect(ana.follow("circle:c1")).toBe(early);
  expect(() => ana.follow("nonsense")).toThrow();
  const sent = ["uno", "dos", "tres"].map((text) => early.send(text));
  expect(early.status).toEqual({ phase: "connecting", waiting: 3 });
  await Promise.all([ana.live(), beto.live()]);
  for (const { settled } of sent) expect((await settled).ok).toBe(true);
  const seen = watch(early);
  await waitFor(() => textsOf(early.entries).length === 3, "own messages");
  expect(textsOf(early.entries)).toEqual(["uno", "dos", "tres"]);
  expect(ana.follow("guild:g1")).toBe(ana.channel);
  ana.unfollow("guild:g1");
  expect(ana.channel?.status.phase).toBe("live");
  ana.unfollow("circle:c1");
  expect(early.status).toEqual({ phase: "closed", waiting: 0, reason: "left" });
  await beto.follow("circle:c1").send("¿quién me lee?").settled;
  await beto.channel?.send("aquí").settled;
  await waitFor(() => textsOf(ana.channel?.entries ?? []).includes("aquí"), "the guild");
  expect(textsOf(seen.shown)).not.toContain("¿quién me lee?");
  const again = ana.follow("circle:c1");
  expect(again).not.toBe(early);
  await waitFor(() => textsOf(again.entries).length === 4, "the circle from its newest page");
  const { seq } = (await again.send("otra cosa", { reply: 4 }).settled.then((one) => (one.ok ? one : undefined))) ?? {};
  expect(await again.edit(seq ?? 0, "otra").settled).toMatchObject({ ok: true });
  expect(await again.delete(seq ?? 0).settled).toMatchObject({ ok: true });
  await waitFor(() => again.entries.some((entry) => entry.seq === seq && entry.kind === "removed"), "the deletion");
  expect((await again.react(3, "🔥")).own).toEqual(["🔥"]);
  await waitFor(() => beto.follow("circle:c1").mark(3)?.reactions?.counts["🔥"] === 1, "the reaction at beto's");
});

test("[CL35] a client at its guild follows channels as well, until it is removed from the guild", async () => {
  const { studio, chat } = await aHomeCrowd(["ana", "beto"]);
  const [ana, beto] = [aClient(urlOf(chat.port), "ana"), aClient(urlOf(chat.port), "beto")];
  const early = beto.follow("guild:g1");
  const circle = beto.follow("circle:c1");
  const seen = watch(circle);
  await Promise.all([ana.live(), beto.live()]);
  // It was not known yet to be the seat's own, which is shown by `channel`.
  expect(early.status).toMatchObject({ phase: "closed", reason: "bad-request" });
  expect(beto.follow("guild:g1")).toBe(beto.channel);
  await waitFor(() => beto.channel.state?.memberCount === 2, "the guild's state");
  await ana.follow("circle:c1").send("desde el gremio").settled;
  await waitFor(() => textsOf(seen.shown).includes("desde el gremio"), "what is said in the circle");
  await studio.guilds.remove("g1", "beto", "kicked");
  await waitFor(() => beto.phase.phase === "closed", "the end");
  for (const channel of [beto.channel, circle])
    expect(channel.status).toMatchObject({ phase: "closed", reason: "not-member" });
});

test("[CL36] learns who people are that no page named, himself among them", async () => {
  const { studio, chat } = await aHomeCrowd(["ana", "beto"]);
  const ana = aHomeClient(urlOf(chat.port), "ana");
  const circle = ana.follow("circle:c1");
  const named: string[] = [];
  circle.on("people", (people) => named.push(...people.map(({ name }) => name)));
  await ana.live();
  await studio.players.putProfile("zoe", { name: "Zoe" });
  const { number } = await studio.groups.admit("circle:c1", "zoe", "member");
  const zoe = aHomeClient(urlOf(chat.port), "zoe");
  await zoe.live();
  await zoe.follow("circle:c1").send("hola").settled;
  await waitFor(() => named.includes("Zoe"), "her name");
  expect(circle.person(number)).toMatchObject({ player: "zoe", name: "Zoe" });
  expect(named).toEqual(["Zoe"]);
  await waitFor(() => zoe.follow("circle:c1").number === number, "zoe's own number");
});
