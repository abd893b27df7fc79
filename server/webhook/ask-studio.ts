import type { Logger } from "pino";
import { type AskStudio, STUDIO_DEADLINE_MS, studioVerdictSchema } from "../card/studio.ts";
import { makeSignedPost, type SignedPostOptions } from "./signed-post.ts";

/** Questions of this process under way at the same time; more are not asked, so that a studio that hangs is not buried. */
const AT_ONCE = 100;

export type WebhookOptions = Pick<SignedPostOptions, "url" | "secrets" | "allowPrivate"> & {
  deadlineMs?: number;
  atOnce?: number;
};

/**
 * Asks the studio by a signed POST, once: a redirect, another status than 2xx, an answer that is too long or no verdict, and silence are all no answer. Whether a
 * question is asked again is the player's to decide.
 */
export const makeAskStudio = (
  { deadlineMs = STUDIO_DEADLINE_MS, atOnce = AT_ONCE, ...options }: WebhookOptions,
  logger: Pick<Logger, "warn">,
): AskStudio => {
  const { post } = makeSignedPost({ ...options, deadlineMs, connections: atOnce });
  let underWay = 0;

  return async (question) => {
    const { id, ...asked } = question;
    const refuse = (why: string): undefined => {
      logger.warn({ event: "webhook-failed", id, channel: asked.channel, seq: asked.seq, why });
    };
    if (underWay >= atOnce) return refuse(`${atOnce} questions are under way`);
    underWay += 1;
    try {
      const answer: unknown = JSON.parse(await post(id, JSON.stringify({ type: "card-action", id, ...asked })));
      const verdict = studioVerdictSchema.safeParse(answer);
      return verdict.success ? verdict.data : refuse("no verdict");
    } catch (error) {
      return refuse(reasonOf(error));
    } finally {
      underWay -= 1;
    }
  };
};

/** What went wrong, without what the studio said: that may hold anything. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "failed";
  return error instanceof SyntaxError ? "no JSON" : error.message;
};
