import type { OpenAPIHono } from "@hono/zod-openapi";
import {
  cardParamsSchema,
  cardSchema,
  cardStateAnswerSchema,
  postCardSchema,
  settleCardSchema,
} from "../../shared/api/card.ts";
import { channelParamsSchema, spokenSchema } from "../../shared/api/message.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { ApiEnv } from "./api-env.ts";
import { json, jsonBody, type Operation } from "./operation.ts";

const tags = ["Channels"];

export const cardRoutes = (
  app: OpenAPIHono<ApiEnv>,
  operation: Operation,
  { rosters, cards, reads }: Pick<ApiDeps, "rosters" | "cards" | "reads">,
): void => {
  app.openapi(
    operation("backend", "command", ["guild-not-found", "channel-not-found", "key-reused"], {
      method: "post",
      path: "/v1/channels/{channel}/cards",
      operationId: "postCard",
      tags,
      summary: "Have the system post a card in a channel, once per nonce",
      request: { params: channelParamsSchema, body: jsonBody(postCardSchema) },
      responses: { 200: json(spokenSchema, "Posted, now or (`repeated`) by an earlier request with this nonce") },
    }),
    async (c) => {
      const { channel } = c.req.valid("param");
      const { nonce, card } = c.req.valid("json");
      await rosters.mustExist(channel);
      return c.json(await cards.post({ channel, nonce, body: card }), 200);
    },
  );

  app.openapi(
    operation("backend", "query", ["guild-not-found", "channel-not-found", "card-not-found"], {
      method: "get",
      path: "/v1/channels/{channel}/cards/{seq}",
      operationId: "getCard",
      tags,
      summary: "A card with its state, who has done what, and how many have seen it",
      request: { params: cardParamsSchema },
      responses: { 200: json(cardSchema, "The card") },
    }),
    async (c) => {
      const { channel, seq } = c.req.valid("param");
      await rosters.mustExist(channel);
      const { entry, state, done } = await cards.read(channel, seq);
      const { epoch, at, from, body } = entry;
      const people = done.map(({ number, player, actions }) => ({ number, player: player ?? null, actions }));
      const seen = await reads.seenBy(channel, undefined, seq);
      return c.json({ ...body, channel, epoch, seq, at, from, state, done: people, seen }, 200);
    },
  );

  app.openapi(
    operation("backend", "command", ["guild-not-found", "channel-not-found", "card-not-found"], {
      method: "patch",
      path: "/v1/channels/{channel}/cards/{seq}",
      operationId: "settleCard",
      tags,
      summary: "Close a card, set its result, or both; the same again changes nothing",
      request: { params: cardParamsSchema, body: jsonBody(settleCardSchema) },
      responses: { 200: json(cardStateAnswerSchema, "The card's state as it is now") },
    }),
    async (c) => {
      const { channel, seq } = c.req.valid("param");
      const { closed, result, reason } = c.req.valid("json");
      await rosters.mustExist(channel);
      const change = { close: closed ?? false, result, reason };
      return c.json({ state: await cards.settle(channel, undefined, seq, change) }, 200);
    },
  );
};
