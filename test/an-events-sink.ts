import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { portOf } from "../server/port-of.ts";
import { happenedEventSchema } from "../shared/event.ts";
import { waitFor } from "./wait-for.ts";

const batchSchema = z.strictObject({ type: z.literal("events"), id: z.string(), events: z.array(happenedEventSchema) });
export type Batch = z.infer<typeof batchSchema>;

/** Whether one of the signatures is of this secret, as the studio checks it. */
const isSigned = (header: string, body: string, secret: string): boolean => {
  const [t, ...signatures] = header.split(",");
  const time = /^t=(\d+)$/.exec(t ?? "")?.[1];
  if (time === undefined || Math.abs(Date.now() / 1000 - Number(time)) > 60) return false;
  const expected = createHmac("sha256", secret).update(`${time}.${body}`).digest();
  return signatures.some((one) => {
    const v1 = /^v1=([0-9a-f]{64})$/.exec(one)?.[1];
    return v1 !== undefined && timingSafeEqual(expected, Buffer.from(v1, "hex"));
  });
};

/** A studio's server that is told what happened. It takes what is signed and answers with `answer.status`, once it is not held; nothing keeps the process alive for it. */
export const anEventsSink = async (secret = "0123456789abcdef0123456789abcdef") => {
  const batches: Batch[] = [];
  const wrong: string[] = [];
  const answer = { status: 200, headers: {}, silent: false, hold: false };
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const batch = batchSchema.safeParse(JSON.parse(body));
      const isRight = request.method === "POST" && request.headers["gremio-id"] === batch.data?.id;
      if (!isSigned(String(request.headers["gremio-signature"]), body, secret)) wrong.push("signature");
      else if (!isRight || batch.data === undefined) wrong.push(body);
      else batches.push(batch.data);
      const { status, headers, silent } = answer;
      if (silent) return;
      if (answer.hold) await waitFor(() => !answer.hold, "the answer not to be held");
      response.writeHead(status, headers);
      response.end();
    })();
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  const port = portOf(server);
  return {
    ...{ url: `http://127.0.0.1:${port}/events`, port, secret, batches, wrong, answer },
    /** What it was told, each event as often as it was. */
    events: () => batches.flatMap(({ events }) => events),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
