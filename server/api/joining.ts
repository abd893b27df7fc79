import type { JoinAnswer, JoinRequest } from "../../shared/protocol.ts";
import type { Identity } from "../identity/identity.ts";

export type Joining = {
  /**
   * A seat for whom a verified token names. Everything is checked before the seat is reserved; when `left` says, as his turn comes, that he waits no more, nothing is
   * done. Throws `upgrade-required`, `no-guild`, `not-member`, `rate-limited`, `unavailable`.
   */
  join(identity: Identity, request: JoinRequest, left?: () => boolean): Promise<JoinAnswer>;
};
