import { once } from "node:events";
import { glob, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { textSchema } from "../shared/text.ts";
import { aClient } from "./a-client.ts";
import { aJoinServer, type Conversation, conversationSchema, requestOf, WIRE } from "./conversation.ts";
import { waitFor } from "./wait-for.ts";

const folder = join(import.meta.dirname, "fixtures/conversations");
const recorded: { path: string; conversation: Conversation }[] = [];
for await (const path of glob("protocol-*/*.json", { cwd: folder }))
  recorded.push({
    path,
    conversation: conversationSchema.parse(JSON.parse(await readFile(join(folder, path), "utf8"))),
  });
recorded.sort((a, b) => (a.path < b.path ? -1 : 1));

/** The recorded server: says to each line what was said to it, byte for byte but for the numbers of requests, and waits where the client's part was. */
const aRecordedServer = async ({ lines }: Conversation) => {
  const left = lines.slice();
  const { server, url } = await aJoinServer(async () => {
    const [line] = left;
    return line === undefined ? { status: 503, body: {} } : { status: 200, body: line.join };
  });
  const sockets = new WebSocketServer({ server });
  const reports: unknown[] = [];
  let played = 0;
  sockets.on("connection", (socket) => {
    const line = left.shift();
    if (line !== undefined) void play(line.events, socket, reports).then(() => (played += 1));
  });
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { url, done: () => played === lines.length };
};

const play = async (
  events: Conversation["lines"][number]["events"],
  socket: WebSocket,
  reports: unknown[],
): Promise<void> => {
  const requests: { id: number; name: string }[] = [];
  let joined = false;
  let heard = Promise.withResolvers<void>();
  socket.on("message", (data: Buffer) => {
    const request = requestOf(data);
    if (request !== undefined) requests.push(request);
    else if (data[0] === WIRE.join) joined = true;
    else reports.push(data);
    heard.resolve();
    heard = Promise.withResolvers();
  });
  const asked = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await heard.promise;
    }
  };
  for (const event of events) {
    if ("push" in event) socket.send(Buffer.from(event.push, "base64"));
    else if ("joined" in event) await asked(() => joined || undefined);
    else if ("answer" in event) {
      const { id } = await asked(() => requests.filter(({ name }) => name === event.to)[event.nth - 1]);
      const bytes = Buffer.from(event.answer, "base64");
      bytes[1] = id;
      socket.send(bytes);
    } else {
      if (event.close === 1006) socket.terminate();
      else socket.close(event.close);
      await once(socket, "close");
    }
  }
};

test.each(recorded)("[PT14] today's client understands $path", async ({ conversation }) => {
  const server = await aRecordedServer(conversation);
  const client = aClient(server.url, conversation.player);
  for (const text of conversation.says) client.channel.send(textSchema.parse(text));
  await waitFor(server.done, "the whole conversation");
  await waitFor(() => client.shown.length >= conversation.shown.length, "the last entry");
  expect(client.shown.map(({ epoch, seq, at, from, kind, body }) => [epoch, seq, at, from, kind, body])).toEqual(
    conversation.shown,
  );
  expect(client.resets).toEqual(conversation.resets);
  expect(client.lost).toEqual([]);
  const { status, state } = client.channel;
  expect(status.phase === "closed" ? status.reason : null).toBe(conversation.closed);
  expect(status.waiting).toBe(0);
  expect(state?.name).toBe(conversation.guild);
  expect([...(state?.roster.values() ?? [])].map(({ name }) => name).toSorted()).toEqual(conversation.roster);
});

test("[PT14] there are conversations of every scene, and a protocol's folder says which it was", () => {
  const scenes = ["change-of-epoch", "frames-of-many", "removal", "resume-after-a-gap", "talk"];
  expect(
    recorded.filter(({ path }) => dirname(path) === "protocol-1").map(({ path }) => basename(path, ".json")),
  ).toEqual(scenes);
  for (const { path, conversation } of recorded)
    for (const { join: answer } of conversation.lines)
      expect(dirname(path)).toBe(`protocol-${String(answer.protocol)}`);
});
