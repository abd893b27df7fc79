import { Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { type AccessFaults, accessFaultsSchema } from "./access-faults.ts";
import type { DeliveryFeed, FeedEvent } from "./delivery-feed.ts";
import { type Outcomes, outcomePlanSchema } from "./outcomes.ts";
import type { Phone } from "./phone.ts";
import type { Phones } from "./phones.ts";
import { PLATFORMS } from "./push.ts";
import type { RequestLog } from "./request-log.ts";
import { TOPIC_NAME } from "./topic-condition.ts";

const registrationSchema = z.strictObject({
  kind: z.enum(["token", "fid"]).default("token"),
  platform: z.enum(PLATFORMS).default("android"),
  topics: z.array(z.string().regex(TOPIC_NAME)).max(2000).optional(),
});
const requestsQuerySchema = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});
const shownIdSchema = z.coerce.number().int().min(1);
const LOCAL_NAME = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
/** A listener that reads slower than this many events are told loses the stream and asks again. */
const MAX_WAITING_EVENTS = 1000;

export type ControlOptions = Readonly<{
  phones: Phones;
  outcomes: Outcomes;
  log: RequestLog;
  feed: DeliveryFeed;
  planAccess: (faults: AccessFaults) => void;
  reset: () => void;
  tlsPort: () => number;
  closing: AbortSignal;
}>;

/** The plain HTTP side for pages and tests on this machine: what phones show, and what goes wrong next. */
export function controlApi({ phones, outcomes, log, feed, planAccess, reset, tlsPort, closing }: ControlOptions): Hono {
  const api = new Hono();
  api.use(localOnly);
  api.use(cors({ origin: (origin) => (isLocalOrigin(origin) ? origin : null) }));
  api.onError((error, context) => {
    if (error instanceof HTTPException) return context.json({ error: error.message }, error.status);
    return context.json({ error: "internal" }, 500);
  });
  api.notFound((context) => context.json({ error: "There is no such route." }, 404));

  const known = (target: string): Phone => {
    const phone = phones.find(target);
    if (!phone) throw new HTTPException(404, { message: `No device is registered as ${JSON.stringify(target)}.` });
    return phone;
  };

  api.get("/health", (context) => context.json({ ok: true, tlsPort: tlsPort() }));
  api.get("/devices", (context) => {
    const devices = phones.list().map((phone) => {
      const { received: _, ...summary } = phone.view();
      return summary;
    });
    return context.json({ devices });
  });
  api.get("/devices/:target", (context) => context.json(known(context.req.param("target")).view()));
  api.put("/devices/:target", async (context) => {
    const wanted = parsed(registrationSchema, await jsonOf(context.req, {}));
    const phone = phones.register(context.req.param("target"), wanted.kind, wanted.platform);
    if (wanted.topics) {
      phone.topics.clear();
      for (const topic of wanted.topics) phone.topics.add(topic);
    }
    return context.json(phone.view());
  });
  api.delete("/devices/:target", (context) => {
    const { target } = known(context.req.param("target"));
    phones.uninstall(target);
    return context.body(null, 204);
  });
  api.post("/devices/:target/outcome", async (context) => {
    const plan = parsed(outcomePlanSchema, await jsonOf(context.req));
    outcomes.plan(context.req.param("target"), plan);
    return context.json({ planned: plan.length });
  });
  api.post("/devices/:target/online", (context) => {
    const phone = known(context.req.param("target"));
    phone.setOnline(true);
    return context.json(phone.view());
  });
  api.post("/devices/:target/offline", (context) => {
    const phone = known(context.req.param("target"));
    phone.setOnline(false);
    return context.json(phone.view());
  });
  api.delete("/devices/:target/screen", (context) => {
    known(context.req.param("target")).dismiss();
    return context.body(null, 204);
  });
  api.delete("/devices/:target/screen/:id", (context) => {
    const id = parsed(shownIdSchema, context.req.param("id"));
    if (known(context.req.param("target")).dismiss(id)) return context.body(null, 204);
    throw new HTTPException(404, { message: `Notification ${id} is not on that screen.` });
  });
  api.put("/access", async (context) => {
    planAccess(parsed(accessFaultsSchema, await jsonOf(context.req)));
    return context.body(null, 204);
  });
  api.post("/reset", (context) => {
    reset();
    return context.body(null, 204);
  });
  api.get("/requests", (context) => {
    const { after, limit } = parsed(requestsQuerySchema, context.req.query());
    return context.json({ requests: log.after(after, limit) });
  });
  api.get("/events", (context) =>
    streamSSE(context, async (stream) => {
      const waiting: FeedEvent[] = [];
      let wake = () => {};
      const stop = feed.listen((event) => {
        waiting.push(event);
        if (waiting.length > MAX_WAITING_EVENTS) stream.abort();
        wake();
      });
      const end = () => stream.abort();
      stream.onAbort(() => wake());
      closing.addEventListener("abort", end, { once: true });
      await stream.write(": listening\n\n");
      while (!stream.aborted && !stream.closed) {
        const event = waiting.shift();
        if (event) await stream.writeSSE({ event: "delivery", data: JSON.stringify(event) });
        else await new Promise<void>((resolve) => (wake = resolve));
      }
      stop();
      closing.removeEventListener("abort", end);
    }),
  );
  return api;
}

/** Pages of other sites get no answer: neither through a name they rebind to this machine nor by a blind POST. */
const localOnly: MiddlewareHandler = async (context, next) => {
  const origin = context.req.header("origin");
  const local = LOCAL_NAME.test(context.req.header("host") ?? "") && (origin === undefined || isLocalOrigin(origin));
  if (!local) throw new HTTPException(403, { message: "Only pages and programs of this machine may ask." });
  await next();
};

function isLocalOrigin(origin: string): boolean {
  return LOCAL_NAME.test(origin.replace(/^https?:\/\//, ""));
}

async function jsonOf(request: { text(): Promise<string> }, absent?: unknown): Promise<unknown> {
  const text = await request.text();
  if (text === "" && absent !== undefined) return absent;
  try {
    return JSON.parse(text);
  } catch {
    throw new HTTPException(400, { message: "The body is no JSON." });
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, found: unknown): z.output<Schema> {
  const result = schema.safeParse(found);
  if (result.success) return result.data;
  throw new HTTPException(400, { message: z.prettifyError(result.error) });
}
