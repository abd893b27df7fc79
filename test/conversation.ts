import { createServer, type IncomingMessage, type Server } from "node:http";
import { z } from "zod";
import { portOf } from "../server/port-of.ts";

/** Codes of Colyseus' protocol 0.18: the first byte of every WebSocket message. */
export const WIRE = { join: 10, data: 13, request: 21, response: 22 } as const;

/**
 * What happened on one line, in order: `push`, a message the server sent by itself; `joined`, the client took its seat; `answer`, the server's answer to the client's
 * `nth` (from 1) request of that name on this line; `close`, the server closed it with this code (1006: it was cut). Messages are base64 of their bytes.
 */
const eventSchema = z.union([
  z.strictObject({ push: z.base64() }),
  z.strictObject({ joined: z.literal(true) }),
  z.strictObject({ answer: z.base64(), to: z.string(), nth: z.int() }),
  z.strictObject({ close: z.int() }),
]);
export type ConversationEvent = z.infer<typeof eventSchema>;

/** From a seat to its end. `join` is the answer that gave the seat. */
export const lineSchema = z.strictObject({ join: z.record(z.string(), z.unknown()), events: z.array(eventSchema) });
export type RecordedLine = z.infer<typeof lineSchema>;

/** A conversation between a server and a client as it was recorded, and what the client made of it. */
export const conversationSchema = z.strictObject({
  about: z.string(),
  recorded: z.string(),
  player: z.string(),
  /** What the client's player says, as soon as it can be said. */
  says: z.array(z.string()),
  lines: z.array(lineSchema),
  /** Everything that was shown, in order, `[epoch, seq, at, from, kind, body]`. */
  shown: z.array(z.tuple([z.int(), z.int(), z.int(), z.int(), z.string(), z.unknown()])),
  resets: z.array(z.string()),
  /** The reason the client closed for good with; null when it did not. */
  closed: z.string().nullable(),
  guild: z.string(),
  roster: z.array(z.string()),
});
export type Conversation = z.infer<typeof conversationSchema>;

/** A number as Colyseus writes it, up to 127: one byte. Conversations are short. */
export const requestOf = (bytes: Buffer): { id: number; name: string } | undefined => {
  const [code, id = 0x80, head = 0] = bytes;
  if (code !== WIRE.request) return undefined;
  if (id > 0x7f || (head & 0xe0) !== 0xa0) throw new Error("a conversation has at most 128 requests, of short names");
  return { id, name: bytes.toString("utf8", 3, 3 + (head & 0x1f)) };
};

/** An HTTP server on 127.0.0.1 that answers `POST /v1/join` with what `join` gives. */
export const aJoinServer = async (
  join: (request: IncomingMessage, body: string) => Promise<{ status: number; body: unknown }>,
): Promise<{ server: Server; url: string }> => {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      void join(request, Buffer.concat(parts).toString()).then(({ status, body }) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${portOf(server)}` };
};
