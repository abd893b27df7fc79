import type { Channel } from "../client/channel.ts";
import type { GremioClient } from "../client/gremio.ts";
import { Refused } from "../client/refused.ts";
import type { War } from "../shared/api/war.ts";
import type { ErrorCode } from "../shared/errors.ts";
import type { GuildId, PlayerId } from "../shared/id.ts";
import type { OperationAnswer } from "../shared/operations.ts";

export const WAR_PANELS = ["launch", "line-up", "past"] as const;
export type WarPanel = (typeof WAR_PANELS)[number];

type Asking = Pick<GremioClient, "ask">;

export type WarDeskOptions = {
  player: PlayerId;
  /** Undefined while he is away. */
  client(): Asking | undefined;
  channel(): Channel | undefined;
  onChange(): void;
};

const SEARCH_MS = 200;
const FOUND = 6;
const PAST = 6;
const REFUSAL_SHOWN_MS = 10_000;
const FOUGHT_SHOWN_MS = 4_000;

/** What one player sees of wars besides the guild's state, and does about them. */
export class WarDesk {
  readonly #options: WarDeskOptions;
  panel: WarPanel | undefined;
  search = "";
  mode = "";
  /** Undefined until it is read; so are those below. */
  found: OperationAnswer<"searchDirectory">["results"] | undefined;
  modes: OperationAnswer<"listWarModes">["modes"] = [];
  lineUp: OperationAnswer<"getLineUp"> | undefined;
  past: readonly War[] | undefined;
  standing: OperationAnswer<"getGuildWar"> | undefined;
  /** What kind of opponent the guild looks for; undefined: it does not look. */
  seeking: OperationAnswer<"getSeeking">["seeking"];
  /** `retryAtMs`: when it may be asked again, by the server's clock. */
  refused: { code: ErrorCode | "no-answer"; retryAtMs?: number | undefined } | undefined;
  /** What his last battle brought. */
  fought: number | undefined;
  busy = false;
  /** Of the server's clock, against this one, in ms. */
  #aheadMs = 0;
  #seen = "";
  #searching: ReturnType<typeof setTimeout> | undefined;
  #searches = 0;
  /** A challenge that was not answered is asked again with its own nonce. */
  readonly #nonces = new Map<string, string>();
  #forget: ReturnType<typeof setTimeout> | undefined;

  constructor(options: WarDeskOptions) {
    this.#options = options;
  }

