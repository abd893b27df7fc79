/** The baseline: takes a battle's score over HTTP with the same framework and adds it to a hash in Redis, with nothing known, checked, kept or told. `node bare-scores.ts REDIS_URL` */
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { createClient } from "redis";
import { z } from "zod";

const scoreSchema = z.object({ side: z.int(), score: z.int() });

const client = createClient({ url: process.argv[2] ?? "" });
client.on("error", () => {});
await client.connect();
const app = new Hono();
app.post("/battles", async (context) => {
  const { side, score } = scoreSchema.parse(await context.req.json());
  return context.json({ score: await client.hIncrBy("bare:scores", String(side), score) });
});
const server = createServer(getRequestListener(app.fetch));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(
    JSON.stringify({ ready: "bare-scores", port: typeof address === "object" && address ? address.port : 0 }),
  );
});
process.once("disconnect", () => process.exit());
