import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { type JoinAnswer, joinAnswerSchema, PROTOCOL } from "../../shared/protocol.ts";
import { post } from "./post.ts";

const refusalSchema = z.object({ error: z.object({ code: z.string(), retryAtMs: z.number().optional() }) });

/**
 * A seat in the channel of the token's member, who has a budget of joins at each process: beyond it, and while a process takes nobody, he waits as long as he is told
 * to, and `onPutOff` hears of it. Rejects when he is refused for anything else, or not answered.
 */
export const joinInTurn = async (port: number, token: string, onPutOff: () => void): Promise<JoinAnswer> => {
  for (;;) {
    const { status, body } = await post(port, "/v1/join", { protocol: PROTOCOL }, { authorization: `Bearer ${token}` });
    if (status === 200) return joinAnswerSchema.parse(body);
    const { code, retryAtMs } = refusalSchema.parse(body).error;
    if (code !== "unavailable" && code !== "rate-limited") throw new Error(`joining was refused: ${code}`);
    onPutOff();
    await delay(Math.max(0, (retryAtMs ?? 0) - Date.now()));
  }
};
