import { makeRefresher } from "../redis/refresher.ts";
import type { WarView } from "./war-views.ts";

export type WarListener = (view: WarView | undefined) => void;

export type FollowedWarPorts = {
  subscribe(heard: (message: string) => void): Promise<() => Promise<void>>;
  read(before: WarView | undefined): Promise<WarView | undefined>;
  onError(error: unknown): void;
};

/** A war is read at most this often. */
const GAP_MS = 250;

/** One process's view of a war: read anew after a poke, one reading after the other, so that what was read last is the newest. */
export class FollowedWar {
  readonly #ports: FollowedWarPorts;
  readonly #listeners = new Set<WarListener>();
  readonly #refresher = makeRefresher(
    () => this.#read(),
    () => GAP_MS,
  );
  #view: WarView | undefined;
  #isRead = false;
  #unsubscribe: (() => Promise<void>) | undefined;
  #subscribing = false;
  #closed = false;

  constructor(ports: FollowedWarPorts) {
    this.#ports = ports;
    this.#subscribe();
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  get hasEnded(): boolean {
    return this.#view?.endedAt !== undefined;
  }

  /** Calls back at once when the war has been read already. */
  listen(listener: WarListener): () => void {
    this.#listeners.add(listener);
    if (this.#isRead) listener(this.#view);
    return () => this.#listeners.delete(listener);
  }

  /** The version as another source has seen it. */
  check(version: number): void {
    this.#subscribe();
    if (!this.#isRead || version !== this.#view?.version) this.#refresher.poke();
  }

  readAgain(): void {
    this.#subscribe();
    this.#refresher.poke();
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.#refresher.close();
    this.#unsubscribe?.().catch(this.#ports.onError);
  }

  /** Before the first reading: what changes in between is heard. A subscription that failed is tried again with the next check. */
  #subscribe(): void {
    if (this.#subscribing || this.#unsubscribe !== undefined) return;
    this.#subscribing = true;
    this.#ports
      .subscribe((message) => {
        if (message.startsWith("v")) this.check(Number(message.slice(1)));
      })
      .then((unsubscribe) => {
        this.#unsubscribe = unsubscribe;
        return this.#closed ? unsubscribe() : undefined;
      })
      .catch(this.#ports.onError)
      .finally(() => {
        this.#subscribing = false;
        this.#refresher.poke();
      });
  }

  async #read(): Promise<void> {
    try {
      const view = await this.#ports.read(this.#view);
      if (this.#closed) return;
      this.#view = view;
      this.#isRead = true;
      for (const listener of this.#listeners) listener(view);
    } catch (error) {
      this.#ports.onError(error);
    }
  }
}
