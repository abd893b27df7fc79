import type { Delivery } from "./phone.ts";

export type FeedEvent = Readonly<{ target: string }> & Delivery;
type Listener = (event: FeedEvent) => void;

/** Tells every listener of each delivery, in order. */
export type DeliveryFeed = Readonly<{
  tell(event: FeedEvent): void;
  /** Returns the function that stops listening. */
  listen(listener: Listener): () => void;
}>;

export function createDeliveryFeed(): DeliveryFeed {
  const listeners = new Set<Listener>();
  return {
    tell(event) {
      for (const listener of listeners) listener(event);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
