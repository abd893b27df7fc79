import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { ClientState, SchemaSerializer } from "@colyseus/core";
import { Decoder } from "@colyseus/schema";
import { WebSocketClient } from "@colyseus/ws-transport";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { portOf } from "../server/port-of.ts";
import { CopyingSerializer } from "../server/rooms/copying-serializer.ts";
import { GuildState, MemberState } from "../shared/state.ts";
import { waitFor } from "./wait-for.ts";

const PATCHES = 700;

/** A reader on a real socket who stops reading while patches are made, then reads them all. Gives the state he ends up with. */
const whatASlowReaderSees = async (
  serializer: SchemaSerializer<GuildState>,
): Promise<{ shown: GuildState; meant: GuildState }> => {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const line = connect(portOf(server), "127.0.0.1");
  const received: Buffer[] = [];
  onTestFinished(() => {
    line.destroy();
    sockets.close();
    server.close();
  });
  const accepted = once(sockets, "connection");
  line.write(
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  );
  await once(line, "data");
  line.pause();
  const [socket] = await accepted;
  const client = new WebSocketClient("slow", socket);
  client.state = ClientState.JOINED;

  const meant = new GuildState();
  for (let n = 0; n <= PATCHES; n++) meant.roster.set(`p${n}`, new MemberState({ number: n, name: "" }));
  serializer.reset(meant);
  client.raw(serializer.getFullState(client));
  serializer.applyPatches([client]);
  for (let round = 1; round <= PATCHES; round++) {
    // Each patch changes another member, so that a patch that is overwritten is a change that is lost.
    const member = meant.roster.get(`p${round}`);
    if (member !== undefined) member.name = `${round}-${"x".repeat(12_000)}`;
    meant.points = round;
    serializer.applyPatches([client]);
  }
  const expected = socket.bufferedAmount > 0;
  expect(expected).toBe(true);
  line.on("data", (chunk: Buffer) => received.push(chunk));
  line.resume();
  await waitFor(() => socket.bufferedAmount === 0, "everything read");
  client.raw(Buffer.of(255));
  await waitFor(() => received.at(-1)?.at(-1) === 255, "the last frame");

  const shown = new GuildState();
  const decoder = new Decoder(shown);
  for (const frame of frames(Buffer.concat(received)))
    if (frame[0] === 14 || frame[0] === 15) decoder.decode(frame, { offset: 1 });
  return { shown, meant };
};

/** Payloads of unmasked WebSocket frames. */
const frames = function* (bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 127;
    const header = short === 126 ? 4 : short === 127 ? 10 : 2;
    const length =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
    yield bytes.subarray(at + header, at + header + length);
    at += header + length;
  }
};

// The symptom: a player on a bad line saw another guild's numbers, or the SDK threw while decoding.
// The cause: the transport queues a view of the encoder's one buffer, and the next patch overwrites it (Colyseus 0.18).
// What is pinned: after 700 patches behind a full line, the slow reader has exactly the state that was meant.
test("[RM16] state patches reach a reader whose line was full uncorrupted", async () => {
  const { shown, meant } = await whatASlowReaderSees(new CopyingSerializer<GuildState>());
  expect(shown.toJSON()).toEqual(meant.toJSON());
});

test("[RM16] the proof can fail: Colyseus' own serializer corrupts them", async () => {
  const outcome = await whatASlowReaderSees(new SchemaSerializer<GuildState>()).then(
    ({ shown, meant }) => JSON.stringify(shown.toJSON()) === JSON.stringify(meant.toJSON()),
    () => false,
  );
  expect(outcome).toBe(false);
});
