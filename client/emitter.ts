type Listener<T> = (value: T) => void;

/** Events by name, each with its type. A listener that throws stops neither the others nor the client: its error is thrown on its own, afterwards. */
export class Emitter<E extends object> {
  #listeners: { [K in keyof E]?: readonly Listener<E[K]>[] } = {};

  /** The returned function takes the listener off again. */
  on<K extends keyof E>(event: K, listener: Listener<E[K]>): () => void {
    this.#listeners[event] = [...(this.#listeners[event] ?? []), listener];
    return () => {
      this.#listeners[event] = this.#listeners[event]?.filter((other) => other !== listener);
    };
  }

  has(event: keyof E): boolean {
    return (this.#listeners[event]?.length ?? 0) > 0;
  }

  emit<K extends keyof E>(event: K, value: E[K]): void {
    for (const listener of this.#listeners[event] ?? []) {
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
