import { expect, onTestFinished, test } from "vitest";
import { makePresence } from "../server/presence/presence.ts";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { COMMANDS, type CommandName } from "../shared/commands.ts";
import { nonce, refusal, texts } from "./a-room.ts";
import { aSeat, joinOver } from "./a-seat.ts";
import { aStudio, aToken, type Studio } from "./a-studio.ts";
import { makeDraw } from "./fuzz/draw.ts";
import { goodRequests } from "./fuzz/good-requests.ts";
import { encode, encodeText } from "./fuzz/msgpack.ts";
import type { RawLine } from "./fuzz/raw-line.ts";
import { JOIN_ROOM, LEAVE_ROOM, REQUEST, ROOM_DATA } from "./fuzz/room-frames.ts";
import { aSeatedLine } from "./fuzz/seated-line.ts";
import { BINARY, binary, frameOf, PING_FRAME, TEXT } from "./fuzz/wire.ts";
import { waitFor } from "./wait-for.ts";

const request = (name: string, payload: unknown): Buffer =>
  binary(Buffer.concat([Buffer.of(REQUEST, 1), encodeText(name), encode(payload)])).bytes;
const answered = (line: RawLine): Promise<unknown> => line.write(binary(Buffer.of(JOIN_ROOM)).bytes);
const sessionsOf = (studio: Studio, player: string) => async (): Promise<string[]> =>
  ((await makePresence(studio.redis, studio.keys, "nobody").of([player])).get(player) ?? []).map(
    ({ session }) => session,
  );

/** How somebody is put out, or goes, and the code that tells him. */
const ends: [what: string, code: number, act: (line: RawLine, studio: Studio, player: string) => Promise<unknown>][] = [
  ["removed", CLOSE_CODES["not-member"], (_, studio, player) => studio.guilds.remove("g1", player, "kicked")],
  ["his token has ended", CLOSE_CODES["token-expired"], async () => undefined],
  [
    "a flood",
    4002,
    (line) => line.write(Buffer.concat(Array.from({ length: 300 }, () => binary(Buffer.of(18)).bytes))),
  ],
  ["no message", 4002, (line) => line.write(binary(Buffer.of(ROOM_DATA, 0xa1, 0x78, 0x82)).bytes)],
  ["leaving", 4000, (line) => line.write(binary(Buffer.of(LEAVE_ROOM)).bytes)],
  ["a reserved bit", 1002, (line) => line.write(frameOf(BINARY, Buffer.of(1), { rsv: 4 }))],
  ["a frame that is not masked", 1002, (line) => line.write(frameOf(BINARY, Buffer.of(1), { masked: false }))],
  ["a ping in two parts", 1002, (line) => line.write(frameOf(PING_FRAME, Buffer.of(1), { fin: false }))],
  ["no UTF-8", 1007, (line) => line.write(frameOf(TEXT, Buffer.of(0xff)))],
  ["too large", 1009, (line) => line.write(frameOf(BINARY, Buffer.alloc(20_000)))],
];

test("[HY3] who is put out is told why by a code, and has no session any more, also when he does not let go of the line", async () => {
  const studio = await aStudio();
  const chat = await studio.chat({ GREMIO_TOKEN_GRACE_MS: "0" });
  const players = ends.map((_, index) => `beto-${index}`);
  await studio.guild("g1", ["ana", ...players]);
  const ana = await aSeat(chat.port, await aToken("ana"));
  await ana.resume();
  const putOut = async ([what, code, act]: (typeof ends)[number], player: string): Promise<void> => {
    const life = what === "his token has ended" ? { lifeS: 1 } : {};
    const line = await aSeatedLine(chat.port, { token: await aToken(player, life) }, true);
    await answered(line);
    const sessions = sessionsOf(studio, player);
    await waitFor(async () => (await sessions()).length === 1, "his session");
    await act(line, studio, player);
    await waitFor(async () => (await sessions()).length === 0, `his session to end: ${what}`);
    // Who is put out by a code of ours is not waited for: his line is closed only after 5 s.
    if (code > 4100) expect([what, line.open]).toEqual([what, true]);
    // What he still says is heard by nobody.
    await line.write(request("send", { nonce: nonce(what.replaceAll(" ", "-")), text: what }));
    expect([what, (await line.ended).code]).toEqual([what, code]);
  };
  await Promise.all(ends.map((end, index) => putOut(end, players[index] ?? "")));
  await ana.ask("send", { nonce: nonce("end"), text: "end" });
  await waitFor(() => texts(ana.entries).includes("end"), "the last message");
  expect(texts(ana.entries)).toEqual(["end"]);
  await waitFor(() => ana.room.state.onlineCount === 1, "only her to be online");
});

test("[HY3] a process that stops in order tells everyone, and is not kept by who does not let go of his line", async () => {
  const studio = await aStudio();
  const chat = await studio.chat();
  await studio.guild("g1", ["ana", "beto"]);
  const ana = await aSeat(chat.port, await aToken("ana"));
  const line = await aSeatedLine(chat.port, { token: await aToken("beto") }, true);
  await answered(line);
  const unanswered = await aSeatedLine(chat.port, { token: await aToken("beto") }, true);
  expect(await chat.stop()).toBe(0);
  const stopping = CLOSE_CODES["server-stopping"];
  expect([await ana.closed, (await line.ended).code, (await unanswered.ended).code]).toEqual([
    stopping,
    stopping,
    stopping,
  ]);
});

