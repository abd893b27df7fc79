import { onTestFinished } from "vitest";
import { openSwallowingLine, type SwallowingLine } from "../bench/studio/swallowing-line.ts";

/** A network between a service and its Redis that loses chosen messages of pub/sub, and says which; gone with the test. */
export const aSwallowingProxy = async (
  redisUrl: string = process.env.GREMIO_TEST_REDIS_URL ?? "",
): Promise<SwallowingLine> => {
  const line = await openSwallowingLine(redisUrl);
  onTestFinished(() => line.close());
  return line;
};