  /** The server's time, in epoch ms. */
  get now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Reads again what a change in the guild has made old. */
  notice(): void {
    const channel = this.#options.channel();
    const key = this.#options.client() === undefined ? "" : keyOf(channel);
    if (key === this.#seen) return;
    this.#seen = key;
    if (key !== "") void this.#read();
  }

  /** Opens a panel, or closes it. */
  show(panel: WarPanel): void {
    this.panel = this.panel === panel ? undefined : panel;
    this.#options.onChange();
    if (this.panel === undefined) return;
    void this.#readPanel();
  }

  lookFor(name: string): void {
    this.search = name;
    clearTimeout(this.#searching);
    this.#searching = setTimeout(() => void this.#search(), SEARCH_MS);
    this.#options.onChange();
  }

  choose(mode: string): void {
    this.mode = mode;
    this.#options.onChange();
  }

  challenge(opponent: GuildId): Promise<void> {
    const { mode } = this;
    return this.#once(`${opponent} ${mode}`, (nonce, client, guild) =>
      client.ask("challengeGuild", { guild, opponent, mode, nonce }),
    );
  }

  seek(): Promise<void> {
    const { mode } = this;
    return this.#once(mode, (nonce, client, guild) => client.ask("seekWar", { guild, mode, nonce }));
  }

  stopSeeking(): Promise<void> {
    return this.#act((client, guild) => client.ask("stopSeeking", { guild }));
  }

  answer(war: string, accept: boolean): Promise<void> {
    return this.#act((client) => client.ask("answerChallenge", { war, accept }));
  }

  withdraw(war: string): Promise<void> {
    return this.#act((client) => client.ask("withdrawChallenge", { war }));
  }

  callOff(war: string, on: boolean): Promise<void> {
    return this.#act((client, guild) => client.ask("callOffWar", { war, guild, on }));
  }

  beReady(ready: boolean): Promise<void> {
    const { player } = this.#options;
    return this.#act((client, guild) => client.ask("setWarReady", { guild, player, ready }));
  }

  pick(players: readonly PlayerId[]): Promise<void> {
    return this.#act((client, guild) => client.ask("pickLineUp", { guild, players: [...players] }));
  }

  /** A battle was fought, or was not. */
  tell(fought: { score: number } | { code: ErrorCode | "no-answer" }): void {
    if ("code" in fought) this.#refuse(fought.code);
    else {
      this.refused = undefined;
      this.fought = fought.score;
      this.#forgetIn(FOUGHT_SHOWN_MS);
    }
  }

  /** With the same nonce until it is answered. */
  #once(intent: string, act: (nonce: string, client: Asking, guild: GuildId) => Promise<unknown>): Promise<void> {
    const nonce = this.#nonces.get(intent) ?? randomNonce();
    this.#nonces.set(intent, nonce);
    return this.#act(async (client, guild) => {
      await act(nonce, client, guild);
      this.#nonces.delete(intent);
      this.panel = undefined;
    });
  }

  async #act(act: (client: Asking, guild: GuildId) => Promise<unknown>): Promise<void> {
    const client = this.#options.client();
    const guild = this.#options.channel()?.state?.id;
    if (client === undefined || guild === undefined || this.busy) return;
    this.busy = true;
    this.refused = undefined;
    this.#options.onChange();
    try {
      await act(client, guild);
    } catch (error) {
      if (error instanceof Refused) this.#nonces.clear();
      if (error instanceof Refused) this.#refuse(error.refusal.code, error.refusal.retryAtMs);
      else this.#refuse("no-answer");
    }
    this.busy = false;
    await this.#read();
  }

  #refuse(code: ErrorCode | "no-answer", retryAtMs?: number): void {
    this.fought = undefined;
    this.refused = { code, retryAtMs };
    this.#forgetIn(REFUSAL_SHOWN_MS);
  }

  #forgetIn(ms: number): void {
    clearTimeout(this.#forget);
    this.#forget = setTimeout(() => {
      this.refused = undefined;
      this.fought = undefined;
      this.#options.onChange();
    }, ms);
    this.#options.onChange();
  }

  async #read(): Promise<void> {
    await this.#ask(async (client, guild) => {
      const askedAt = Date.now();
      this.standing = await client.ask("getGuildWar", { guild });
      this.#aheadMs = this.standing.now - (askedAt + Date.now()) / 2;
      this.seeking = (await client.ask("getSeeking", { guild })).seeking;
    });
    await this.#readPanel();
  }

  async #readPanel(): Promise<void> {
    if (this.panel === "past") await this.#ask((client, guild) => this.#readPast(client, guild));
    if (this.panel === "line-up") await this.#ask((client, guild) => this.#readLineUp(client, guild));
    if (this.panel !== "launch") return;
    await this.#ask((client) => this.#readModes(client));
    await this.#search();
  }

  async #readModes(client: Asking): Promise<void> {
    this.modes = (await client.ask("listWarModes", {})).modes;
    // The shortest is the one to try.
    const [shortest] = this.modes.toSorted((one, other) => one.minutes - other.minutes);
    if (!this.modes.some(({ mode }) => mode === this.mode)) this.mode = shortest?.mode ?? "";
  }

  async #readLineUp(client: Asking, guild: GuildId): Promise<void> {
    if (this.modes.length === 0) await this.#readModes(client);
    const mode = this.#options.channel()?.state?.war?.mode ?? this.mode;
    const isKnown = this.modes.some((one) => one.mode === mode);
    this.lineUp = await client.ask("getLineUp", { guild, ...(isKnown ? { mode } : {}) });
  }

  async #readPast(client: Asking, guild: GuildId): Promise<void> {
    const { wars } = await client.ask("listWars", { guild, limit: PAST });
    this.past = await Promise.all(wars.map(({ war }) => client.ask("getWar", { war })));
  }

  async #search(): Promise<void> {
    const turn = ++this.#searches;
    const name = this.search.trim();
    await this.#ask(async (client, guild) => {
      const { results } = await client.ask("searchDirectory", {
        kind: "guild",
        limit: FOUND,
        ...(name === "" ? {} : { name }),
      });
      if (turn === this.#searches) this.found = results.filter(({ id }) => id !== guild);
    });
  }

  /** What cannot be read now is read when something changes, or he asks for it. */
  async #ask(read: (client: Asking, guild: GuildId) => Promise<void>): Promise<void> {
    const client = this.#options.client();
    const guild = this.#options.channel()?.state?.id;
    if (client !== undefined && guild !== undefined) await read(client, guild).catch(() => {});
    this.#options.onChange();
  }
}

const keyOf = (channel: Channel | undefined): string => {
  const { state, status } = channel ?? {};
  if (channel === undefined || state === undefined || status?.phase !== "live") return "";
  const told =
    channel.entries.findLast(({ kind, from }) => from === 0 && (kind === "news" || kind === "card"))?.seq ?? 0;
  const ready = [...state.roster.values()].map(({ player, warReady }) => `${player}${warReady ? 1 : 0}`);
  const { id = "", phase = "" } = state.war ?? {};
  return [id, phase, told, ...state.challenges.keys(), ...ready].join();
};

const randomNonce = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
