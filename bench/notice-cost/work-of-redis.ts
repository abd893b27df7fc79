import { createClient } from "redis";

/** What a Redis has done so far: commands, those inside functions counted, and bytes of its connections, in and out. */
export type WorkDone = { commands: number; bytes: number };
export type WorkOfRedis = {
  /** What a piece of work took. Nobody else may use that Redis meanwhile. */
  during(work: () => Promise<unknown>): Promise<WorkDone>;
  close(): Promise<void>;
};

export const workOfRedis = async (url: string): Promise<WorkOfRedis> => {
  const client = createClient({ url, RESP: 2 });
  client.on("error", () => {});
  await client.connect();
  const done = async (): Promise<WorkDone> => {
    const stats = String(await client.sendCommand(["INFO", "stats"]));
    const calls = String(await client.sendCommand(["INFO", "commandstats"]));
    const told = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(stats)?.[1] ?? Number.NaN);
    return {
      commands: [...calls.matchAll(/calls=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0),
      bytes: told("total_net_input_bytes") + told("total_net_output_bytes"),
    };
  };
  const difference = async (work: () => Promise<unknown>): Promise<WorkDone> => {
    const before = await done();
    await work();
    const after = await done();
    return { commands: after.commands - before.commands, bytes: after.bytes - before.bytes };
  };
  // What looking takes by itself.
  await done();
  const own = await difference(async () => {});
  return {
    during: async (work) => {
      const { commands, bytes } = await difference(work);
      return { commands: commands - own.commands, bytes: bytes - own.bytes };
    },
    close: async () => client.destroy(),
  };
};
