import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { freePort } from "../deploy/free-port.ts";
import { makeLog } from "../server/channel/log.ts";
import { makePresence } from "../server/presence/presence.ts";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { LIMITS } from "../shared/limits.ts";
import { aFolder } from "./a-folder.ts";
import { aRawSocket } from "./a-raw-socket.ts";
import { aSeat } from "./a-seat.ts";
import { aStudio, aToken } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

const name = (text: string): Buffer => Buffer.concat([Buffer.of(0xa0 | text.length), Buffer.from(text)]);
/** A request for the newest page, as the SDK encodes it: protocol code 21, its number, its type, `{limit: …}`. */
const historyRequest = (id: number): Buffer => {
  const limit = [Buffer.of(0x81), name("limit"), Buffer.of(0xcc, LIMITS.pageEntries)];
  return Buffer.concat([Buffer.of(21, id), name("history"), ...limit]);
};

test("[RM20] who asks and asks and does not read the answers is cut off before they pile up", async () => {
  const studio = await aStudio();
  await studio.guild("g1", ["ana", "beto"]);
  const log = makeLog(studio.redis, studio.keys, { historyLength: 1_000 });
  for (let n = 0; n < LIMITS.pageEntries; n++)
    await log.append({ channel: "guild:g1", author: "ana", nonce: `nonce-${n}`, kind: "text", body: "😀".repeat(500) });
  const chat = await studio.chat();
  const greedy = await aRawSocket(chat.port, await aToken("beto"));
  greedy.pause();
  let answers = 0;
  greedy.on("message", () => {
    answers += 1;
  });
  // What these ask for is 30 MB: more than the kernel takes for him, and a megabyte is all we keep.
  for (let id = 1; id <= 31; id++) greedy.send(historyRequest(id));
  await waitFor(() => chat.log.some((line) => line.includes('"too-slow"')), "him to be put out");
  const closed = new Promise((resolve) => greedy.once("close", resolve));
  greedy.resume();
  expect(await closed).toBe(CLOSE_CODES["too-slow"]);
  expect(answers).toBeLessThan(31);
});

test("[RM21] who never followed the log is put out too when he is removed, and is shown no more of the guild", async () => {
  const studio = await aStudio();
  await studio.guild("g1", ["ana", "beto", "caro"]);
  const chat = await studio.chat();
  const idle = await aSeat(chat.port, await aToken("beto"));
  await studio.guilds.remove("g1", "beto", "kicked");
  expect(await idle.closed).toBe(CLOSE_CODES["not-member"]);
});

test("[RM22] who leaves while Redis is away is offline when it is back", async () => {
  const [dir, port] = [await aFolder(), await freePort()];
  let server = await startEmbeddedRedis({ dir, port });
  onTestFinished(() => server.stop());
  const studio = await aStudio(server.url);
  await studio.guild("g1", ["ana", "beto"]);
  const chat = await studio.chat();
  const [ana, beto] = [await aSeat(chat.port, await aToken("ana")), await aSeat(chat.port, await aToken("beto"))];
  const online = () => ana.room.state.roster?.get("beto")?.online;
  await waitFor(online, "him to be online");
  await server.stop();
  beto.cut();
  await waitFor(() => chat.log.some((line) => line.includes("session-not-told")), "Redis to be missed");
  server = await startEmbeddedRedis({ dir, port });
  await waitFor(() => online() === false, "him to be offline");
  const presence = makePresence(studio.redis, studio.keys, "nobody");
  await waitFor(async () => (await presence.of(["beto"])).get("beto")?.length === 0, "no session of his");
});

test("[PR5] a session that stayed open while its process was stalled, and was swept away meanwhile, is known again", async () => {
  const studio = await aStudio();
  await studio.guild("g1", ["ana", "beto"]);
  const env = { GREMIO_LEASE_MS: "1000" };
  const [stalled, other] = [await studio.chat(env), await studio.chat(env)];
  const presence = makePresence(studio.redis, studio.keys, "nobody");
  const sessions = async () => (await presence.of(["ana"])).get("ana") ?? [];
  const first = await aSeat(stalled.port, await aToken("ana"));
  await waitFor(async () => (await sessions()).length === 1, "the first session");
  stalled.child.kill("SIGSTOP");
  await waitFor(async () => (await sessions()).length === 0, "the lease to run out");
  const second = await aSeat(other.port, await aToken("ana"));
  const record = studio.keys.of("player:ana", "presence");
  const swept = async () => (await studio.redis.run(record, ["HEXISTS", record, first.room.sessionId])) === 0;
  await waitFor(async () => (await sessions()).length === 1 && (await swept()), "the sweep");
  stalled.child.kill("SIGCONT");
  second.cut();
  const isFirst = async () => (await sessions()).map(({ session }) => session).join() === first.room.sessionId;
  await waitFor(isFirst, "the first session, and no other");
});

test("[PR6] a session that has ended stays ended, whatever its client had still asked for", async () => {
  const studio = await aStudio();
  await studio.guild("g1", ["ana", "beto"]);
  const chat = await studio.chat();
  const presence = makePresence(studio.redis, studio.keys, "nobody");
  const sessions = async () => (await presence.of(["ana"])).get("ana") ?? [];
  for (let round = 0; round < 5; round++) {
    const ana = await aSeat(chat.port, await aToken("ana"));
    await waitFor(async () => (await sessions()).length === 1, "her session");
    const asked = [
      ...[1, 2, 3, 4].map(() => ana.ask("history", { limit: 50 })),
      ...[false, true, false].map((reading) => ana.ask("presence", { reading })),
      ana.ask("renew", { token: await aToken("ana") }),
    ];
    for (const each of asked) each.catch(() => undefined);
    void ana.room.leave();
    await ana.closed;
    const beto = await aSeat(chat.port, await aToken("beto"));
    // When the other's commands are answered, so would hers have been.
    for (let n = 0; n < 10; n++) await beto.ask("history", { limit: 1 });
    beto.cut();
    await waitFor(async () => (await sessions()).length === 0, "her session to end");
    expect(await sessions()).toEqual([]);
  }
});

test("[RM23] a change that Redis could not tell just then is shown when it can", async () => {
  const server = await startEmbeddedRedis();
  onTestFinished(() => server.stop());
  const studio = await aStudio(server.url);
  await studio.guild("g1", ["ana"]);
  const chat = await studio.chat();
  const ana = await aSeat(chat.port, await aToken("ana"));
  await waitFor(() => ana.room.state.name === "Guild g1", "the state");
  const memory = (most: string) => studio.redis.run("", ["CONFIG", "SET", "maxmemory", most]);
  // A full Redis refuses our functions, those that read too.
  await Promise.all([studio.guilds.change("g1", { name: "Lobos" }), memory("1mb")]);
  await waitFor(() => chat.log.some((line) => line.includes("roster-read-failed")), "the reading to fail");
  await memory("0");
  await waitFor(() => ana.room.state.name === "Lobos", "the change");
});
