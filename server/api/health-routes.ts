import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { aliveSchema, readySchema } from "../../shared/api/health.ts";
import { GremioError } from "../../shared/errors.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { DOCUMENT } from "./document.ts";
import { json, type Operation } from "./operation.ts";

const tags = ["Service"];

export const healthRoutes = (app: OpenAPIHono<ApiEnv>, operation: Operation, { ready, durability }: ApiDeps): void => {
  /** Made at the first request, when every route has been added, and the same ever after. */
  let document: { openapi: string } | undefined;

  app.openapi(
    operation("open", "constant", [], {
      method: "get",
      path: "/health",
      operationId: "health",
      tags,
      summary: "Whether the process is alive",
      responses: { 200: json(aliveSchema, "It is") },
    }),
    (c) => c.json({ alive: true } as const, 200),
  );

  app.openapi(
    operation("open", "constant", ["unavailable"], {
      method: "get",
      path: "/ready",
      operationId: "ready",
      tags,
      summary: "Whether the service can do its work, and what an acknowledgement survives",
      responses: { 200: json(readySchema, "It can") },
    }),
    async (c) => {
      if (!(await ready())) throw new GremioError("unavailable");
      return c.json({ ready: true, durability: await durability() } as const, 200);
    },
  );

  app.openapi(
    operation("open", "constant", [], {
      method: "get",
      path: "/v1/openapi.json",
      operationId: "openapi",
      tags,
      summary: "This document (OpenAPI 3.1)",
      responses: { 200: json(z.looseObject({ openapi: z.string() }), "The document") },
    }),
    (c) => {
      document ??= { ...app.getOpenAPI31Document(DOCUMENT) };
      return c.json(document, 200);
    },
  );
};