test("[HY5] what is asked before the room's greeting is answered is refused, and nothing is done", async () => {
  const studio = await aStudio();
  const chat = await studio.chat();
  await studio.guild("g1", ["ana", "beto"]);
  const ana = await aSeat(chat.port, await aToken("ana"));
  await ana.resume();
  const line = await aSeatedLine(chat.port, { token: await aToken("beto") });
  const frames: Buffer[] = [];
  line.onFrame((frame) => frames.push(frame));
  await line.write(request("send", { nonce: nonce("early"), text: "early" }));
  await answered(line);
  await line.write(request("send", { nonce: nonce("late"), text: "late" }));
  await waitFor(() => texts(ana.entries).includes("late"), "the message");
  expect(texts(ana.entries)).toEqual(["late"]);
  expect(frames.some((frame) => frame.toString("latin1").includes("bad-request"))).toBe(true);
  line.cut();
});

test("[HY6] a mistake of ours in any command is answered, and kicks nobody", async () => {
  const studio = await aStudio();
  const chat = await studio.chat({ GREMIO_GUILD_PACE: "off" });
  await studio.guild("g1", ["ana", "beto"]);
  await studio.guild("g2", ["caro", "dino"]);
  const seats = await Promise.all(
    ["ana", "beto", "caro", "dino"].map(async (player) => aSeat(chat.port, await aToken(player))),
  );
  await Promise.all(seats.map((seat) => seat.resume()));
  const [ana, beto, caro, dino] = seats;
  if (ana === undefined || beto === undefined || caro === undefined || dino === undefined) throw new Error("no seats");
  let left = 0;
  for (const seat of seats) void seat.closed.then(() => (left += 1));

  // Somebody has put lists where all that is kept of the guild and of its players was.
  for (const key of await keysOf(studio))
    if (/guild:g1|player:(ana|beto)/.test(key)) {
      await studio.redis.run(key, ["DEL", key]);
      await studio.redis.run(key, ["RPUSH", key, "spoilt"]);
    }
  const codes = new Map<string, number>();
  const draw = makeDraw(1);
  const names = Object.keys(COMMANDS).filter((name): name is CommandName => Object.hasOwn(COMMANDS, name));
  for (const name of names) {
    const payload = goodRequests[name](draw, { channels: ["guild:g2"], tokens: [await aToken("ana")] });
    const answer = await refusal(ana.room.request(name, payload));
    const code = typeof answer === "object" && answer !== null && "code" in answer ? String(answer.code) : "done";
    codes.set(code, (codes.get(code) ?? 0) + 1);
    await caro.ask("send", { nonce: nonce(name), text: name });
  }
  expect(codes.get("internal")).toBeGreaterThan(12);
  await waitFor(() => texts(dino.entries).length === names.length, "the other guild's messages");
  expect(texts(dino.entries)).toEqual(names);
  expect([left, chat.child.exitCode]).toEqual([0, null]);
  expect(chat.log.filter((line) => /room-exception|unhandled-rejection/.test(line))).toEqual([]);
  // Joining is refused in words, too.
  expect(await joinOver(chat.port, await aToken("beto"))).toMatchObject({
    status: 500,
    body: { error: { code: "internal" } },
  });
});

const keysOf = async (studio: Studio): Promise<string[]> => {
  const keys = await studio.redis.run("x", ["KEYS", `*${studio.keys.namespace}*`]);
  return Array.isArray(keys) ? keys.map(String) : [];
};

test("[HY7] a promise that fails with nobody waiting for it is told in the log, and ends nothing", async () => {
  const studio = await aStudio();
  const planted = 'process.on("SIGUSR2", () => { Promise.reject(new Error("planted")); Promise.reject("no error"); });';
  const chat = await studio.chat({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(planted)}` });
  onTestFinished(() => chat.kill());
  await studio.guild("g1", ["ana", "beto"]);
  const ana = await aSeat(chat.port, await aToken("ana"));
  await ana.resume();
  chat.child.kill("SIGUSR2");
  await waitFor(
    () => chat.log.filter((line) => line.includes("unhandled-rejection")).length === 2,
    "two lines in the log",
  );
  expect(chat.log.some((line) => line.includes("planted"))).toBe(true);
  expect(await ana.ask("send", { nonce: nonce(1), text: "todavía" })).toMatchObject({ epoch: expect.any(Number) });
  expect(chat.child.exitCode).toBeNull();
});

test("[HY1] who pings now and then in a room where nothing happens is no flood, however long he stays", async () => {
  const studio = await aStudio();
  const chat = await studio.chat();
  await studio.guild("g1", ["ana"]);
  const line = await aSeatedLine(chat.port, { token: await aToken("ana") });
  await answered(line);
  let answers = 0;
  line.onFrame((frame) => {
    if (frame[0] === 18) answers += 1;
  });
  // Together more than may come within a second.
  for (let sent = 0; sent < 320; sent += 160) {
    const begun = performance.now();
    await line.write(Buffer.concat(Array.from({ length: 160 }, () => binary(Buffer.of(18)).bytes)));
    await waitFor(() => !line.open || (answers === sent + 160 && performance.now() - begun > 1_600), "their answers");
  }
  expect([line.open, answers]).toEqual([true, 320]);
  line.cut();
});
