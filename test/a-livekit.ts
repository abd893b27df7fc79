import { createServer } from "node:http";
import { jwtVerify } from "jose";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { portOf } from "../server/port-of.ts";

const claimsSchema = z.object({ video: z.object({ roomAdmin: z.literal(true), room: z.string() }) });
const bodySchema = z.looseObject({ room: z.string(), identity: z.string() });

export type Asked = { method: string; room: string; identity: string; body: Record<string, unknown> };

/**
 * What a LiveKit server does with the calls we make, at its edge: Twirp over HTTP (twitchtv.github.io/twirp, version 7), a token of the key that names the room, errors
 * by their codes. `asked`: what was let through; `refused`: what was not.
 */
export const aLiveKit = async (key: string, secret: string) => {
  const asked: Asked[] = [];
  const refused: string[] = [];
  const there = new Set<string>();
  const state = { down: 0 };

  const answer = async (path: string, authorization: string, text: string): Promise<[number, unknown]> => {
    if (state.down > 0) {
      state.down -= 1;
      return [503, { code: "unavailable", msg: "later" }];
    }
    const [, method] = /^\/twirp\/livekit\.RoomService\/(UpdateParticipant|RemoveParticipant)$/.exec(path) ?? [];
    if (method === undefined) return [404, { code: "bad_route", msg: path }];
    const { payload } = await jwtVerify(authorization.replace("Bearer ", ""), new TextEncoder().encode(secret), {
      ...{ issuer: key, algorithms: ["HS256"] },
    });
    const body = bodySchema.parse(JSON.parse(text));
    const { video } = claimsSchema.parse(payload);
    if (video.room !== body.room) return [403, { code: "permission_denied", msg: "another room" }];
    const { room, identity } = body;
    asked.push({ method, room, identity, body });
    if (!there.has(`${room} ${identity}`)) return [404, { code: "not_found", msg: "participant does not exist" }];
    if (method === "RemoveParticipant") there.delete(`${room} ${identity}`);
    return [200, method === "UpdateParticipant" ? { identity, state: "ACTIVE" } : {}];
  };

  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const [status, body] = await answer(request.url ?? "", request.headers.authorization ?? "", text).catch(
      (error: unknown): [number, unknown] => {
        refused.push(String(error));
        return [401, { code: "unauthenticated", msg: "invalid token" }];
      },
    );
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `ws://127.0.0.1:${portOf(server)}`,
    asked,
    refused,
    /** Whoever is in a room. */
    there,
    /** So many calls are answered with 503. */
    fail: (calls: number) => {
      state.down = calls;
    },
  };
};
