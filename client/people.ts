import type { PlayerId } from "../shared/id.ts";
import type { FormerMember } from "../shared/protocol.ts";
import { type GuildSnapshot, type RosterMember, toGuildSnapshot } from "./guild-snapshot.ts";

/** Somebody an entry speaks of: in the roster, or gone and known from a page. */
export type Person = { player: PlayerId; number: number; name: string; avatar: string };

/** The guild as last synced and the people known by their numbers. A change costs nothing until somebody looks. */
export class People {
  readonly #former = new Map<number, FormerMember>();
  #read: (() => unknown) | undefined;
  #state: GuildSnapshot | undefined;
  #byNumber = new Map<number, RosterMember>();

  /** The synced state is another now; `read` gives it. */
  changed(read: () => unknown): void {
    this.#read = read;
  }

  addFormer(people: readonly FormerMember[]): void {
    for (const person of people) this.#former.set(person.number, person);
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
    const gone = this.#former.get(number);
    return gone && { player: gone.player, number, name: gone.profile.name, avatar: gone.profile.avatar };
  }
}
