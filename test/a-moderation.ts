import { makeGroups } from "../server/channel/groups.ts";
import type { OperationName } from "../shared/operations.ts";
import { aRoom } from "./a-room.ts";
import { askOverHttp } from "./ask-over-http.ts";

/** Guild g1 of ana (leader), beto (officer), caro and dino, with a chat service, and everybody asking by HTTP. */
export const aModeration = async (env: Readonly<Record<string, string>> = {}) => {
  const room = await aRoom(["ana", "beto", "caro", "dino"], env);
  const { studio, chat } = room;
  await studio.guilds.setRank("g1", "beto", "officer");
  const key = { "x-api-key": studio.env.GREMIO_API_KEYS ?? "" };
  return {
    ...room,
    groups: makeGroups(studio.redis, studio.keys, studio.players, { historyLength: 1_000 }),
    backend: (name: OperationName, request: object = {}, port = chat.port) => askOverHttp(port, key, name, request),
    as: async (player: string, name: OperationName, request: object = {}) =>
      askOverHttp(chat.port, { authorization: `Bearer ${await studio.token(player)}` }, name, request),
  };
};

/** `ok`, or the code of the refusal. */
export const codeOf = async (answer: Promise<{ status: number; body: unknown }>): Promise<unknown> => {
  const { status, body } = await answer;
  if (status === 200) return "ok";
  const error = typeof body === "object" && body !== null && "error" in body ? body.error : body;
  return typeof error === "object" && error !== null && "code" in error ? error.code : error;
};

export const inADay = (): number => Date.now() + 86_400_000;
