import { z } from "zod";
import { GremioError } from "../../shared/errors.ts";
import { type HappenedEvent, happenedEventSchema } from "../../shared/event.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asText } from "../redis/reply.ts";
import type { SendBatch } from "./delivery.ts";
import { FEED } from "./feed.ts";

/** A batch of events that the webhook did not take in all its tries. */
export type DeadLetter = {
  id: string;
  batch: string;
  /** When it was given up, in ms. */
  at: number;
  tries: number;
  failed: string;
  events: HappenedEvent[];
};

/** The newest thousand are kept. */
export type Letters = {
  /** The oldest first, after a letter. */
  list(after: string | undefined, limit: number): Promise<DeadLetter[]>;
  /** Sends one again, now, under its old id; it is gone when the webhook takes it. Throws `letter-not-found`, `webhook-failed`. */
  resend(id: string): Promise<void>;
};

const eventsSchema = z.array(happenedEventSchema);

/** `send` is undefined when there is no webhook. */
export const makeLetters = (redis: Redis, keys: Keys, send: SendBatch | undefined): Letters => {
  const dead = keys.of(FEED, "dead");

  const range = async (from: string, to: string, limit: number): Promise<DeadLetter[]> => {
    const rows = asList(await redis.run(dead, ["XRANGE", dead, from, to, "COUNT", String(limit)]));
    return rows.map((row) => {
      const [name, fields] = asList(row);
      const [id, pairs] = [asText(name), asPairs(fields)];
      return {
        id,
        batch: pairs.get("batch") ?? "",
        at: Number(id.split("-")[0]),
        tries: Number(pairs.get("tries")),
        failed: pairs.get("failed") ?? "",
        events: eventsSchema.parse(parsedJson(pairs.get("d") ?? "")),
      };
    });
  };

  return {
    list: (after, limit) => range(after === undefined ? "-" : `(${after}`, "+", limit),
    resend: async (id) => {
      const [letter] = await range(id, id, 1);
      if (letter === undefined) throw new GremioError("letter-not-found");
      if (send === undefined) throw new GremioError("webhook-failed", { details: ["there is none"] });
      try {
        await send(letter.batch, letter.events);
      } catch (error) {
        throw new GremioError("webhook-failed", { details: [String(error)], cause: error });
      }
      await redis.run(dead, ["XDEL", dead, id]);
    },
  };
};
