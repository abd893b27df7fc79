import { expect, test } from "vitest";
import type { Signal } from "../shared/signal.ts";
import { aClient } from "./a-client.ts";
import { aRoom, nonce, refusal } from "./a-room.ts";
import { waitFor } from "./wait-for.ts";

const scene = async () => {
  const { chat, seat, studio } = await aRoom(["ana", "beto", "caro"]);
  const url = `http://127.0.0.1:${chat.port}`;
  const [ana, beto] = [aClient(url, "ana"), aClient(url, "beto")];
  await Promise.all([ana.live(), beto.live()]);
  const heard = (client: typeof ana) => {
    const signals: { from: number; signal: Signal }[] = [];
    client.channel.on("signal", (signal) => signals.push(signal));
    return signals;
  };
  return { studio, seat, ana, beto, atAna: heard(ana), atBeto: heard(beto) };
};

test("[LA1] typing, emotes and places on the map come to who is there, not back to who sent them, and stay nowhere", async () => {
  const { ana, beto, atAna, atBeto } = await scene();
  const before = beto.channel.cursor;
  await ana.channel.signal({ signal: "typing" });
  await ana.channel.signal({ signal: "ping", x: 12.5, y: -3, mark: "dragon" });
  await ana.channel.signal({ signal: "emote", pack: "gremio", emote: "wave" });
  await waitFor(() => atBeto.length === 3, "all three");
  expect(atBeto.map(({ from }) => from)).toEqual([1, 1, 1]);
  expect(atBeto.map(({ signal }) => signal.signal).sort()).toEqual(["emote", "ping", "typing"]);
  expect(atAna).toEqual([]);
  expect(beto.channel.cursor).toEqual(before);
  expect((await beto.channel.history()).map(({ kind }) => kind)).not.toContain("typing");
});

test("[LA2] a signal is refused to who is no member or does not own the emote; too many are dropped without a word, and chat goes on", async () => {
  const { seat, studio, atBeto } = await scene();
  const caro = await seat("caro");
  const emote = { signal: "emote" as const, pack: "no-such-pack", emote: "wave" };
  expect(await refusal(caro.ask("signal", { signal: emote }))).toMatchObject({ code: "pack-not-owned" });
  for (let n = 0; n < 60; n++) await caro.ask("signal", { signal: { signal: "ping", x: n, y: 0 } });
  await caro.ask("send", { nonce: nonce(1), text: "sigo aquí" });
  await waitFor(() => atBeto.length > 0, "some of them");
  expect(atBeto.length).toBeLessThan(40);
  await studio.guilds.remove("g1", "caro", "kicked");
  expect(await caro.closed).toBe(4300);
  const other = await seat("ana");
  await studio.guilds.create({ id: "g2", name: "Otros", tag: "OTR", leader: "caro" });
  const signal = other.ask("signal", { signal: { signal: "typing" }, channel: "guild:g2" });
  expect(await refusal(signal)).toMatchObject({ code: "not-member" });
});
