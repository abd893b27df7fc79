import { pack, unpack } from "msgpackr";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { makeLog } from "../server/channel/log.ts";
import { CURSOR_REPORT } from "../shared/cursor-report.ts";
import type { Entry } from "../shared/entry.ts";
import { decodeFrame } from "../shared/frame.ts";
import { MESSAGES } from "../shared/protocol.ts";
import { aClient } from "./a-client.ts";
import { aRawSocket } from "./a-raw-socket.ts";
import { aStudio, aToken, type Studio } from "./a-studio.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

const CHANNEL = "guild:g1";

const aGuildWith = async (players: readonly string[]) => {
  const studio = await aStudio();
  await studio.guild("g1", players);
  return { studio, chat: await studio.chat(), say: talker(studio) };
};

/** Writes so many entries, of so many characters each, past all budgets. */
const talker = ({ redis, keys }: Studio) => {
  const log = makeLog(redis, keys, { historyLength: 20_000 });
  let nonces = 0;
  return async (count: number, length: number): Promise<void> => {
    for (let left = count; left > 0; left -= 100)
      await Promise.all(
        Array.from({ length: Math.min(left, 100) }, () => {
          const nonce = `nonce-number-${++nonces}`;
          return log.append({ channel: CHANNEL, nonce, kind: "news", body: `${nonces} `.padEnd(length, "x") });
        }),
      );
  };
};

test("[RM30] a client whose line stalls while megabytes are said keeps his connection, and has all of it once, in order, when the line is back", {
  timeout: 120_000,
}, async () => {
  const { studio, chat, say } = await aGuildWith(["ana", "beto"]);
  const proxy = await aCuttingProxy(chat.port);
  const [ana, beto] = [
    aClient(`http://127.0.0.1:${chat.port}`, "ana", { keep: 20_000 }),
    aClient(proxy.url, "beto", { keep: 20_000 }),
  ];
  await Promise.all([ana.live(), beto.live()]);
  const already = ana.shown.length;
  await say(500, 10);
  await waitFor(() => ana.shown.length === already + 500, "the server to be warm");
  await waitFor(() => beto.shown.length === ana.shown.length, "everything at Beto");
  proxy.freeze();
  // Some 6 MB: more than the kernel takes for him, and had it been kept he would be past the hard mark.
  await say(6_000, 1_000);
  await studio.guilds.change("g1", { name: "Otro nombre" });
  await waitFor(() => ana.shown.length === already + 6_500, "everything at Ana");
  proxy.thaw();
  await waitFor(() => beto.shown.length >= ana.shown.length, "everything at Beto");
  expect(beto.shown).toEqual(ana.shown);
  expect(beto.phases).toEqual(["live"]);
  expect(beto.resets).toEqual(["no-cursor"]);
  await waitFor(() => beto.channel.state?.name === "Otro nombre", "the state");
  expect(chat.log.filter((line) => line.includes("too-slow"))).toEqual([]);
});

test("[RM30] a client whose line stalls keeps his connection though the process, stalled itself, gets megabytes at once", {
  timeout: 120_000,
}, async () => {
  const { chat, say } = await aGuildWith(["ana", "beto"]);
  const proxy = await aCuttingProxy(chat.port);
  const [ana, beto] = [aClient(`http://127.0.0.1:${chat.port}`, "ana"), aClient(proxy.url, "beto")];
  await Promise.all([ana.live(), beto.live()]);
  proxy.freeze();
  // In one of the rounds the kernel takes no more for him.
  for (let round = 1; round <= 8; round++) {
    const { seq } = ana.channel.cursor;
    chat.child.kill("SIGSTOP");
    await say(2_000, 1_000).finally(() => chat.child.kill("SIGCONT"));
    await waitFor(() => ana.channel.cursor.seq === seq + 2_000, "everything at Ana");
  }
  proxy.thaw();
  await waitFor(() => beto.channel.cursor.seq === ana.channel.cursor.seq, "everything at Beto");
  expect(beto.channel.entries).toEqual(ana.channel.entries);
  expect(beto.phases).toEqual(["live"]);
  expect(chat.log.filter((line) => line.includes("too-slow"))).toEqual([]);
});

