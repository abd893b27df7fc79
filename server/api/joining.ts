import type { JoinAnswer, JoinRequest } from "../../shared/protocol.ts";

export type Joining = {
  /**
   * A seat for the bearer of a token. Everything is checked before the seat is reserved. Throws `token-invalid`, `token-expired`, `upgrade-required`, `no-guild`,
   * `not-member`, `rate-limited`.
   */
  join(token: string, request: JoinRequest): Promise<JoinAnswer>;
};
