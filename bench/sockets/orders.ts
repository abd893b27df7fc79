import { z } from "zod";

/** The connections of one player: in our service his guild's, on which he follows channels, and perhaps one of a team; or rooms of the plain server. */
export const playerSchema = z.union([
  z.object({ token: z.string(), guild: z.string(), second: z.string().optional(), follow: z.array(z.string()) }),
  z.object({ rooms: z.array(z.object({ room: z.string(), player: z.string(), members: z.int() })) }),
]);
export type PlayerOrder = z.infer<typeof playerSchema>;

export const orderSchema = z.discriminatedUnion("do", [
  z.object({ do: z.literal("sit"), port: z.int(), players: z.array(playerSchema) }),
  /** Each channel's messages are said evenly over the time, by those of the seated who are in it, in turn. */
  z.object({
    do: z.literal("talk"),
    ms: z.number(),
    channels: z.array(z.object({ channel: z.string(), messages: z.int() })),
  }),
]);
export type Order = z.input<typeof orderSchema>;

/** Bytes are of whole WebSocket frames that came, on all connections together. */
export const talkedSchema = z.object({
  due: z.int(),
  got: z.int(),
  refused: z.int(),
  closed: z.int(),
  frameBytes: z.int(),
  cpuMs: z.number(),
  tookMs: z.number(),
});
