import type { Why } from "../shared/api/dev-page.ts";
import type { PlayerId } from "../shared/id.ts";
import type { Locale } from "../shared/locale.ts";
import * as service from "./page-service.ts";

const LOOK_MS = 1_000;

/** What was decided about telling one player by push; looked at again every second while it is open. */
export class WhyDesk {
  readonly #player: PlayerId;
  readonly #locale: () => Locale;
  readonly #onChange: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOpen = false;
  decisions: Why["decisions"] = [];

  constructor(player: PlayerId, locale: () => Locale, onChange: () => void) {
    this.#player = player;
    this.#locale = locale;
    this.#onChange = onChange;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  toggle(): void {
    this.#isOpen = !this.#isOpen;
    clearTimeout(this.#timer);
    if (this.#isOpen) void this.#look();
    this.#onChange();
  }

  async #look(): Promise<void> {
    const found = await service.getWhy(this.#player, this.#locale()).catch(() => undefined);
    if (!this.#isOpen) return;
    if (found !== undefined) this.decisions = found.decisions;
    this.#onChange();
    this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
  }
}
