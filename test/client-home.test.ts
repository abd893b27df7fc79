import { describe, expect, onTestFinished, test } from "vitest";
import { makeRandom } from "../bench/random.ts";
import type { HomeClient } from "../client/gremio.ts";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { aClient, textsOf } from "./a-client.ts";
import { aCountingLine } from "./a-counting-line.ts";
import { aFolder } from "./a-folder.ts";
import { aHomeClient, aHomeStudio, isLive, Judges, urlOf, watch } from "./a-home.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

const NO_PACE = { GREMIO_GUILD_PACE: "off", GREMIO_TEAM_PACE: "off", GREMIO_CIRCLE_PACE: "off" };
const GROUPS = ["team:t1", "circle:c1", "circle:c2", "circle:c3"];

/** Guild g1, one team and three circles, all of the same players. */
const scene = async (players: readonly string[], redisUrl?: string) => {
  const studio = await aHomeStudio(players, Object.fromEntries(GROUPS.map((id) => [id, players])), redisUrl);
  const chat = await studio.chat(NO_PACE);
  return { studio, chat };
};

const channelsOf = (client: HomeClient) => ["guild:g1", ...GROUPS].map((id) => client.follow(id));

type Device = { player: string; name: string; client: HomeClient };

/** A client that follows everything from the beginning, watched by the judges. */
const aDevice = (judges: Judges, url: string, player: string, name: string): Device => {
  const client = aHomeClient(url, player);
  for (const channel of channelsOf(client)) judges.watch(channel, player, name);
  return { player, name, client };
};

const allLive = (devices: readonly Device[]) => Promise.all(devices.map(({ client }) => client.live()));

