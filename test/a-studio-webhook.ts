import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { portOf } from "../server/port-of.ts";

const questionSchema = z.object({
  type: z.literal("card-action"),
  id: z.string(),
  channel: z.string(),
  epoch: z.int(),
  seq: z.int(),
  card: z.string(),
  data: z.record(z.string(), z.unknown()),
  action: z.string(),
  player: z.string(),
  number: z.int(),
  nonce: z.string(),
});
export type Question = z.infer<typeof questionSchema>;
export type Answering = (question: Question, response: ServerResponse) => void;

/** What the studio answers with. */
export const verdict =
  (body: unknown, status = 200): Answering =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };

/** Whether a request was signed with the secret within the last minute, as the studio checks it. */
const isSigned = (request: IncomingMessage, body: string, secret: string): boolean => {
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers["gremio-signature"])) ?? [];
  if (t === undefined || v1 === undefined || Math.abs(Date.now() / 1000 - Number(t)) > 60) return false;
  const expected = createHmac("sha256", secret).update(`${t}.${body}`).digest();
  return timingSafeEqual(expected, Buffer.from(v1, "hex"));
};

/** A studio's server, which decides as `answer` says and refuses what is not signed. */
export const aStudioWebhook = async (first: Answering) => {
  const secret = "0123456789abcdef0123456789abcdef";
  const questions: Question[] = [];
  const wrong: string[] = [];
  const studio = { answer: first };
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const question = questionSchema.safeParse(JSON.parse(body));
      if (request.method !== "POST" || !isSigned(request, body, secret)) wrong.push("signature");
      else if (!question.success || request.headers["gremio-id"] !== question.data.id) wrong.push(body);
      else {
        questions.push(question.data);
        studio.answer(question.data, response);
      }
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}/gremio`,
    secret,
    secrets: [secret],
    allowPrivate: true,
    questions,
    wrong,
    studio,
    server,
  };
};
