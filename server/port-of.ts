import type { AddressInfo } from "node:net";

/** The port a server listens on. Throws when it listens on none. */
export const portOf = (server: { address(): AddressInfo | string | null }): number => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");
  return address.port;
};
