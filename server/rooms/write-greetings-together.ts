import type { Server } from "node:http";
import type { Duplex } from "node:stream";

/**
 * A connection's first frames leave with what goes before them: the room's greeting with the acceptance of the upgrade, and what is for the newcomer alone with the
 * whole state that answers his first frame. Each write is a call to the kernel, which is what thousands who come at once wait for most.
 */
export const writeGreetingsTogether = (server: Server): void => {
  server.prependListener("upgrade", (_request, socket) => {
    holdForTurn(socket);
    socket.once("data", () => holdForTurn(socket));
  });
};

/** What is written until this turn of the event loop ends leaves together. */
const holdForTurn = (socket: Duplex): void => {
  socket.cork();
  setImmediate(() => socket.uncork());
};
