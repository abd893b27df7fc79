import { z } from "zod";
import type { Service } from "../a-service.ts";
import { waitFor } from "../wait-for.ts";

const told = z.object({ event: z.literal("settled-heap"), bytes: z.number() });

/** On SIGUSR2 the process collects its garbage and tells what it still holds, in objects and in buffers. */
const teller = `process.on("SIGUSR2", () => {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  console.log(JSON.stringify({ level: 30, event: "settled-heap", bytes: heapUsed + external }));
})`;

/** For the environment of a service that is to be asked. */
export const SETTLING = { NODE_OPTIONS: `--expose-gc --import=data:text/javascript,${encodeURIComponent(teller)}` };

/** What a service holds when its garbage has been collected. */
export const settledHeap = async ({ child }: Service): Promise<number> => {
  let said = "";
  const listen = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  child.stdout?.on("data", listen);
  child.kill("SIGUSR2");
  const line = await waitFor(() => /\{.*"settled-heap".*\}/.exec(said)?.[0], "the heap to be told");
  child.stdout?.off("data", listen);
  return told.parse(JSON.parse(line)).bytes;
};
