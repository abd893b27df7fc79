import { GremioError } from "../../shared/errors.ts";

/** So many at once, then so many a second. */
export type TokenRate = Readonly<{ burst: number; perSecond: number }>;

/** A bucket of tokens, full at first. One is as small as it can be, since every connection has some. */
export class Tokens {
  readonly #rate: TokenRate;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  /** `now`: epoch ms. */
  constructor(rate: TokenRate, now: () => number = Date.now) {
    this.#rate = rate;
    this.#now = now;
    this.#tokens = rate.burst;
    this.#at = now();
  }

  /**
   * When there is a token: takes `cost` of them, into debt if need be, and gives undefined. When there is none, takes nothing and gives the first whole millisecond
   * at which there will be one, if nobody takes it before. A clock that is set back refills nothing and takes nothing away.
   */
  take(cost = 1): number | undefined {
    const nowMs = this.#now();
    const { burst, perSecond } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, nowMs - this.#at) / 1000) * perSecond);
    this.#at = nowMs;
    if (this.#tokens < 1 - ROUNDING) return Math.ceil(nowMs + ((1 - this.#tokens) / perSecond) * 1000);
    this.#tokens -= cost;
    return undefined;
  }

  /** `take`, which throws `rate-limited` with the time to try again. */
  spend(cost?: number): void {
    const retryAtMs = this.take(cost);
    if (retryAtMs !== undefined) throw new GremioError("rate-limited", { retryAtMs });
  }
}

/** What has flowed in by the millisecond that was told may be short of one token by the rounding of fractions. */
const ROUNDING = 1e-6;
