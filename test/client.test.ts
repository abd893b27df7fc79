import { createServer } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Clock } from "../client/clock.ts";
import type { Settled } from "../client/outbox.ts";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { portOf } from "../server/port-of.ts";
import { EPOCH_STEP } from "../shared/cursor.ts";
import { aClient, type Seen, textsOf } from "./a-client.ts";
import { aFolder } from "./a-folder.ts";
import { aStorm } from "./a-storm.ts";
import { aStudio, aToken, type Studio } from "./a-studio.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

const scene = async (players: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const studio = await aStudio();
  await studio.guild("g1", players);
  const chat = await studio.chat(env);
  return { studio, chat, url: urlOf(chat.port) };
};

const allLive = (clients: readonly Seen[]): Promise<unknown> => Promise.all(clients.map((client) => client.live()));

describe("a client", () => {
  test("[CL10] shows what is said, who says it, and the guild", async () => {
    const { url } = await scene(["ana", "beto"]);
    const [ana, beto] = [aClient(url, "ana"), aClient(url, "beto")];
    await allLive([ana, beto]);
    const settled = await ana.channel.send("  hola a todos  ").settled;
    expect(settled).toMatchObject({ ok: true });
    const heard = await waitFor(() => beto.shown.find(({ body }) => body === "hola a todos"), "the message");
    expect(settled).toMatchObject({ epoch: heard.epoch, seq: heard.seq, at: heard.at });
    await waitFor(() => beto.channel.state?.roster.get("ana")?.online, "the roster");
    expect(beto.channel.state).toMatchObject({ id: "g1", name: "Guild g1", memberCount: 2 });
    expect(beto.channel.person(heard.from)).toMatchObject({ player: "ana", name: "ana" });
    await waitFor(() => ana.channel.me, "what is for ana alone");
    expect(ana.channel.me).toMatchObject({ rank: "leader", number: heard.from });
    expect(beto.channel.me?.rank).toBe("member");
    expect(await beto.channel.announce("¡atención!").settled).toMatchObject({
      ok: false,
      refusal: { code: "not-permitted" },
    });
    expect(await ana.channel.announce("¡atención!").settled).toMatchObject({ ok: true });
    await waitFor(() => beto.shown.some(({ kind }) => kind === "announcement"), "the announcement");
    expect(beto.shown.map(({ seq }) => seq)).toEqual(beto.shown.map((_, index) => index + 1));
  });

  test("[CL10] tells of changes of the guild as they come", async () => {
    const { studio, url } = await scene(["ana", "beto"]);
    const ana = aClient(url, "ana");
    const names: (string | undefined)[] = [];
    ana.channel.on("state", (state) => names.push(state.roster.get("beto")?.name));
    await ana.live();
    await studio.players.putProfile("beto", { name: "Beto el Bravo", fields: { clan: "sol" } });
    await waitFor(() => names.at(-1) === "Beto el Bravo", "the new name");
    expect(ana.channel.state?.roster.get("beto")?.fields).toEqual({ clan: "sol" });
    expect(ana.channel.state).toBe(ana.channel.state);
  });

  test("[CL11] goes back through the history to its beginning, and knows who has left", async () => {
    const { studio, url } = await scene(["ana", "beto", "caro"], { GREMIO_GUILD_PACE: "off" });
    const [caro, beto] = [aClient(url, "caro"), aClient(url, "beto")];
    await allLive([caro, beto]);
    const sent = Array.from({ length: 240 }, (_, n) => (n % 2 === 0 ? caro : beto).channel.send(`m${n}`));
    for (const { settled } of sent) expect((await settled).ok).toBe(true);
    await Promise.all(["caro", "beto"].map((player) => studio.guilds.remove("g1", player, "left")));
    const ana = aClient(url, "ana");
    await ana.live();
    const [first] = ana.channel.entries;
    expect(ana.channel.entries.length).toBeLessThanOrEqual(200);
    expect(["beto", "caro"]).toContain(first && ana.channel.person(first.from)?.name);
    let pages = 0;
    while ((await ana.channel.history(undefined, 20)).length > 0) pages += 1;
    expect(pages).toBeGreaterThan(1);
    expect(textsOf(ana.channel.entries).toSorted()).toEqual(sent.map(({ text }) => text).toSorted());
    expect(ana.channel.entries.map(({ seq }) => seq)).toEqual(ana.channel.entries.map((_, index) => index + 1));
  });

  test("[CL12] counts what is unread, across lines and devices", async () => {
    const { url } = await scene(["ana", "beto"]);
    const [ana, beto] = [aClient(url, "ana"), aClient(url, "beto")];
    await allLive([ana, beto]);
    for (const text of ["uno", "dos", "tres"]) await ana.channel.send(text).settled;
    await waitFor(() => beto.channel.unread === 3, "three unread");
    expect(ana.channel.unread).toBe(0);
    const second = beto.shown.find(({ body }) => body === "dos");
    beto.channel.markRead(second);
    expect(beto.channel.unread).toBe(1);
    // Leaving sends at once what was gathered.
    beto.close();
    const other = aClient(url, "beto");
    await other.live();
    expect(other.channel.unread).toBe(1);
    await other.channel.send("cuatro").settled;
    await waitFor(() => other.channel.unread === 0, "own message read up to");
  });

  test("[CL13] says whether the player is looking, again on every new line", async () => {
    const { studio, chat } = await scene(["ana"]);
    const proxy = await aCuttingProxy(chat.port);
    const ana = aClient(proxy.url, "ana");
    await ana.live();
    const reading = async (): Promise<string> => {
      const key = studio.keys.of("player:ana", "presence");
      return JSON.stringify(await studio.redis.run(key, ["HVALS", key]));
    };
    await waitFor(async () => (await reading()).includes('reading\\":true'), "ana to be reading");
    ana.channel.setReading(false);
    await waitFor(async () => (await reading()).includes('reading\\":false'), "ana to look away");
    proxy.cut();
    await waitFor(() => ana.phases.filter((phase) => phase === "live").length === 2, "another line");
    await waitFor(async () => {
      const rows = await reading();
      return rows.includes('reading\\":false') && !rows.includes('reading\\":true');
    }, "ana to look away on the new line");
  });
});

