import * as z from "zod";
import type { PlayerId } from "../shared/id.ts";
import type { FormerMember } from "../shared/protocol.ts";
import { type GuildSnapshot, type RosterMember, toGuildSnapshot } from "./guild-snapshot.ts";

/** Somebody an entry speaks of: in the roster, or known from a page. */
export type Person = { player: PlayerId; number: number; name: string; avatar: string };

const sizesSchema = z.object({ memberCount: z.number(), roster: z.object({ size: z.number() }) });

/** The guild as last synced and the people known by their numbers. A change costs nothing until somebody looks. */
export class People {
  readonly #named = new Map<number, FormerMember>();
  readonly #numbers = new Map<PlayerId, number>();
  #read: (() => unknown) | undefined;
  /** The same, also when it has been looked at. */
  #source: (() => unknown) | undefined;
  #state: GuildSnapshot | undefined;
  #byNumber = new Map<number, RosterMember>();

  /** The synced state is another now; `read` gives it. */
  changed(read: () => unknown): void {
    this.#read = read;
    this.#source = read;
  }

  /** There is no synced state any more. */
  forgetState(): void {
    this.#read = undefined;
    this.#source = undefined;
    this.#state = undefined;
    this.#byNumber.clear();
  }

  add(people: readonly FormerMember[]): void {
    for (const person of people) {
      this.#named.set(person.number, person);
      // Who comes back to a channel may get another number, a higher one.
      this.#numbers.set(person.player, Math.max(person.number, this.#numbers.get(person.player) ?? 0));
    }
  }

  /** The same object until something changes. */
  get state(): GuildSnapshot | undefined {
    if (this.#read !== undefined) {
      this.#state = toGuildSnapshot(this.#read()) ?? this.#state;
      this.#read = undefined;
      this.#byNumber = new Map([...(this.#state?.roster.values() ?? [])].map((member) => [member.number, member]));
    }
    return this.#state;
  }

  person(number: number): Person | undefined {
    const member = this.state === undefined ? undefined : this.#byNumber.get(number);
    if (member !== undefined) return { player: member.player, number, name: member.name, avatar: member.avatar };
    const named = this.#named.get(number);
    return named && { player: named.player, number, name: named.profile.name, avatar: named.profile.avatar };
  }

  /** Whether the synced state shows everybody. That of a large guild shows some, and pages name those they speak of. */
  get isWhole(): boolean {
    const { data } = sizesSchema.safeParse(this.#source?.());
    return data === undefined || data.roster.size >= data.memberCount;
  }
}
