import { OpenAPIHono } from "@hono/zod-openapi";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { cardRoutes } from "./card-routes.ts";
import { deviceRoutes } from "./device-routes.ts";
import { earningRoutes } from "./earning-routes.ts";
import { answerFailure, badRequest, routeNotFound, throwErrors } from "./failure.ts";
import { groupRoutes } from "./group-routes.ts";
import { healthRoutes } from "./health-routes.ts";
import { meRoutes } from "./me-routes.ts";
import { messageRoutes } from "./message-routes.ts";
import { makeOperation } from "./operation.ts";
import { operationRoutes } from "./operation-routes.ts";
import { packRoutes } from "./pack-routes.ts";
import { phraseRoutes } from "./phrase-routes.ts";
import { playerRoutes } from "./player-routes.ts";
import { pointRoutes } from "./point-routes.ts";
import { preferenceRoutes } from "./preference-routes.ts";

const FEATURES = [
  healthRoutes,
  meRoutes,
  operationRoutes,
  playerRoutes,
  pointRoutes,
  earningRoutes,
  deviceRoutes,
  preferenceRoutes,
  messageRoutes,
  cardRoutes,
  groupRoutes,
  packRoutes,
  phraseRoutes,
];

/**
 * The HTTP API. Every failure is a refusal of the catalogue; a refused request has changed nothing. Serve it with `app.fetch`; routes added to it later (a page) keep
 * their own headers.
 */
export const makeApi = (deps: ApiDeps): OpenAPIHono<ApiEnv> => {
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw badRequest(result.error);
    },
  });
  app.onError(answerFailure(deps.logger));
  app.notFound(routeNotFound);
  app.use(throwErrors);

  // TLS, and with it HSTS, is the balancer's.
  const headers = secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    strictTransportSecurity: false,
    crossOriginResourcePolicy: "cross-origin",
  });
  for (const path of ["/v1/*", "/health", "/ready"])
    app.use(path, headers, async (c, next) => {
      await next();
      // Hono's own way would make a whole new response of the one that is there.
      c.res.headers.set("cache-control", "no-store");
    });
  const crossOrigin = cors({
    origin: (origin) => (["*", origin].some((one) => deps.allowedOrigins.includes(one)) ? origin : null),
    allowHeaders: ["authorization", "content-type"],
    allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    maxAge: 600,
  });
  app.use("/v1/*", async (c, next) => {
    if (c.req.method === "OPTIONS" || c.req.header("origin") !== undefined) return crossOrigin(c, next);
    // A game that is no page names no origin; it is told only that a page might be answered otherwise.
    await next();
    c.res.headers.append("vary", "Origin");
    return undefined;
  });

  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "apiKey",
    in: "header",
    name: "X-Api-Key",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "playerToken", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
  });
  const operation = makeOperation(deps);
  for (const feature of FEATURES) feature(app, operation, deps);
  return app;
};
