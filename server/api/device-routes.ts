import type { OpenAPIHono } from "@hono/zod-openapi";
import {
  devicesSchema,
  playerDeviceParamsSchema,
  playerParamsSchema,
  putDeviceSchema,
} from "../../shared/api/player.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { json, jsonBody, type Operation } from "./operation.ts";

const tags = ["Devices"];

export const deviceRoutes = (app: OpenAPIHono<ApiEnv>, operation: Operation, { players }: ApiDeps): void => {
  app.openapi(
    operation("backend", "query", ["player-not-found"], {
      method: "get",
      path: "/v1/players/{player}/devices",
      operationId: "getDevices",
      tags,
      summary: "A player's devices, without their targets",
      request: { params: playerParamsSchema },
      responses: { 200: json(devicesSchema, "The devices") },
    }),
    async (c) => {
      const { player } = c.req.valid("param");
      await players.known(player);
      const devices = (await players.devices(player)).map(({ id, kind, platform, at }) => ({ id, kind, platform, at }));
      return c.json({ devices }, 200);
    },
  );

  app.openapi(
    operation("backend", "command", ["player-not-found"], {
      method: "put",
      path: "/v1/players/{player}/devices/{device}",
      operationId: "putDevice",
      tags,
      summary: "Register a device, or renew it; a sixth takes the place of the one longest unused",
      request: { params: playerDeviceParamsSchema, body: jsonBody(putDeviceSchema) },
      responses: { 204: { description: "Registered" } },
    }),
    async (c) => {
      const { player, device } = c.req.valid("param");
      await players.putDevice(player, device, c.req.valid("json"));
      return c.body(null, 204);
    },
  );

  app.openapi(
    operation("backend", "command", ["device-not-found"], {
      method: "delete",
      path: "/v1/players/{player}/devices/{device}",
      operationId: "removeDevice",
      tags,
      summary: "Remove a device",
      request: { params: playerDeviceParamsSchema },
      responses: { 204: { description: "Removed" } },
    }),
    async (c) => {
      const { player, device } = c.req.valid("param");
      await players.removeDevice(player, device);
      return c.body(null, 204);
    },
  );
};
