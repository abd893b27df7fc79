import { aLine } from "./a-line.ts";

/** A network between a service and its Redis, on which what the service asks can be held up. */
export type HeldLine = {
  readonly url: string;
  /** What the service has asked since `hold`, whether it has gone on or not. */
  readonly asked: string;
  hold(): void;
  /** What was held goes on, and from now on everything at once. */
  release(): void;
};

export const aHeldLine = async (redisUrl: string = process.env.GREMIO_TEST_REDIS_URL ?? ""): Promise<HeldLine> => {
  const goOn: (() => void)[] = [];
  const asked: string[] = [];
  let held = false;
  const { url } = await aLine(
    () => Number(new URL(redisUrl).port),
    (near, far) => {
      far.pipe(near);
      near.on("data", (data: Buffer) => {
        asked.push(data.toString("latin1"));
        if (held) goOn.push(() => far.write(data));
        else far.write(data);
      });
    },
  );
  return {
    url: url.replace("http:", "redis:"),
    get asked() {
      return asked.join("");
    },
    hold: () => {
      held = true;
      asked.length = 0;
    },
    release: () => {
      held = false;
      for (const each of goOn.splice(0)) each();
    },
  };
};
