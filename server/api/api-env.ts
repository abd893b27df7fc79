import type { HttpBindings } from "@hono/node-server";
import type { Identity } from "../identity/identity.ts";

/**
 * What middleware leaves for handlers. `identity` is set when a player asks; `repeatable` where an outage leaves nothing undone or half done. A request that did not
 * come over a connection has no bindings.
 */
export type ApiEnv = {
  Bindings: Partial<HttpBindings> | undefined;
  Variables: { identity: Identity; repeatable: boolean };
};
