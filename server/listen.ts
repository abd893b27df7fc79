import type { Server } from "node:net";
import { ConfigError } from "./config/config-error.ts";
import { portOf } from "./port-of.ts";
import type { SettingName } from "./settings.ts";

/** Where a service listens, and the setting that says the port. */
export type Address = Readonly<{ host: string; port: number; portSetting: SettingName }>;

const wrongPort: Readonly<Record<string, readonly [found: string, expected: string]>> = {
  EADDRINUSE: ["in use already", "a port nothing else listens on, or 0 for any free one"],
  EACCES: ["not allowed to this process", "a port this process may listen on, like one above 1023"],
};
const wrongHost: Readonly<Record<string, string>> = {
  ENOTFOUND: "a name nobody knows",
  EAI_AGAIN: "a name nobody can be asked about",
  EADDRNOTAVAIL: "of no interface of this machine",
  EAFNOSUPPORT: "of a kind this machine does not have",
  EINVAL: "no address to listen on",
};

/** A refusal to listen as a ConfigError that names HOST or the port's setting; any other error as it is. */
export const listenError = (error: unknown, { host, port, portSetting }: Address): unknown => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const [found, expected] = wrongPort[code] ?? [];
  if (found && expected)
    return new ConfigError([{ name: portSetting, found: `"${port}" (${found}, on ${host})`, expected }]);
  const why = wrongHost[code];
  if (why === undefined) return error;
  const hostFound = `${JSON.stringify(host)} (${why})`;
  return new ConfigError([{ name: "HOST", found: hostFound, expected: "an address of this machine" }]);
};

/**
 * Connections the kernel accepts for a process that is busy; what comes beyond is dropped without a word, and tried again by the other side after 1 s, 3 s and 7 s.
 * Thousands come at once when a process is started again. Linux takes no more than `net.core.somaxconn`, 4,096 by default.
 */
const BACKLOG = 4_096;

/** Settles with the port when the server listens; throws a ConfigError when HOST or the port cannot be had. */
export const listen = async (server: Pick<Server, "once" | "listen" | "address">, to: Address): Promise<number> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ port: to.port, host: to.host, backlog: BACKLOG }, resolve);
  await promise.catch((error: unknown) => Promise.reject(listenError(error, to)));
  return portOf(server);
};
