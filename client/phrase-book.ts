import * as z from "zod";
import { type MyPhrases, myPhrasesSchema } from "../shared/api/phrase.ts";
import type { Entry, ItemId } from "../shared/entry.ts";
import { isQuickPhraseId } from "../shared/quick-phrase.ts";
import type { StudioPhrases } from "../shared/words-in.ts";
import { NoAnswer, parseRefusal, Refused } from "./refused.ts";

const TIMEOUT_MS = 10_000;
/** An entry with a phrase nobody told of is a reason to ask, this often at most. */
const UNKNOWN_PAUSE_MS = 60_000;

const failureSchema = z.object({ error: z.unknown() });

/**
 * The studio's own quick phrases. They are fetched when they are first needed (an entry with one that is not known, or `refresh` before showing a menu), and
 * after that only what is newer.
 */
export class PhraseBook {
  readonly #url: URL;
  readonly #getToken: () => Promise<string>;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #version: string | undefined;
  #known: StudioPhrases = new Map();
  #inUse: StudioPhrases = new Map();
  #asking: Promise<void> | undefined;
  #askedForUnknownAt = Number.NEGATIVE_INFINITY;

  constructor(options: { url: URL; getToken(): Promise<string>; now(): number }) {
    this.#url = options.url;
    this.#getToken = options.getToken;
    this.#now = options.now;
  }

  /** For `wordsIn`: also those that were removed, since they may have been said before. */
  get known(): StudioPhrases {
    return this.#known;
  }

  /** Those that can be said. */
  get inUse(): StudioPhrases {
    return this.#inUse;
  }

  /** The returned function takes the listener off. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks for what is newer. Rejects with `Refused` or `NoAnswer`; what is known stays. */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** An entry has come: if it says a phrase that is not known, it is asked for. */
  meet(entry: Entry): void {
    if (entry.kind !== "phrase" || isQuickPhraseId(entry.body.phrase) || this.#known.has(entry.body.phrase)) return;
    const since = this.#now() - this.#askedForUnknownAt;
    if (since >= 0 && since < UNKNOWN_PAUSE_MS) return;
    this.#askedForUnknownAt = this.#now();
    // It shows as its id until the next try.
    this.refresh().catch(() => undefined);
  }

  async #ask(): Promise<void> {
    const { version, phrases } = await this.#fetch();
    if (version === this.#version || phrases === undefined) return;
    this.#version = version;
    const row = ({ id, texts }: (typeof phrases)[number]): [ItemId, typeof texts] => [id, texts];
    this.#known = new Map(phrases.map(row));
    this.#inUse = new Map(phrases.filter(({ inUse }) => inUse).map(row));
    for (const listener of [...this.#listeners]) listener();
  }

  async #fetch(): Promise<MyPhrases> {
    const url = new URL("v1/me/phrases", this.#url);
    if (this.#version !== undefined) url.searchParams.set("version", this.#version);
    const token = await this.#getToken();
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new NoAnswer(error);
    });
    const body: unknown = await response.json().catch(() => undefined);
    const answer = myPhrasesSchema.safeParse(body);
    if (response.ok && answer.success) return answer.data;
    const refusal = parseRefusal(failureSchema.safeParse(body).data?.error);
    throw refusal === undefined ? new NoAnswer(`phrases: status ${response.status}`) : new Refused(refusal);
  }
}
