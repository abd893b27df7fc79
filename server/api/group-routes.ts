import type { OpenAPIHono } from "@hono/zod-openapi";
import type { z } from "zod";
import {
  groupMemberParamsSchema,
  groupParamsSchema,
  groupSchema,
  ownChannelsSchema,
  putGroupMemberSchema,
  putGroupSchema,
} from "../../shared/api/channel.ts";
import { putMemberAnswerSchema, removeMemberQuerySchema } from "../../shared/api/guild.ts";
import type { ChannelId } from "../../shared/id.ts";
import { mustSayWhy } from "../operations/must-say-why.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { json, jsonBody, type Operation } from "./operation.ts";

const tags = ["Channels"];

/** Teams and circles as the game's backend makes them, and the list of a player's channels. */
export const groupRoutes = (
  app: OpenAPIHono<ApiEnv>,
  operation: Operation,
  { groups, rosters, home, players }: ApiDeps,
): void => {
  const view = async (channel: ChannelId): Promise<z.infer<typeof groupSchema>> => {
    const { name, capacity, createdAt, members } = await rosters.snapshot(channel);
    return {
      ...{ channel, name, capacity, createdAt },
      members: members.map(({ player, number, rank, joinedAt }) => ({ player, number, rank, joinedAt })),
    };
  };

  app.openapi(
    operation("backend", "command", ["team-ended"], {
      method: "put",
      path: "/v1/channels/{channel}",
      operationId: "putChannel",
      tags,
      summary: "Make a team's or circle's channel; one that is there stays as it is",
      request: { params: groupParamsSchema, body: jsonBody(putGroupSchema) },
      responses: { 200: json(groupSchema, "The channel") },
    }),
    async (c) => {
      const { channel } = c.req.valid("param");
      await groups.found(channel, c.req.valid("json"));
      return c.json(await view(channel), 200);
    },
  );

  app.openapi(
    operation("backend", "query", ["channel-not-found"], {
      method: "get",
      path: "/v1/channels/{channel}",
      operationId: "getChannel",
      tags,
      summary: "A team's or circle's channel with its members",
      request: { params: groupParamsSchema },
      responses: { 200: json(groupSchema, "The channel") },
    }),
    async (c) => c.json(await view(c.req.valid("param").channel), 200),
  );

  app.openapi(
    operation(
      "backend",
      "command",
      ["channel-not-found", "channel-full", "channels-full", "player-not-found", "banned"],
      {
        method: "put",
        path: "/v1/channels/{channel}/members/{player}",
        operationId: "putChannelMember",
        tags,
        summary: "Make a player a member of a team or circle; a member stays what he is",
        request: { params: groupMemberParamsSchema, body: jsonBody(putGroupMemberSchema) },
        responses: { 200: json(putMemberAnswerSchema, "The member") },
      },
    ),
    async (c) => {
      const { channel, player } = c.req.valid("param");
      return c.json({ player, ...(await groups.admit(channel, player, c.req.valid("json").rank)) }, 200);
    },
  );

  app.openapi(
    operation("backend", "command", ["channel-not-found", "member-not-found"], {
      method: "delete",
      path: "/v1/channels/{channel}/members/{player}",
      operationId: "removeChannelMember",
      tags,
      summary: "Remove a member of a team or circle: he left, or was kicked, which needs a reason",
      request: { params: groupMemberParamsSchema, query: removeMemberQuerySchema },
      responses: { 204: { description: "He is no member any more" } },
    }),
    async (c) => {
      const { channel, player } = c.req.valid("param");
      const { how, reason } = c.req.valid("query");
      mustSayWhy(how, reason);
      await groups.release(channel, player, how, { byHimself: false, reason });
      return c.body(null, 204);
    },
  );

  app.openapi(
    operation("player", "query", ["player-linked"], {
      method: "get",
      path: "/v1/me/channels",
      operationId: "getMyChannels",
      tags: ["The player himself"],
      summary: "Every channel the player is in, with what is unread in each and how much of it calls him",
      responses: { 200: json(ownChannelsSchema, "His guild's first, then the liveliest") },
    }),
    async (c) => {
      const identity = c.get("identity");
      await players.meet(identity);
      return c.json({ channels: await home.channels(identity.player) }, 200);
    },
  );
};
