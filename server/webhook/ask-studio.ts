import { createHmac } from "node:crypto";
import type { Logger } from "pino";
import { type AskStudio, STUDIO_DEADLINE_MS, studioVerdictSchema } from "../card/studio.ts";

/** An answer holds a verdict, a message and a result of at most 1 KB; nothing longer is read. */
const ANSWER_BYTES = 16 * 1024;
/** Questions of this process under way at the same time; more are not asked, so that a studio that hangs is not buried. */
const AT_ONCE = 100;

export type WebhookOptions = { url: string; secret: string; deadlineMs?: number; atOnce?: number };

/** `v1` of the signature of a body that was sent at `t` (epoch seconds): HMAC with SHA-256 of `t.body`, in hexadecimal digits. */
export const sign = (secret: string, t: number, body: string): string =>
  createHmac("sha256", secret).update(`${t}.${body}`).digest("hex");

/**
 * Asks the studio by a signed POST, once: a redirect, another status than 2xx, an answer that is too long or no verdict, and silence are all no answer. Whether a
 * question is asked again is the player's to decide.
 */
export const makeAskStudio = (
  { url, secret, deadlineMs = STUDIO_DEADLINE_MS, atOnce = AT_ONCE }: WebhookOptions,
  logger: Pick<Logger, "warn">,
): AskStudio => {
  let underWay = 0;

  const post = async (id: string, body: string): Promise<unknown> => {
    const t = Math.floor(Date.now() / 1000);
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        "gremio-id": id,
        "gremio-signature": `t=${t},v1=${sign(secret, t, body)}`,
      },
      body,
      signal: AbortSignal.timeout(deadlineMs),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`status ${response.status}`);
    }
    return JSON.parse(await textOf(response));
  };

  return async (question) => {
    const { id, ...asked } = question;
    const refuse = (why: string): undefined => {
      logger.warn({ event: "webhook-failed", id, channel: asked.channel, seq: asked.seq, why });
    };
    if (underWay >= atOnce) return refuse(`${atOnce} questions are under way`);
    underWay += 1;
    try {
      const answer = await post(id, JSON.stringify({ type: "card-action", id, ...asked }));
      const verdict = studioVerdictSchema.safeParse(answer);
      return verdict.success ? verdict.data : refuse("no verdict");
    } catch (error) {
      return refuse(reasonOf(error));
    } finally {
      underWay -= 1;
    }
  };
};

const textOf = async (response: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.byteLength;
    // Leaving the loop ends the body, and with it the connection.
    if (length > ANSWER_BYTES) throw new Error(`an answer of more than ${ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
};

/** What went wrong, without what the studio said: that may hold anything. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "failed";
  if (error.name === "TimeoutError") return "no answer in time";
  if (error instanceof SyntaxError) return "no JSON";
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
};
