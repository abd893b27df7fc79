import { expect, test } from "vitest";
import { aClient, textsOf } from "./a-client.ts";
import { aCountingLine } from "./a-counting-line.ts";
import { aHomeClient, aHomeStudio, isLive, Judges, urlOf, watch } from "./a-home.ts";
import { aHomeCrowd, allLive, channelsOf, GROUPS, NO_PACE } from "./a-home-crowd.ts";
import { waitFor } from "./wait-for.ts";

test("[CL30] resumes all its channels with one request on each line, over one socket, the one that is looked at first", async () => {
  const { chat } = await aHomeCrowd(["ana", "beto"]);
  const counting = await aCountingLine(chat.port);
  const [ana, beto] = [aHomeClient(urlOf(counting.port), "ana"), aHomeClient(urlOf(chat.port), "beto")];
  const seen = channelsOf(ana).map(watch);
  await Promise.all([ana.live(), beto.live()]);
  expect(ana.channel?.id).toBe("guild:g1");
  expect(ana.followed.map(({ id }) => id)).toEqual(GROUPS);
  ana.follow("circle:c2").setReading(true);
  for (let line = 1; line <= 3; line++) {
    counting.lines.at(-1)?.cut();
    await waitFor(() => ana.phase.phase !== "live", "the line to be lost");
    for (const channel of channelsOf(beto)) expect((await channel.send(`${channel.id} ${line}`).settled).ok).toBe(true);
    await waitFor(() => ana.phase.phase === "live", "another line");
    await waitFor(() => seen.every(({ shown }) => textsOf(shown).length === line), "all that was said");
  }
  expect(counting.lines).toHaveLength(4);
  for (const [index, { asked, followed }] of counting.lines.entries()) {
    expect(asked.slice(0, 2)).toEqual(index === 0 ? ["resume", "follow"] : ["follow", "resume"]);
    expect(followed).toEqual(index === 0 ? GROUPS : ["circle:c2", "team:t1", "circle:c1", "circle:c3"]);
    expect(asked.filter((name) => name === "follow" || name === "resume")).toHaveLength(2);
  }
  for (const { resets, lost } of seen) expect([resets, lost]).toEqual([["no-cursor"], []]);
});

test("[CL30] a player's two sockets are his home and the team whose state he shows", async () => {
  const { chat } = await aHomeCrowd(["ana"]);
  const home = aHomeClient(urlOf(chat.port), "ana");
  home.follow("circle:c1");
  const team = aClient(urlOf(chat.port), "ana", { channel: "team:t1" });
  await Promise.all([home.live(), team.live()]);
  await waitFor(() => team.channel.team?.members.get("ana")?.online, "the team's state");
  expect([home.channel?.id, team.channel.id]).toEqual(["guild:g1", "team:t1"]);
});

test("[CL34] follows 50 channels and the guild, and catches all of them up with one request", async () => {
  const circles = Array.from({ length: 50 }, (_, n) => `circle:c${n}`);
  const studio = await aHomeStudio(["ana", "beto"], Object.fromEntries(circles.map((id) => [id, ["ana", "beto"]])));
  const chat = await studio.chat(NO_PACE);
  const counting = await aCountingLine(chat.port);
  const judges = new Judges(studio);
  const devices = [urlOf(counting.port), urlOf(chat.port)].map((url, index) => {
    const player = ["ana", "beto"][index] ?? "";
    const client = aHomeClient(url, player);
    for (const id of ["guild:g1", ...circles]) judges.watch(client.follow(id), player, player);
    return { player, name: player, client };
  });
  await allLive(devices);
  const [ana, beto] = devices.map(({ client }) => client);
  for (const [round, cut] of [false, true, false].entries()) {
    if (cut) counting.lines.at(-1)?.cut();
    for (const id of circles) if (beto !== undefined) judges.say(beto.follow(id), "beto", `${id} ${round}`);
    await waitFor(() => judges.unanswered === 0, "all of them");
  }
  await judges.judge(chat.port, "ana");
  expect(ana?.followed).toHaveLength(50);
  expect(counting.lines).toHaveLength(2);
  for (const { asked } of counting.lines) expect(asked.filter((name) => name === "follow")).toHaveLength(1);
  const own = await ana?.channels();
  expect(own).toHaveLength(51);
  expect(new Set(own?.slice(1).map(({ read }) => read.unread))).toEqual(new Set([3]));
});

test("[CL39] has a place without a guild, moves into one, and stays when the player is removed from it", async () => {
  const studio = await aHomeStudio(["ana"], { "circle:c1": ["ana", "solo"] });
  const chat = await studio.chat(NO_PACE);
  const [ana, solo] = [aHomeClient(urlOf(chat.port), "ana"), aHomeClient(urlOf(chat.port), "solo")];
  const places: (string | undefined)[] = [];
  solo.on("channel", (channel) => places.push(channel?.id));
  const circle = watch(solo.follow("circle:c1"));
  await Promise.all([ana.live(), solo.live()]);
  expect(solo.channel).toBeUndefined();
  await studio.guilds.admit("g1", "solo", "member");
  const guild = solo.follow("guild:g1");
  await waitFor(() => solo.channel === guild && guild.state?.roster.has("solo"), "the guild's state");
  // The state may come before it is known what was said meanwhile.
  await waitFor(() => isLive(guild), "the guild from its seat");
  const seen = watch(guild);
  await studio.guilds.remove("g1", "solo", "kicked");
  await waitFor(() => guild.status.phase === "closed", "the end of it");
  expect(guild.status).toMatchObject({ reason: "not-member" });
  expect(seen.shown.at(-1)).toMatchObject({ kind: "kicked" });
  await ana.follow("circle:c1").send("¿sigues aquí?").settled;
  await waitFor(() => textsOf(circle.shown).includes("¿sigues aquí?"), "the circle");
  await waitFor(() => solo.phase.phase === "live", "his home");
  expect(places).toEqual(["guild:g1", undefined]);
  expect(circle.resets).toEqual(["no-cursor"]);
});