describe("a client whose line fails", () => {
  test("[CL14] loses, doubles and disorders nothing through cuts and a chat process killed with -9", async () => {
    const outcome = await aStorm({ players: 5, rounds: 20, cutEvery: 2, stopAt: [6], killAt: [13], seed: 7 });
    expect(outcome.cuts).toBeGreaterThan(5);
  });

  test("[CL14] misses nothing when Redis was killed (-9) and came back, in a new epoch", async () => {
    const folder = await aFolder();
    const redis = await startEmbeddedRedis({ appendfsync: "always", dir: folder });
    const studio: Studio = await aStudio(redis.url);
    await studio.guild("g1", ["ana", "beto"]);
    const chat = await studio.chat();
    const [ana, beto] = [aClient(urlOf(chat.port), "ana"), aClient(urlOf(chat.port), "beto")];
    await allLive([ana, beto]);
    for (let n = 0; n < 5; n++) expect((await ana.channel.send(`antes ${n}`).settled).ok).toBe(true);
    await redis.kill();
    const during = ana.channel.send("mientras");
    const again = await startEmbeddedRedis({ appendfsync: "always", dir: folder, port: redis.port });
    onTestFinished(() => again.stop());
    expect((await during.settled).ok).toBe(true);
    const after = await beto.channel.send("después").settled;
    expect(after).toMatchObject({ ok: true, seq: EPOCH_STEP + 2 });
    const expected = [...Array.from({ length: 5 }, (_, n) => `antes ${n}`), "mientras", "después"];
    for (const client of [ana, beto]) {
      await waitFor(() => textsOf(client.shown).length >= 7, "all entries");
      expect(textsOf(client.shown)).toEqual(expected);
      expect(client.lost).toEqual([]);
      expect(client.resets).toEqual(["no-cursor"]);
    }
  });

  test("[CL15] notices a line nobody is at the other end of", async () => {
    const { chat } = await scene(["ana", "beto"]);
    const proxy = await aCuttingProxy(chat.port);
    const ana = aClient(proxy.url, "ana", { clock: fasterClock(40) });
    const beto = aClient(urlOf(chat.port), "beto");
    await allLive([ana, beto]);
    proxy.freeze();
    await beto.channel.send("¿sigues ahí?").settled;
    await waitFor(() => ana.phases.includes("reconnecting"), "the dead line to be given up");
    proxy.cut();
    proxy.thaw();
    await waitFor(() => textsOf(ana.shown).includes("¿sigues ahí?"), "what was missed");
  });

  test("[CL16] says how many messages wait, and sends them when the line is back", async () => {
    const { chat } = await scene(["ana"]);
    const proxy = await aCuttingProxy(chat.port);
    const ana = aClient(proxy.url, "ana");
    await ana.live();
    proxy.target = 1;
    proxy.cut();
    await waitFor(() => ana.channel.status.phase === "reconnecting", "the line to be lost");
    const sent = ["uno", "dos", "tres"].map((text) => ana.channel.send(text));
    expect(ana.channel.status).toMatchObject({ phase: "reconnecting", waiting: 3 });
    expect(ana.channel.waiting.map(({ text }) => text)).toEqual(["uno", "dos", "tres"]);
    proxy.target = chat.port;
    ana.hurry();
    const settled: Settled[] = await Promise.all(sent.map((outgoing) => outgoing.settled));
    expect(settled.map(({ ok }) => ok)).toEqual([true, true, true]);
    await waitFor(() => textsOf(ana.shown).length === 3, "own messages");
    expect(textsOf(ana.shown)).toEqual(["uno", "dos", "tres"]);
    expect(ana.channel.status).toMatchObject({ phase: "live", waiting: 0 });
  });
});

