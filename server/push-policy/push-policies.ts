import type * as z from "zod";
import { type PushPolicy, pushPolicySchema, type putPushPolicySchema } from "../../shared/push-policy.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asTextOrNull } from "../redis/reply.ts";

/** The studio's policy of pushes, one for the whole game. */
export type PushPolicies = {
  /** As it is in Redis now. What of it cannot be read has its default. */
  read(): Promise<PushPolicy>;
  /** The same again changes nothing. Every notifier knows it at once, and after 5 s also when the word of it was lost. */
  put(policy: z.infer<typeof putPushPolicySchema>): Promise<void>;
  /**
   * As it was at most 5 s ago. Never throws: while Redis does not answer it is the one known last, before that the default one. What cannot be read is told
   * to `onError`: of a policy that is not as it should be once.
   */
  now(): Promise<PushPolicy>;
  /** Ends what the first `now` began: to listen for changes. */
  close(): Promise<void>;
};

const OWNER = "studio";
const KEPT_MS = 5_000;

const DEFAULT: PushPolicy = pushPolicySchema.parse({});
const { shape } = pushPolicySchema;
/** As another release may have stored it, part by part. */
const storedPolicySchema = pushPolicySchema
  .extend({
    importance: shape.importance.catch({}),
    through: shape.through.catch([]),
    quietHours: shape.quietHours.catch(null),
    perHour: shape.perHour.catch(DEFAULT.perHour),
    perDay: shape.perDay.catch(DEFAULT.perDay),
    digestsPerDay: shape.digestsPerDay.catch(DEFAULT.digestsPerDay),
  })
  .catch(DEFAULT);

export const makePushPolicies = (
  redis: Redis,
  keys: Keys,
  { onError = () => undefined, now = Date.now }: { onError?: (error: unknown) => void; now?: () => number } = {},
): PushPolicies => {
  const ask = makeAsk(redis, keys);
  const key = keys.of(OWNER, "pushpolicy");
  let last: { json: string; policy: PushPolicy } = { json: "{}", policy: DEFAULT };
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<PushPolicy> | undefined;
  let changes = 0;
  let listening: Promise<() => Promise<void>> | undefined;

  const read = async (): Promise<PushPolicy> => {
    const json = asTextOrNull(await redis.run(key, ["GET", key])) ?? "{}";
    if (json === last.json) return last.policy;
    const found = parsedJson(json);
    const { error } = pushPolicySchema.safeParse(found);
    if (error !== undefined) onError(error);
    last = { json, policy: storedPolicySchema.parse(found) };
    return last.policy;
  };

  /** Also an answer that is on its way is asked for again. */
  const forget = (): void => {
    changes += 1;
    askedAt = Number.NEGATIVE_INFINITY;
    asking = undefined;
  };
  const listen = async (): Promise<() => Promise<void>> => {
    const unsubscribe = await redis.subscribe(keys.of(OWNER, "feed"), (text) => {
      if (text === "n") forget();
    });
    const offRestored = redis.onRestored(forget);
    return async () => {
      offRestored();
      await unsubscribe();
    };
  };
  const asked = async (): Promise<PushPolicy> => {
    const [at, changesBefore] = [now(), changes];
    try {
      listening ??= listen().catch((error: unknown) => {
        listening = undefined;
        throw error;
      });
      await listening;
      await read();
    } catch (error) {
      onError(error);
    }
    if (changes === changesBefore) {
      askedAt = at;
      asking = undefined;
    }
    return last.policy;
  };

  return {
    read,
    put: async (policy) => {
      await ask("push_policy", OWNER, [JSON.stringify(policy)]);
    },
    now: () => {
      const age = now() - askedAt;
      if (age >= 0 && age < KEPT_MS) return Promise.resolve(last.policy);
      asking ??= asked();
      return asking;
    },
    close: async () => {
      const stop = await listening?.catch(() => undefined);
      listening = undefined;
      await stop?.();
    },
  };
};
