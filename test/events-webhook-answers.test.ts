import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { makeSendEvents } from "../server/webhook/send-events.ts";

/** Sends a batch to a server that answers every request as told. */
const sendTo = async (answer: (socket: Socket) => void): Promise<void> => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => answer(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.int() }).parse(server.address());
  const { send, close } = makeSendEvents({
    ...{ url: `http://127.0.0.1:${port}/`, secrets: ["x".repeat(32)], allowPrivate: true, deadlineMs: 1_500 },
  });
  onTestFinished(() => {
    close();
    server.close();
  });
  await send("1-1..1-2", []);
};

const OK = "HTTP/1.1 200 OK\r\n";
/** Writes on until nobody listens any more. */
const forever = (socket: Socket, begin: string, text: string, everyMs: number): void => {
  socket.write(begin);
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.once("close", () => clearInterval(timer));
};

// A studio that answered 200 with a page of 17 KB, or with text in another encoding, had taken the batch, and got it again for three days, with all others waiting behind
// it: the answer was read as that about a card is. Only its status counts now.
test.each<[string, (socket: Socket) => void]>([
  ["never ends", (socket) => forever(socket, `${OK}\r\n`, "x".repeat(1_000), 1)],
  ["comes byte by byte", (socket) => forever(socket, `${OK}content-length: 10000\r\n\r\n`, "x", 20)],
  ["is long", (socket) => socket.end(`${OK}content-length: 100000\r\n\r\n${"x".repeat(100_000)}`)],
  ["is no text", (socket) => socket.end(Buffer.concat([Buffer.from(`${OK}\r\n`), Buffer.from([0xff, 0xe3, 0x28])]))],
  ["is cut off", (socket) => socket.end(`${OK}content-length: 100\r\n\r\nhalf`)],
  ["is torn off", (socket) => socket.write(`${OK}content-length: 100\r\n\r\nhalf`, () => socket.resetAndDestroy())],
])("[EV21] a batch is taken by its status, also when the answer %s", async (_, answer) => {
  await sendTo(answer);
});

test.each<[string, (socket: Socket) => void, string]>([
  ["no status", (socket) => socket.end(), "socket hang up"],
  ["half a head", (socket) => socket.end(`${OK}content-le`), "socket hang up"],
  ["no HTTP", (socket) => socket.end("thank you\r\n\r\n"), "Expected HTTP"],
  ["a head byte by byte", (socket) => forever(socket, OK, "x", 20), "no answer in time"],
  ["nothing", () => undefined, "no answer in time"],
  ["410", (socket) => socket.end("HTTP/1.1 410 Gone\r\n\r\n"), "status 410"],
  ["an endless 500", (socket) => forever(socket, "HTTP/1.1 500 No\r\n\r\n", "x".repeat(1_000), 1), "status 500"],
])("[EV21] an answer of %s takes nothing", async (_, answer, why) => {
  await expect(sendTo(answer)).rejects.toThrow(why);
});
