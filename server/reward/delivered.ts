import { GremioError } from "../../shared/errors.ts";
import type { HappenedEvent } from "../../shared/event.ts";
import type { Orders } from "./orders.ts";

/**
 * Wraps what sends batches of events to the studio: orders whose `purchase` it has taken are delivered. When that cannot be written, the batch counts as not taken and
 * is sent again under its id.
 */
export const marksDelivered =
  (orders: Pick<Orders, "delivered">) =>
  (send: (id: string, events: readonly HappenedEvent[]) => Promise<void>) =>
  async (id: string, events: readonly HappenedEvent[]): Promise<void> => {
    await send(id, events);
    for (const { event, order } of events) {
      if (event !== "purchase" || typeof order !== "string") continue;
      // Redis may have lost it since, with its debit.
      await orders.delivered(order).catch((error: unknown) => {
        if (!(error instanceof GremioError)) throw error;
      });
    }
  };
