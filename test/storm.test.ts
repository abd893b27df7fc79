import { createServer } from "node:http";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { portOf } from "../server/port-of.ts";
import { GremioError } from "../shared/errors.ts";
import { aClient } from "./a-client.ts";
import { aReturn } from "./a-return.ts";
import { aRoom } from "./a-room.ts";
import { waitFor } from "./wait-for.ts";

test("[ADM5] 300 who lose their process at once all come back complete, each with what he missed once and in order", {
  timeout: 120_000,
}, async () => {
  const { waitsMs } = await aReturn({ guilds: 3, members: 100, messages: 20 });
  expect(waitsMs).toHaveLength(300);
});

/** In front of a chat service, one that refuses the first joins as an over-full queue does. */
const aFullFront = async (port: number, refusals: number) => {
  const asked: number[] = [];
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on("data", (piece: Buffer) => body.push(piece));
    request.on("end", async () => {
      asked.push(performance.now());
      const refused = new GremioError("unavailable", { retryAtMs: Date.now() + 1_000 });
      const { authorization = "" } = request.headers;
      const answer =
        asked.length <= refusals
          ? Response.json({ error: refused.toRefusal() }, { status: 503 })
          : await fetch(`http://127.0.0.1:${port}${request.url}`, {
              method: "POST",
              headers: { authorization, "content-type": "application/json" },
              body: Buffer.concat(body),
            });
      response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
    });
  });
  server.on("upgrade", (request, near) => {
    const far = connect(port, "127.0.0.1");
    const headers = request.rawHeaders.map((word, index) => (index % 2 === 0 ? `${word}: ` : `${word}\r\n`)).join("");
    far.write(`GET ${request.url} HTTP/1.1\r\n${headers}\r\n`);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on("error", () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server)}`, asked };
};

test("[ADM4] a client that is told `unavailable` comes back by itself, and is live then", async () => {
  const { chat, seat } = await aRoom(["ana", "beto"]);
  const front = await aFullFront(chat.port, 2);
  const ana = aClient(front.url, "ana");
  onTestFinished(() => ana.close());
  await ana.live();
  expect(front.asked.length).toBe(3);
  const beto = await seat("beto");
  await beto.ask("send", { nonce: "nonce-number-1", text: "ya volviste" });
  await waitFor(() => ana.shown.some(({ body }) => body === "ya volviste"), "what is said then");
});
