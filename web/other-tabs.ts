import { z } from "zod";

const placedSchema = z.object({ seq: z.int() });

/** The page in other tabs of this browser: each tells the others where its players' messages were acknowledged to stand. */
export class OtherTabs {
  readonly #line = new BroadcastChannel("gremio-placed");

  constructor(onPlaced: (seq: number) => void) {
    this.#line.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      const placed = placedSchema.safeParse(data);
      if (placed.success) onPlaced(placed.data.seq);
    });
  }

  tell(seq: number): void {
    this.#line.postMessage({ seq });
  }
}
