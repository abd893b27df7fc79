/** The baseline: a `ws` server that answers each message with one frame of `BYTES` bytes to every connection, and nothing else. `node bare-ws.ts BYTES` */
import { WebSocketServer } from "ws";

const frame = Buffer.alloc(Number(process.argv[2]), 0x61);
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.on("error", () => {});
  socket.on("message", () => {
    for (const client of server.clients) client.send(frame);
  });
});
server.on("listening", () => {
  const address = server.address();
  console.log(JSON.stringify({ ready: "bare-ws", port: typeof address === "object" && address ? address.port : 0 }));
});
process.once("disconnect", () => process.exit());
