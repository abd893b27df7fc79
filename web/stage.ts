import type { Cast, Phone } from "../shared/api/dev-page.ts";
import type { PlayerId } from "../shared/id.ts";
import { type Locale, nearestLocale } from "../shared/locale.ts";
import { OtherTabs } from "./other-tabs.ts";
import * as service from "./page-service.ts";
import { Seat } from "./seat.ts";
import { Tally } from "./tally.ts";

/** `buzzes`: how often it has buzzed since the page was opened. */
export type SeenPhone = Phone & { buzzes: number };
export type Kill = { phase: "none" } | { phase: "killed"; atMs: number } | { phase: "back"; afterMs: number };

/** Everything the page shows. */
export class Stage {
  readonly seats: readonly Seat[];
  readonly hasPhones: boolean;
  readonly tally = new Tally();
  locale: Locale = nearestLocale(navigator.language);
  kill: Kill = { phase: "none" };
  /** Tokens are signed by somebody else: nobody of the page can come in. */
  hasNoTokens = false;
  readonly #phones = new Map<PlayerId, SeenPhone>();
  /** Pushes that the game was told of; a later page tells it again, which changes nothing. */
  readonly #received = new Set<string>();
  /** Whether somebody's line has gone since the kill. */
  #fell = false;
  readonly #onChange: () => void;
  readonly #otherTabs = new OtherTabs((seq) => {
    this.tally.acknowledgedElsewhere(seq);
    this.#onChange();
  });

  constructor(cast: Cast, url: string, onChange: () => void) {
    this.#onChange = onChange;
    this.hasPhones = cast.phones;
    const last = cast.players.at(-1);
    const seat = (person: Cast["players"][number], tally: Tally, onPlaced: (seq: number) => void): Seat =>
      new Seat({
        ...person,
        mayLeave: person === last,
        ...{ url, tally, onPlaced },
        getToken: () => this.#getToken(person.player),
        // As games do when they are opened.
        onOpen: () => this.#opened(person.player),
        onChange: () => this.#changed(),
      });
    // Their chat is another, and is not counted.
    const ofRivals = new Tally();
    this.seats = [
      ...cast.players.map((person) => seat(person, this.tally, (seq) => this.#otherTabs.tell(seq))),
      ...cast.rivals.players.map((person) => seat(person, ofRivals, () => {})),
    ];
  }

  open(): void {
    for (const seat of this.seats) seat.comeBack();
    if (this.hasPhones) service.watchPhones((phone) => this.#take(phone));
  }

  phoneOf(player: PlayerId): SeenPhone | undefined {
    return this.#phones.get(player);
  }

  redraw(): void {
    this.#onChange();
  }

  speak(locale: Locale): void {
    this.locale = locale;
    this.#onChange();
  }

  /** The player's language: of his part of the page, and of the pushes he gets. */
  async speakTo(seat: Seat, locale: Locale): Promise<void> {
    seat.locale = locale;
    this.#onChange();
    await service.putLocale(seat.player, locale);
  }

  async killChat(): Promise<void> {
    this.kill = { phase: "killed", atMs: Date.now() };
    this.#onChange();
    await service.killChat().catch(() => {});
  }

  grant(seat: Seat): Promise<void> {
    return service.grantPoints(seat.player);
  }

  /** He fights a battle of his guild's war, as the game would have it. */
  async fight(seat: Seat): Promise<void> {
    seat.wars.tell(await service.fight(seat.player));
  }

  tellNews(): Promise<void> {
    return service.tellNews();
  }

  dismiss(player: PlayerId, id: number): Promise<void> {
    return service.dismiss(player, id);
  }

  async #getToken(player: PlayerId): Promise<string> {
    const token = await service.getToken(player);
    this.hasNoTokens = token === undefined;
    this.#onChange();
    if (token === undefined) throw new Error("tokens are signed elsewhere");
    return token;
  }

  #changed(): void {
    for (const seat of this.seats) {
      seat.read();
      seat.wars.notice();
    }
    this.#judgeKill();
    this.#onChange();
  }

  #judgeKill(): void {
    if (this.kill.phase !== "killed") return;
    const areAllThere = this.seats.every((seat) => seat.isAway || seat.isLive);
    if (!areAllThere) this.#fell = true;
    else if (this.#fell) {
      this.#fell = false;
      this.kill = { phase: "back", afterMs: Date.now() - this.kill.atMs };
    }
  }

  /** He came by what his phone showed last. */
  #opened(player: PlayerId): void {
    const push = this.#phones.get(player)?.screen.at(-1)?.push;
    if (push !== undefined) void service.reportPush(player, push, "opened").catch(() => {});
    void service.clearPhone(player).catch(() => {});
  }

  #take(phone: Phone): void {
    for (const { push } of phone.screen) {
      if (push === undefined || this.#received.has(push)) continue;
      this.#received.add(push);
      void service.reportPush(phone.player, push, "received").catch(() => {});
    }
    const before = this.#phones.get(phone.player);
    // What comes without a sign on the screen is for the game alone, and buzzes nobody.
    const newest = ({ screen }: Phone): number => Math.max(0, ...screen.map(({ shownAtMs }) => shownAtMs));
    const isNew = before !== undefined && phone.received > before.received && newest(phone) > newest(before);
    this.#phones.set(phone.player, { ...phone, buzzes: (before?.buzzes ?? 0) + (isNew ? 1 : 0) });
    this.#onChange();
  }
}
