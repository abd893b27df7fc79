import type { Identity } from "../identity/identity.ts";

/** What middleware leaves for handlers. `identity` is set on routes of players; `repeatable` where an outage leaves nothing undone or half done. */
export type ApiEnv = { Variables: { identity: Identity; repeatable: boolean } };
