import { expect, test } from "vitest";
import { aClient, textsOf } from "./a-client.ts";
import { aRoom, nonce, refusal } from "./a-room.ts";
import { waitFor } from "./wait-for.ts";

test("[FL13] a scammer is refused and timed out, everybody else talks on, and all see exactly what was acknowledged", async () => {
  const { seat } = await aRoom(["ana", "beto", "caro", "dino"]);
  const [ana, beto, caro, scammer] = await Promise.all(["ana", "beto", "caro", "dino"].map((player) => seat(player)));
  for (const each of [ana, beto, caro, scammer]) await each?.resume();
  const codes: Record<string, number> = {};
  const acknowledged: string[] = [];
  const say = async (who: typeof ana, text: string, id: string): Promise<string> => {
    const refused = await refusal((who ?? expect.fail()).ask("send", { nonce: nonce(id), text }));
    if (refused === undefined) acknowledged.push(text);
    const code = typeof refused === "object" && refused !== null && "code" in refused ? String(refused.code) : "ok";
    if (code !== "ok") expect(refused).toMatchObject({ retry: "later", retryAtMs: expect.any(Number) });
    return code;
  };
  const honest: Promise<string>[] = [];
  for (let n = 0; n < 60; n++) {
    const code = await say(scammer, `${"💎".repeat(n % 5)} ¡GEMAS GRATIS ${n} en mi página!`.trim(), `scam-${n}`);
    codes[code] = (codes[code] ?? 0) + 1;
    if (n % 6 === 0) honest.push(say([ana, beto, caro][n % 3], n % 4 ? "gg" : `vamos ${n}`, `honest-${n}`));
  }
  expect(new Set(await Promise.all(honest))).toEqual(new Set(["ok"]));
  expect(codes).toEqual({ ok: 3, "too-similar": 9, "timed-out": 48 });
  const shown = () => (beto?.entries ?? []).filter(({ kind }) => kind === "text").map(({ body }) => body);
  await waitFor(() => shown().length >= acknowledged.length, "what was acknowledged");
  expect(shown().toSorted()).toEqual(acknowledged.toSorted());
});

test("[FL2] a leader or officer sets slow mode in the room, the backend by its API", async () => {
  const { studio, chat, seat } = await aRoom(["ana", "beto"]);
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  expect(await refusal(beto.ask("slowMode", { slowModeMs: 0 }))).toMatchObject({ code: "not-permitted" });
  await ana.ask("slowMode", { slowModeMs: 60_000 });
  await beto.ask("send", { nonce: nonce(1), text: "uno" });
  expect(await refusal(beto.ask("send", { nonce: nonce(2), text: "dos" }))).toMatchObject({ code: "slow-mode" });
  const response = await fetch(`http://127.0.0.1:${chat.port}/v1/channels/guild:g1/slow-mode`, {
    method: "PUT",
    headers: { "x-api-key": studio.env.GREMIO_API_KEYS ?? "", "content-type": "application/json" },
    body: JSON.stringify({ slowModeMs: 0 }),
  });
  expect(await response.json()).toEqual({ slowModeMs: 0 });
  await beto.ask("send", { nonce: nonce(2), text: "dos" });
});

test("[FL13] our client waits out what passes soon, and tells its player that he repeats himself", async () => {
  const { chat } = await aRoom(["ana", "beto"], { GREMIO_GUILD_PACE: "sender=2/20" });
  const beto = aClient(`http://127.0.0.1:${chat.port}`, "beto");
  await beto.live();
  const many = Array.from({ length: 12 }, (_, n) => beto.channel.send(`${"abcdefghijkl"[n]} jugada`.repeat(2)));
  for (const one of many) expect(await one.settled).toMatchObject({ ok: true });
  const same = Array.from({ length: 4 }, () => beto.channel.send("compren gemas en mi tienda"));
  expect(await Promise.all(same.map(async ({ settled }) => (await settled).ok))).toEqual([true, true, true, false]);
  expect(await same[3]?.settled).toMatchObject({ refusal: { code: "too-similar", retryAtMs: expect.any(Number) } });
  expect(await beto.channel.send("perdón").settled).toMatchObject({ ok: true });
  await waitFor(() => textsOf(beto.shown).length === 16, "what was acknowledged");
});