describe("a client at home", () => {
  test("[CL30] resumes all its channels with one request on each line, over one socket, the one that is looked at first", async () => {
    const { chat } = await scene(["ana", "beto"]);
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
      for (const channel of channelsOf(beto))
        expect((await channel.send(`${channel.id} ${line}`).settled).ok).toBe(true);
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

  test.each([1, 2])(
    "[CL31] loses, doubles and disorders nothing in any channel, on two devices, through cuts and a chat process killed with -9 (seed %i)",
    async (seed) => {
      const random = makeRandom(seed);
      const players = ["ana", "beto", "caro"];
      const { studio, chat: first } = await scene(players);
      let chat = first;
      const { port } = chat;
      const judges = new Judges(studio);
      const counting = await aCountingLine(port);
      const proxies = await Promise.all([...players, "ana"].map(() => aCuttingProxy(counting.port)));
      const devices = [...players, "ana"].map((player, index) =>
        aDevice(judges, proxies[index]?.url ?? "", player, `${player} ${index}`),
      );
      await allLive(devices);
      const rounds = 20;
      for (let round = 0; round < rounds; round++) {
        // The other device of ana only reads.
        for (const { client, player, name } of devices.slice(0, players.length))
          for (const channel of channelsOf(client))
            if (random() < 0.5) judges.say(channel, player, `${name} ${channel.id} ${round}`);
        for (let turns = Math.floor(random() * 20); turns > 0; turns--) await new Promise((next) => setImmediate(next));
        proxies[Math.floor(random() * proxies.length)]?.cut();
        if (round === 6 || round === 13) {
          await (round === 6 ? chat.kill() : chat.stop());
          chat = await studio.chat({ ...NO_PACE, PORT: String(port) });
        }
        await waitFor(() => judges.unanswered < 40, `the messages of round ${round}`, 30_000);
      }
      await judges.judge(port, "ana");
      expect(judges.sent).toBeGreaterThan(100);
      expect(counting.lines.length).toBeGreaterThan(rounds / 2);
      // One on each line; should a hole show on a line that holds, it is asked for as well.
      const follows = counting.lines.flatMap(({ asked }) => asked.filter((name) => name === "follow"));
      expect(follows.length).toBeLessThanOrEqual(counting.lines.length + 2);
    },
    120_000,
  );

  test("[CL32] loses, doubles and disorders nothing in any channel when Redis was killed (-9) and came back", async () => {
    const dir = await aFolder();
    const redis = await startEmbeddedRedis({ appendfsync: "always", dir });
    const { studio, chat } = await scene(["ana", "beto"], redis.url);
    const judges = new Judges(studio);
    const counting = await aCountingLine(chat.port);
    const devices = [
      aDevice(judges, urlOf(counting.port), "ana", "ana"),
      aDevice(judges, urlOf(chat.port), "beto", "beto"),
    ];
    await allLive(devices);
    const speak = (about: string): void => {
      for (const { client, player } of devices)
        for (const channel of channelsOf(client)) judges.say(channel, player, `${player} ${channel.id} ${about}`);
    };
    speak("before");
    await waitFor(() => judges.unanswered === 0, "what was said before");
    speak("meanwhile");
    await redis.kill();
    const again = await startEmbeddedRedis({ appendfsync: "always", dir, port: redis.port });
    onTestFinished(() => again.stop());
    speak("after");
    await judges.judge(chat.port, "ana");
    // On a line that held, what all channels lack is asked for together.
    for (const { asked } of counting.lines) expect(asked.filter((name) => name === "follow").length).toBeLessThan(12);
  }, 90_000);

  test("[CL33] closes the channel it was removed from while the line was cut, with the reason, and keeps the others", async () => {
    const { studio, chat } = await scene(["ana", "beto"]);
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
      await waitFor(() => judges.unanswered === 0, "all of them", 30_000);
    }
    await judges.judge(chat.port, "ana");
    expect(ana?.followed).toHaveLength(50);
    expect(counting.lines).toHaveLength(2);
    for (const { asked } of counting.lines) expect(asked.filter((name) => name === "follow")).toHaveLength(1);
    const own = await ana?.channels();
    expect(own).toHaveLength(51);
    expect(new Set(own?.slice(1).map(({ read }) => read.unread))).toEqual(new Set([3]));
  }, 60_000);

  test("[CL35] gives one object for a channel, whose messages wait in order, until it is no longer followed", async () => {
    const { chat } = await scene(["ana", "beto"]);
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
    const { seq } =
      (await again.send("otra cosa", { reply: 4 }).settled.then((one) => (one.ok ? one : undefined))) ?? {};
    expect(await again.edit(seq ?? 0, "otra").settled).toMatchObject({ ok: true });
    expect(await again.delete(seq ?? 0).settled).toMatchObject({ ok: true });
    await waitFor(() => again.entries.some((entry) => entry.seq === seq && entry.kind === "removed"), "the deletion");
    expect((await again.react(3, "🔥")).own).toEqual(["🔥"]);
    await waitFor(() => beto.follow("circle:c1").mark(3)?.reactions?.counts["🔥"] === 1, "the reaction at beto's");
  });

  test("[CL35] a client at its guild follows channels as well, until it is removed from the guild", async () => {
    const { studio, chat } = await scene(["ana", "beto"]);
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
    const { studio, chat } = await scene(["ana", "beto"]);
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

  test("[CL37] clears on all devices of a player, at once, what is read on one", async () => {
    const { studio, chat } = await scene(["ana", "beto"]);
    const [beto, phone, tablet] = ["beto", "ana", "ana"].map((player) => aHomeClient(urlOf(chat.port), player));
    const [his, here, there] = [beto, phone, tablet].map((client) => client?.follow("circle:c1"));
    await Promise.all([beto?.live(), phone?.live(), tablet?.live()]);
    const told: unknown[] = [];
    tablet?.on("read", (read) => told.push(read));
    const players = [studio.numberIn("circle:c1", "ana")];
    await his?.send("@ana ¿vienes?", { mentions: { players } }).settled;
    await his?.send("dale").settled;
    await waitFor(() => here?.unread === 2 && there?.unread === 2 && there.mentions === 1, "two unread, one a call");
    here?.markRead();
    await here?.flush();
    await waitFor(() => there?.unread === 0 && there.mentions === 0, "the other device", 1_000);
    expect(told).toMatchObject([{ channel: "circle:c1", read: { unread: 0, mentions: 0 } }]);
  });

  test("[CL38] tells the server which channel is looked at, again on every new line", async () => {
    const { studio, chat } = await scene(["ana"]);
    const counting = await aCountingLine(chat.port);
    const ana = aHomeClient(urlOf(counting.port), "ana");
    const circle = ana.follow("circle:c1");
    await ana.live();
    const looksAt = async (): Promise<string> => {
      const key = studio.keys.of("player:ana", "presence");
      return JSON.stringify(await studio.redis.run(key, ["HVALS", key]));
    };
    await waitFor(async () => (await looksAt()).includes("guild:g1"), "the guild");
    circle.setReading(true);
    await waitFor(async () => (await looksAt()).includes("circle:c1"), "the circle");
    counting.lines.at(-1)?.cut();
    await waitFor(
      () => counting.lines.at(-1)?.asked.includes("presence") && counting.lines.length === 2,
      "another line",
    );
    await waitFor(async () => !(await looksAt()).includes("guild:g1"), "the circle again");
    // What he does not look at does not end what he looks at.
    ana.channel?.setReading(false);
    expect(await looksAt()).toContain("circle:c1");
    circle.setReading(false);
    await waitFor(async () => !(await looksAt()).includes("circle:c1"), "ana to look away");
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
    await waitFor(() => isLive(guild), "the guild from home");
    expect(guild.state).toBeUndefined();
    solo.reseat();
    await waitFor(() => solo.channel === guild && guild.state?.roster.has("solo"), "the guild's state");
    const seen = watch(guild);
    await studio.guilds.remove("g1", "solo", "kicked");
    await waitFor(() => guild.status.phase === "closed", "the end of it");
    expect(guild.status).toMatchObject({ reason: "not-member" });
    expect(seen.shown.at(-1)).toMatchObject({ kind: "kicked" });
    await ana.follow("circle:c1").send("¿sigues aquí?").settled;
    await waitFor(() => textsOf(circle.shown).includes("¿sigues aquí?"), "the circle");
    expect(solo.phase.phase).toBe("live");
    expect(places).toEqual(["guild:g1", undefined]);
    expect(circle.resets).toEqual(["no-cursor"]);
  });

  test("[CL30] a player's two sockets are his home and the team whose state he shows", async () => {
    const { chat } = await scene(["ana"]);
    const home = aHomeClient(urlOf(chat.port), "ana");
    home.follow("circle:c1");
    const team = aClient(urlOf(chat.port), "ana", { channel: "team:t1" });
    await Promise.all([home.live(), team.live()]);
    await waitFor(() => team.channel.state?.roster.has("ana"), "the team's state");
    expect([home.channel?.id, team.channel.id]).toEqual(["guild:g1", "team:t1"]);
  });
});
