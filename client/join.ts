import * as z from "zod";
import { type JoinAnswer, type JoinRequest, joinAnswerSchema, PROTOCOL } from "../shared/protocol.ts";
import { NoAnswer, parseRefusal, Refused } from "./refused.ts";

const JOIN_TIMEOUT_MS = 10_000;

const errorBodySchema = z.object({ error: z.unknown() });

/** Asks for a seat. Rejects with `Refused`, or with `NoAnswer` when nothing usable came back. */
export const join = async (url: URL, token: string, wanted: Omit<JoinRequest, "protocol">): Promise<JoinAnswer> => {
  const response = await fetch(new URL("v1/join", url), {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ protocol: PROTOCOL, ...wanted }),
    signal: AbortSignal.timeout(JOIN_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new NoAnswer(error);
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) {
    const answer = joinAnswerSchema.safeParse(body);
    if (answer.success) return answer.data;
    throw new NoAnswer(answer.error);
  }
  const refusal = parseRefusal(errorBodySchema.safeParse(body).data?.error);
  throw refusal === undefined
    ? new NoAnswer(`joining was answered with status ${response.status}`)
    : new Refused(refusal);
};
