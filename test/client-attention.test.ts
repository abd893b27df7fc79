import { expect, onTestFinished, test } from "vitest";
import { Attention } from "../client/attention.ts";
import { connect } from "../client/gremio.ts";
import { makePresence } from "../server/presence/presence.ts";
import { aRoom } from "./a-room.ts";
import { waitFor } from "./wait-for.ts";

test("[PR9] nobody at the device: told, again on each new line, and nothing is read until somebody is back", async () => {
  const { studio, chat, seat } = await aRoom(["ana", "beto"]);
  const presence = makePresence(studio.redis, studio.keys, "reads");
  const session = async () => (await presence.of(["ana"])).get("ana")?.[0];
  const client = connect({ url: `http://127.0.0.1:${chat.port}`, getToken: () => studio.token("ana") });
  onTestFinished(() => client.close());
  await client.live();
  const { channel } = client;
  channel.on("entry", () => channel.markRead());
  await waitFor(async () => (await session())?.idle === false, "the session");
  client.watched(false);
  await waitFor(async () => (await session())?.idle, "that it is idle");
  const first = (await session())?.session;
  client.reseat();
  await waitFor(async () => {
    const now = await session();
    return now !== undefined && now.session !== first && now.idle;
  }, "that the new line is, too");

  const beto = await seat("beto");
  const { seq } = await beto.ask("send", { nonce: "nonce-number-1", text: "¿Estás?" });
  await waitFor(() => channel.cursor.seq >= seq, "the message");
  expect(channel.unread).toBeGreaterThan(0);
  await channel.flush();
  expect((await beto.ask("seenBy", { seq })).seen).toBe(0);
  client.watched();
  await waitFor(async () => (await beto.ask("seenBy", { seq })).seen === 1, "that it is read");
  await waitFor(async () => (await session())?.idle === false, "that somebody is back");
  expect(channel.unread).toBe(0);
});

test("[PR9] touches are told every two minutes at most, and what changes at once", () => {
  let now = 0;
  const told: boolean[] = [];
  const attention = new Attention({ now: () => now, after: () => () => undefined });
  const at = (ms: number, isThere: boolean): readonly boolean[] => {
    now = ms;
    attention.set(isThere);
    return told.splice(0);
  };
  attention.open((idle) => told.push(idle));
  expect(at(1, true)).toEqual([]);
  expect(at(119_999, true)).toEqual([]);
  expect(at(120_000, true)).toEqual([false]);
  expect(at(120_001, true)).toEqual([]);
  expect(at(120_002, false)).toEqual([true]);
  expect(at(500_000, false)).toEqual([]);
  attention.shut();
  expect(at(500_001, false)).toEqual([]);
  attention.open((idle) => told.push(idle));
  expect(told.splice(0)).toEqual([true]);
  expect(at(500_002, true)).toEqual([false]);
});
