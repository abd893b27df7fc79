import type { Credential } from "firebase-admin/app";
import { z } from "zod";

/** Google does not give us a token: the key was revoked, the account is gone, or it may not. Anything else may pass by itself. */
export class TokenRefused extends Error {}

/** As Google's libraries tell the answer of the token endpoint. */
const refusalSchema = z.union([
  z.object({ response: z.object({ status: z.number() }) }).transform(({ response }) => response.status),
  z.object({ status: z.number() }).transform(({ status }) => status),
]);
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403]);

/**
 * Makes fetching an access token end within a time: firebase-admin fetches one for all calls, and would have them wait for ever. The credential stays the same
 * object, by which firebase-admin finds the project.
 */
export const withDeadline = <C extends Credential>(credential: C, deadlineMs: number): C => {
  const fetchToken = credential.getAccessToken.bind(credential);
  credential.getAccessToken = async () => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error("no access token in time")), deadlineMs);
    try {
      return await Promise.race([fetchToken(), late]);
    } catch (error) {
      const status = refusalSchema.safeParse(error);
      if (status.success && REFUSALS.has(status.data)) throw new TokenRefused(String(error), { cause: error });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  return credential;
};