test("[RM16] a client whose line stalls while the state changes again and again has every change when it is back", {
  timeout: 120_000,
}, async () => {
  const players = Array.from({ length: 5 }, (_, index) => `p${index}`);
  const { studio, chat, say } = await aGuildWith(["ana", "beto", ...players]);
  const proxy = await aCuttingProxy(chat.port);
  const [ana, beto] = [aClient(`http://127.0.0.1:${chat.port}`, "ana"), aClient(proxy.url, "beto")];
  await Promise.all([ana.live(), beto.live()]);
  proxy.freeze();
  // More than the kernel takes for him: what comes now waits in the process.
  await say(6_000, 1_000);
  const named = (client: typeof ana) => players.map((player) => client.channel.state?.roster.get(player)?.name);
  for (const [index, player] of players.entries()) {
    await studio.players.putProfile(player, { name: `${player} ${"x".repeat(12)}` });
    await waitFor(() => named(ana)[index]?.endsWith("x"), "the change at Ana");
  }
  proxy.thaw();
  await waitFor(() => named(beto).at(-1)?.endsWith("x"), "the last change");
  expect(named(beto)).toEqual(named(ana));
  expect(beto.phases).toEqual(["live"]);
});

/** A member at the protocol's level, who follows the log and reports what the test says. */
const aReportingSocket = async (port: number, player: string) => {
  const socket: WebSocket = await aRawSocket(port, await aToken(player));
  const entries: Entry[] = [];
  const answered = Promise.withResolvers<void>();
  const frameStart = Buffer.from([13, MESSAGES.frame]);
  socket.on("message", (data: Buffer) => {
    if (data[0] === 22) answered.resolve();
    if (data.subarray(0, frameStart.length).equals(frameStart))
      entries.push(...(decodeFrame(unpack(data.subarray(frameStart.length)), 0) ?? []));
  });
  const name = "resume";
  const request = pack({ cursor: { epoch: 0, seq: 0 } });
  socket.send(Buffer.concat([Buffer.of(21, 1, 0xa0 | name.length), Buffer.from(name), request]));
  await answered.promise;
  const report = (payload: unknown): void =>
    socket.send(
      Buffer.concat([
        Buffer.of(13, 0xa0 | CURSOR_REPORT.length),
        Buffer.from(CURSOR_REPORT),
        payload === undefined ? Buffer.alloc(0) : pack(payload),
      ]),
    );
  return { socket, entries, report };
};

test("[RM31] who reports his cursor is sent no more than he can be behind, though his kernel would take it; rubbish reports are ignored and kick nobody", async () => {
  const { chat, say } = await aGuildWith(["ana", "beto", "caro"]);
  const [reporting, silent] = [await aReportingSocket(chat.port, "beto"), await aReportingSocket(chat.port, "caro")];
  await say(1, 300);
  await waitFor(() => reporting.entries.length === 1, "the first");
  for (const rubbish of [
    undefined,
    null,
    7,
    "x",
    [],
    [1],
    [1, "2"],
    [-1, 3],
    [1, 2.5],
    [9, 9e9],
    { epoch: 1 },
    [[1, 2]],
  ])
    reporting.report(rubbish);
  const last = (): [number, number] => [1, reporting.entries.at(-1)?.seq ?? 0];
  reporting.report(last());
  // Piece by piece: however busy the process is, a frame is never larger than this.
  for (let said = 101; said <= 1_001; said += 100) {
    await say(100, 300);
    await waitFor(() => silent.entries.length === said, "everything at the silent one");
  }
  expect(reporting.entries.length).toBeGreaterThan(200);
  expect(reporting.entries.length).toBeLessThan(600);
  let reported = 1;
  await waitFor(() => {
    // As often as it is news, which on a fast line is more often than anything else may be sent.
    while (reported < reporting.entries.length) reporting.report([1, reporting.entries[reported++]?.seq ?? 0]);
    return reported === 1_001;
  }, "everything");
  expect(reporting.entries.map(({ seq }) => seq)).toEqual(silent.entries.map(({ seq }) => seq));
  expect([reporting.socket.readyState, silent.socket.readyState]).toEqual([1, 1]);
});
