import { z } from "zod";

import { type Answer, htmlAnswer, jsonAnswer } from "./answer.ts";
import { accessRefusals } from "./google-error.ts";

/**
 * What is wrong with the sender's credentials, until something else is planned. `token`: what its next tokens meet; `send`: how its messages are refused, whatever
 * their token (`expired` 401, `forbidden` 403 of IAM).
 */
export const accessFaultsSchema = z.strictObject({
  token: z.enum(["refused", "unavailable", "hang"]).optional(),
  send: z.enum(["expired", "forbidden"]).optional(),
});
export type AccessFaults = z.infer<typeof accessFaultsSchema>;

/** How the token endpoint answers then; undefined: as always. */
export const tokenFault = ({ token }: AccessFaults): Answer | undefined => {
  if (token === "refused")
    return jsonAnswer(400, { error: "invalid_grant", error_description: "Invalid JWT Signature." });
  if (token === "unavailable") return htmlAnswer(503);
  return token === "hang" ? { kind: "hang" } : undefined;
};

/** How a message is refused then; undefined: it is not. */
export const sendFault = ({ send }: AccessFaults): Answer | undefined => {
  if (send === "expired") return accessRefusals.expired;
  return send === "forbidden" ? accessRefusals.project : undefined;
};