describe("a client whose stay ends", () => {
  test("[CL17] renews its token before it ends and stays", async () => {
    const { url } = await scene(["ana"], { GREMIO_TOKEN_GRACE_MS: "0" });
    let fresh = 0;
    const ana = aClient(url, "ana", {
      getToken: (wantFresh) => {
        if (wantFresh) fresh += 1;
        return aToken("ana", { lifeS: 8 });
      },
    });
    await ana.live();
    await waitFor(() => fresh >= 2, "two renewals");
    expect(ana.phases).toEqual(["live"]);
  });

  test("[CL17] whose token could not be renewed comes back with a fresh one", async () => {
    const { url } = await scene(["ana"], { GREMIO_TOKEN_GRACE_MS: "0" });
    let asked = 0;
    const ana = aClient(url, "ana", {
      getToken: async (wantFresh) => {
        asked += 1;
        if (asked === 2 && wantFresh) throw new Error("the game's backend is down");
        return aToken("ana", { lifeS: asked === 1 ? 2 : 3600 });
      },
    });
    await ana.live();
    await waitFor(() => ana.phases.join() === "live,reconnecting,live", "another line");
  });

  test("[CL18] is closed with the reason when the player is removed, having seen the entry that says so", async () => {
    const { studio, url } = await scene(["ana", "beto"]);
    const beto = aClient(url, "beto");
    await beto.live();
    await waitFor(() => beto.channel.me, "his number");
    await studio.guilds.remove("g1", "beto", "kicked");
    await waitFor(() => beto.channel.status.phase === "closed", "the end");
    expect(beto.channel.status).toEqual({ phase: "closed", waiting: 0, reason: "not-member" });
    expect(beto.shown.at(-1)).toMatchObject({ kind: "kicked", body: { who: beto.channel.me?.number } });
    expect(await beto.channel.send("¿hola?").settled).toMatchObject({ ok: false, refusal: { code: "not-member" } });
    await expect(beto.live()).rejects.toThrow("not-member");
  });

  test("[CL18] is closed with the server's refusal: no guild, bad tokens, too old a protocol", async () => {
    const { studio, url } = await scene(["ana"]);
    await studio.players.putProfile("solo", { name: "solo" });
    const reasonOf = async (client: Seen): Promise<unknown> => {
      await waitFor(() => client.channel.status.phase === "closed", "the end");
      const { status } = client.channel;
      return status.phase === "closed" ? status.reason : undefined;
    };
    expect(await reasonOf(aClient(url, "solo"))).toBe("no-guild");
    let asked = 0;
    const forged = aClient(url, "ana", {
      getToken: () => {
        asked += 1;
        return "forged";
      },
    });
    expect(await reasonOf(forged)).toBe("token-invalid");
    expect(asked).toBe(3);
    // A server of a far later version answers so; ours still speaks with this client.
    const later = createServer((_request, response) => {
      const error = { code: "upgrade-required", message: "", retry: "never" };
      response.writeHead(426, { "content-type": "application/json" }).end(JSON.stringify({ error }));
    });
    await new Promise<void>((resolve) => later.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void later.close());
    expect(await reasonOf(aClient(urlOf(portOf(later)), "ana"))).toBe("upgrade-required");
  });

  test("[CL18] that leaves settles what it has not sent, and comes back no more", async () => {
    const { url } = await scene(["ana"]);
    const ana = aClient(url, "ana");
    const early = ana.channel.send("temprano");
    ana.close();
    expect(await early.settled).toMatchObject({ ok: false, refusal: { code: "unavailable" } });
    expect(ana.channel.status).toEqual({ phase: "closed", waiting: 0, reason: "left" });
    await expect(ana.live()).rejects.toThrow("left");
  });
});

/** A clock that runs faster than the wall's. */
function fasterClock(times: number): Clock {
  const begin = Date.now();
  return {
    now: () => begin + (Date.now() - begin) * times,
    after: (ms, work) => {
      const timer = setTimeout(work, ms / times);
      return () => clearTimeout(timer);
    },
  };
}
